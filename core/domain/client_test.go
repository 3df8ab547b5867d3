package domain_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestClientBounded(t *testing.T) {
	t.Run("leaves good values alone", func(t *testing.T) {
		c := domain.Client{
			IP:        "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
			UserAgent: "Mozilla/5.0 (X11; Linux) “Sallyport” \U0001F3B5" + strings.Repeat("x", 200),
			Origin:    "https://app.example.com",
		}
		if got := c.Bounded(); got != c {
			t.Errorf("got %+v, want %+v", got, c)
		}
		if got := (domain.Client{}).Bounded(); got != (domain.Client{}) {
			t.Errorf("got %+v, want nothing", got)
		}
	})
	t.Run("drops what forges lines or moves a terminal's cursor", func(t *testing.T) {
		for name, bad := range map[string]string{
			"line feed": "\n", "return": "\r", "NUL": "\x00", "escape": "\x1b", "tab": "\t", "delete": "\x7f",
			"next line": "\u0085", "control sequence": "\u009b", "line separator": "\u2028", "paragraph separator": "\u2029",
			"invalid UTF-8": "\xff\xfe", "half a rune": "\xe2\x80", "bare C1 byte": "\x9b",
		} {
			c := domain.Client{IP: "192." + bad + "0.2.7", UserAgent: bad + "agent", Origin: "origin" + bad}
			want := domain.Client{IP: "192.0.2.7", UserAgent: "agent", Origin: "origin"}
			if got := c.Bounded(); got != want {
				t.Errorf("%s: got %+q, want %+q", name, got, want)
			}
		}
	})
	t.Run("cuts at whole characters", func(t *testing.T) {
		for _, character := range []string{"x", "é", "€", "\U0001F3B5"} {
			long := strings.Repeat(character, 1000)
			got := domain.Client{IP: long, UserAgent: long, Origin: long}.Bounded()
			for _, part := range []struct {
				text  string
				limit int
			}{{got.IP, 45}, {got.UserAgent, 255}, {got.Origin, 255}} {
				if len(part.text) > part.limit || len(part.text) <= part.limit-len(character) || !utf8.ValidString(part.text) {
					t.Errorf("%s: got %d bytes, want up to %d of whole characters", character, len(part.text), part.limit)
				}
			}
		}
	})
	t.Run("a megabyte is cut in no time", func(t *testing.T) {
		huge := strings.Repeat("\U0001F3B5\n", 1<<18)
		if got := (domain.Client{UserAgent: huge}).Bounded(); len(got.UserAgent) != 252 {
			t.Errorf("got %d bytes, want 252", len(got.UserAgent))
		}
	})
}
