package domain_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// longest is an address of exactly as many bytes as there may be.
func longest(extra int) string {
	const local, end = "a@", ".example"
	host := strings.Repeat("abcdefghi.", 30)
	return local + host[:domain.MaxEmailBytes+extra-len(local)-len(end)-1] + "x" + end
}

func TestParseEmail(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"plain":                   {"ann@example.com", "ann@example.com"},
		"capital letters stay":    {"Ann@Example.COM", "Ann@Example.COM"},
		"blanks around":           {"  ann@example.com ", "ann@example.com"},
		"plus and dots":           {"ann.archer+news@mail.example.com", "ann.archer+news@mail.example.com"},
		"every atom character":    {"!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"},
		"host without a dot":      {"root@localhost", "root@localhost"},
		"UTF-8":                   {"ännchen@bücher.example", "ännchen@bücher.example"},
		"Kelvin sign":             {"\u212aim@example.com", "\u212aim@example.com"},
		"dotless i":               {"m\u0131ke@example.com", "m\u0131ke@example.com"},
		"full-width":              {"\uff4bim@example.com", "\uff4bim@example.com"},
		"combining accent":        {"e\u0301ve@example.com", "e\u0301ve@example.com"},
		"254 bytes":               {longest(0), longest(0)},
		"254 bytes, blanks aside": {" " + longest(0) + " ", longest(0)},
	} {
		t.Run("takes/"+name, func(t *testing.T) {
			got, err := domain.ParseEmail(c.text)
			if err != nil || string(got) != c.want {
				t.Errorf("got %q and %v, want %q", got, err, c.want)
			}
		})
	}
	for name, text := range map[string]string{
		"nothing":                  "",
		"blanks":                   "   ",
		"no at sign":               "ann",
		"no local part":            "@example.com",
		"no host":                  "ann@",
		"two at signs":             "ann@bob@example.com",
		"display name":             "Ann <ann@example.com>",
		"display name without gap": "Ann<ann@example.com>",
		"angle brackets":           "<ann@example.com>",
		"quoted display name":      `"Ann"<ann@example.com>`,
		"quoted local part":        `"ann"@example.com`,
		"quoted blank":             `"ann archer"@example.com`,
		"quoted at sign":           `"ann@evil.example"@example.com`,
		"comment in front":         "(hello)ann@example.com",
		"comment behind":           "ann@example.com(hello)",
		"comment inside":           "ann(hello)@example.com",
		"two addresses":            "ann@example.com,bob@example.com",
		"two, with a semicolon":    "ann@example.com;bob@example.com",
		"two, with a blank":        "ann@example.com bob@example.com",
		"group":                    "all:ann@example.com;",
		"mailto":                   "mailto:ann@example.com",
		"dot in front":             ".ann@example.com",
		"dot behind":               "ann.@example.com",
		"two dots":                 "ann..archer@example.com",
		"dot before the host":      "ann@.example.com",
		"two dots in the host":     "ann@example..com",
		"blank inside":             "ann @example.com",
		"blank in the host":        "ann@exam ple.com",
		"tab around":               "\tann@example.com",
		"line break behind":        "ann@example.com\n",
		"header injection":         "ann@example.com\r\nBcc: bob@example.com",
		"folded header":            "ann@example.com\r\n bob@example.com",
		"NUL":                      "ann\x00@example.com",
		"NUL behind":               "ann@example.com\x00",
		"control of one byte":      "ann\x7f@example.com",
		"C1 control":               "ann\u0085@example.com",
		"invalid UTF-8":            "ann\xff@example.com",
		"half a rune":              "ann\xc3@example.com",
		"surrogate":                "ann\xed\xa0\x80@example.com",
		"no-break space":           "ann@example.com\u00a0",
		"ideographic space":        "ann\u3000@example.com",
		"zero-width space":         "ann\u200b@example.com",
		"zero-width joiner":        "ann\u200d@example.com",
		"right-to-left override":   "ann\u202e@example.com",
		"byte order mark":          "\ufeffann@example.com",
		"soft hyphen":              "an\u00adn@example.com",
		"line separator":           "ann\u2028@example.com",
		"paragraph separator":      "ann\u2029@example.com",
		"unassigned":               "ann\u0378@example.com",
		"private use":              "ann\ue000@example.com",
		"255 bytes":                longest(1),
		"a megabyte":               strings.Repeat("a", 1<<20) + "@example.com",
		"254 runes, more bytes":    strings.Repeat("ä", 200) + "@example.com",
		"backslash":                `ann\@example.com`,
	} {
		t.Run("refuses/"+name, func(t *testing.T) {
			got, err := domain.ParseEmail(text)
			if !errors.Is(err, domain.ErrEmail) || got != "" {
				t.Fatalf("got %q and %v, want %v", got, err, domain.ErrEmail)
			}
			if err.Error() != domain.ErrEmail.Error() {
				t.Errorf("got %q, which says more than that it is none", err)
			}
		})
	}
	t.Run("the longest is of 254 bytes", func(t *testing.T) {
		if a, b := len(longest(0)), len(longest(1)); a != 254 || b != 255 {
			t.Errorf("got test addresses of %d and %d bytes", a, b)
		}
	})
}

