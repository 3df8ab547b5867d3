package pages

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTexts(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	english := all[0]
	verbs := regexp.MustCompile(`%.`)
	for _, other := range all[1:] {
		t.Run("have the same keys in "+other.tag.String(), func(t *testing.T) {
			got, want := slices.Sorted(maps.Keys(other.phrase)), slices.Sorted(maps.Keys(english.phrase))
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
		t.Run("take the same arguments in "+other.tag.String(), func(t *testing.T) {
			for key, text := range english.phrase {
				if got, want := verbs.FindAllString(other.phrase[key], -1), verbs.FindAllString(text, -1); !slices.Equal(got, want) {
					t.Errorf("%s: got %v, want %v", key, got, want)
				}
			}
		})
	}
	t.Run("are all used, and all there", func(t *testing.T) {
		used := map[string]bool{}
		for _, pattern := range []string{"*.go", "templates/*.html"} {
			files, err := filepath.Glob(pattern)
			if err != nil || len(files) == 0 {
				t.Fatalf("no files %s: %v", pattern, err)
			}
			for _, name := range files {
				if strings.HasSuffix(name, "_test.go") {
					continue
				}
				content, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				for key := range english.phrase {
					if strings.Contains(string(content), `"`+key+`"`) {
						used[key] = true
					}
				}
				for _, named := range regexp.MustCompile(`"((?:problem|login|forgot|link|reset|invite|verify|confirm|profile)\.[a-z-]+)"`).FindAllStringSubmatch(string(content), -1) {
					if _, ok := english.phrase[named[1]]; !ok {
						t.Errorf("%s names the text %q, which is not there", name, named[1])
					}
				}
			}
		}
		// Put together of "wait." and a unit.
		used["wait.seconds"], used["wait.minutes"] = true, true
		for key := range english.phrase {
			if !used[key] {
				t.Errorf("%q is used nowhere", key)
			}
		}
	})
	t.Run("that are not there are an error", func(t *testing.T) {
		if text, err := english.say("no.such-text"); err == nil {
			t.Errorf("got %q", text)
		}
	})
}
