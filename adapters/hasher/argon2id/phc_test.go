package argon2id

import (
	"errors"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// The salt is "somesaltsomesalt"; the tag is 32 bytes of something.
const (
	saltText = "c29tZXNhbHRzb21lc2FsdA"
	tagText  = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
)

func TestParsePHC(t *testing.T) {
	t.Run("reads back what is written", func(t *testing.T) {
		for _, text := range []string{
			"$argon2id$v=19$m=65536,t=3,p=4$" + saltText + "$" + tagText,
			"$argon2id$v=19$m=4096,t=3,p=1$" + saltText + "$" + tagText,
			"$argon2i$v=19$m=8,t=1,p=1$" + saltText + "$" + tagText,
			"$argon2id$v=19$m=262144,t=10,p=16$" + saltText + "$" + tagText,
		} {
			e, err := parsePHC(text)
			if err != nil {
				t.Errorf("%s: %v", text, err)
			} else if e.String() != text {
				t.Errorf("%s came back as %s", text, e)
			}
		}
	})

	t.Run("takes it apart", func(t *testing.T) {
		e, err := parsePHC("$argon2i$v=19$m=4096,t=5,p=2$" + saltText + "$" + tagText)
		if err != nil {
			t.Fatalf("parsePHC: %v", err)
		}
		if want := (cost{memoryKiB: 4096, iterations: 5, lanes: 2, tagLength: 32}); e.cost != want {
			t.Errorf("cost %+v, want %+v", e.cost, want)
		}
		if e.variant != argon2i || string(e.salt) != "somesaltsomesalt" || len(e.tag) != 32 || e.tag[31] != 31 {
			t.Errorf("variant %q, salt %q, tag %x", e.variant, e.salt, e.tag)
		}
	})

	t.Run("refuses everything else", func(t *testing.T) {
		for _, text := range malformed() {
			if e, err := parsePHC(text); !errors.Is(err, port.ErrInvalid) {
				t.Errorf("%q: %+v, error %v; want ErrInvalid", text, e, err)
			} else if text != "" && strings.Contains(err.Error(), text) {
				t.Errorf("the error repeats the encoding: %v", err)
			}
		}
	})
}

// malformed lists encodings that no Hasher accepts, most of them next to a good one.
func malformed() []string {
	const (
		params = "m=65536,t=3,p=4"
		good   = "$argon2id$v=19$" + params + "$" + saltText + "$" + tagText
	)
	replace := func(old, new string) string {
		return strings.Replace(good, old, new, 1)
	}
	return []string{
		"*", "$", "$$$$$", "plain text", "!", "\x00", strings.Repeat("$", 1<<20),
		" " + good, good + " ", good + "\n", good + "$", good + "=", good[1:],
		replace("argon2id", "argon2d"), replace("argon2id", "Argon2id"), replace("argon2id", ""), replace("argon2id", "scrypt"),
		replace("v=19", "v=16"), replace("v=19", "v=019"), replace("v=19", "19"), replace("$v=19", ""),
		replace(params, "m=65536,t=3"), replace(params, "m=65536,t=3,p=4,data=AAAA"), replace(params, "t=3,m=65536,p=4"),
		replace(params, "m=065536,t=3,p=4"), replace(params, "m=+65536,t=3,p=4"), replace(params, "m=65536, t=3,p=4"),
		replace(params, "m=m=65536,t=3,p=4"), replace(params, "65536,3,4"), replace(params, "m=65536;t=3;p=4"),
		replace(params, "m=65536,t=0,p=4"), replace(params, "m=65536,t=3,p=0"), replace(params, "m=0,t=3,p=4"),
		replace(params, "m=-65536,t=3,p=4"), replace(params, "m=31,t=3,p=4"),
		replace(params, "m=262145,t=3,p=4"), replace(params, "m=65536,t=11,p=4"), replace(params, "m=65536,t=3,p=17"),
		replace(params, "m=4294967295,t=4294967295,p=255"), replace(params, "m=4294967296,t=3,p=4"), replace(params, "m=65536,t=3,p=260"),
		replace(saltText, ""), replace(saltText, "c29tZXM"), replace(saltText, strings.Repeat("A", 88)),
		replace(saltText, saltText+"=="), replace(saltText, "c29tZXNhbHRzb21lc2FsdB"), replace(saltText, "c29tZXNhbHRzb21l_2FsdA"),
		replace(saltText, "c29tZXNhbHRz\nb21lc2FsdA"),
		replace(tagText, ""), replace(tagText, "AAAAAAAAAAAAAAAAAAAA"), replace(tagText, strings.Repeat("A", 172)),
		replace(tagText, tagText[:len(tagText)-1]+"9"),
		"$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhW",  // a character short
		"$2b$16$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", // beyond the ceiling
		"$2b$31$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"$2b$03$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"$2b$1 $N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"$2x$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", // the version with the sign bug
		"$2$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWyy",
		"$3b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lh=y",
	}
}

func FuzzParsePHC(f *testing.F) {
	for _, text := range append(malformed(), "$argon2id$v=19$m=65536,t=3,p=4$"+saltText+"$"+tagText) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parsePHC(text)
		if err != nil {
			return
		}
		if e.String() != text {
			t.Errorf("%q came back as %q", text, e)
		}
		if e.cost.memoryKiB > MaxMemoryKiB || e.cost.iterations > MaxIterations || e.cost.lanes > MaxParallelism {
			t.Errorf("%q is beyond the ceilings", text)
		}
	})
}
