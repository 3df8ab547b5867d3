package config

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	names := map[string]bool{}
	for _, s := range Settings() {
		t.Run(s.Name+" is described in full", func(t *testing.T) {
			if s.Name == "" || s.Group == "" || s.Type == "" || !strings.HasSuffix(s.Doc, ".") {
				t.Errorf("got %+v", s)
			}
			if names[s.Name] || names[s.Alias] {
				t.Error("the name is taken")
			}
			names[s.Name] = true
			if s.Default != "" && s.Unset != "" {
				t.Error("has a default, and words for not having one")
			}
		})
		t.Run(s.Name+" has bounds that can be read", func(t *testing.T) {
			var parse func(string) error
			switch s.Type {
			case "duration":
				parse = func(text string) error { _, err := parseDuration(text); return err }
			case "size":
				parse = func(text string) error { _, err := parseSize(text); return err }
			case "whole number":
				parse = func(text string) error {
					if !isDigits(text) {
						return errSyntax
					}
					return nil
				}
			default:
				if s.min != "" || s.max != "" {
					t.Error("bounds mean nothing here")
				}
				return
			}
			for _, bound := range []string{s.min, s.max} {
				if err := parse(bound); err != nil {
					t.Errorf("%q: %v", bound, err)
				}
			}
		})
	}
	t.Run("are all that hold a secret marked", func(t *testing.T) {
		for _, s := range Settings() {
			secret := strings.HasSuffix(s.Name, "PASSWORD") || strings.HasPrefix(s.Name, "SECRET") || strings.HasPrefix(s.Name, "DATA_KEY") ||
				slices.Contains([]string{"DB_CONNECTION_STRING", "DB_SSL__KEY", "REDIS", "SESSIONS_URL"}, s.Name)
			if s.Secret != secret {
				t.Errorf("%s: got %v, want %v", s.Name, s.Secret, secret)
			}
		}
	})
}

func TestReference(t *testing.T) {
	t.Run("docs/configuration.md is what gendocs writes", func(t *testing.T) {
		got, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "configuration.md"))
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := WriteMarkdown(&want); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want.Bytes()) {
			t.Error("it is out of date; run: go run ./app/internal/config/gendocs > docs/configuration.md")
		}
	})
	t.Run("has every setting once, ours apart", func(t *testing.T) {
		var b bytes.Buffer
		if err := WriteMarkdown(&b); err != nil {
			t.Fatal(err)
		}
		theirs, ours, found := strings.Cut(b.String(), "## Sallyport's own settings")
		if !found {
			t.Fatal("there is no part for our own settings")
		}
		for _, s := range Settings() {
			row := "\n| `" + s.Name + "` |"
			wantTheirs, wantOurs := 1, 0
			if s.Own {
				wantTheirs, wantOurs = 0, 1
			}
			if got := strings.Count(theirs, row); got != wantTheirs {
				t.Errorf("%s: got %d rows among the Directus names, want %d", s.Name, got, wantTheirs)
			}
			if got := strings.Count(ours, row); got != wantOurs {
				t.Errorf("%s: got %d rows among our own names, want %d", s.Name, got, wantOurs)
			}
		}
	})
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"PORT", "PORT", 0},
		{"PORT", "PORTS", 1},
		{"PORTS", "PORT", 1},
		{"PATH", "PORT", 3},
		{"POTR", "PORT", 2},
		{"HOST", "PORT", 2},
		{"SECRET", "SERCET", 2},
		{"ABCD", "EFGH", 4},
		{"A", "ABCDEF", maxDistance + 1},
	} {
		t.Run(test.a+" and "+test.b, func(t *testing.T) {
			if got := distance(test.a, test.b); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}