func TestEmailKey(t *testing.T) {
	t.Run("folds A to Z and nothing else", func(t *testing.T) {
		for c := range 256 {
			email := domain.Email([]byte{byte(c)})
			want := string([]byte{byte(c)})
			if 'A' <= c && c <= 'Z' {
				want = strings.ToLower(want)
			}
			if got := email.Key(); got != want {
				t.Errorf("byte %#x: got %q, want %q", c, got, want)
			}
		}
	})
	t.Run("keeps look-alikes apart", func(t *testing.T) {
		seen := map[string]string{}
		for _, address := range []string{
			"kim@example.com", "\u212aim@example.com", "\uff4bim@example.com", "k\u00edm@example.com", "ki\u0301m@example.com",
			"k\u0131m@example.com", "K\u0130M@example.com", "kim@example.com ", "\u00c5@example.com", "\u212b@example.com", "\u00e5@example.com",
		} {
			key := domain.Email(address).Key()
			if other, taken := seen[key]; taken {
				t.Errorf("%q and %q have one key", address, other)
			}
			seen[key] = address
		}
	})
	t.Run("is the same for the same address, and leaves it alone", func(t *testing.T) {
		email := domain.Email("ANN@Example.com")
		if got := email.Key(); got != "ann@example.com" || domain.Email(got).Key() != got || email != "ANN@Example.com" {
			t.Errorf("got %q", got)
		}
	})
}

func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{
		"ann@example.com", " Ann@Example.com ", "Ann <ann@example.com>", `"a b"@example.com`, "ann@[127.0.0.1]", "ann@example.com(c)",
		"a@b,c@d", "ann\x00@example.com", "ann@example.com\r\nBcc: b@c", "\u212a@example.com", "\xff@example.com", longest(0), longest(1),
		"=?utf-8?q?ann?=@example.com", "ann@example.com.", "g:ann@example.com;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		email, err := domain.ParseEmail(text)
		if err != nil {
			if email != "" || !errors.Is(err, domain.ErrEmail) {
				t.Fatalf("got %q and %v", email, err)
			}
			return
		}
		if string(email) != strings.Trim(text, " ") {
			t.Errorf("got %q, which is not what was typed", email)
		}
		if len(email) > domain.MaxEmailBytes || !utf8.ValidString(string(email)) || strings.ContainsAny(string(email), "\x00\r\n\t <>(),;:\"\\") {
			t.Errorf("accepted %q", email)
		}
		if at := strings.LastIndexByte(string(email), '@'); at < 1 || at == len(email)-1 || strings.Count(string(email), "@") != 1 {
			t.Errorf("accepted %q", email)
		}
		again, err := domain.ParseEmail(email.Key())
		if err != nil || again.Key() != email.Key() {
			t.Errorf("the key of %q is no address, or has another key: %q, %v", email, again, err)
		}
	})
}
