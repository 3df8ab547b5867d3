package keys

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCreate(t *testing.T) {
	for name, create := range map[string]func(string) error{
		"with links":    func(path string) error { return create(Wanted{Name: "SECRET", File: path}) },
		"without links": createWithoutLink,
	} {
		t.Run(name+" makes a good key of the owner's", func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret")
			if err := create(path); err != nil {
				t.Fatal(err)
			}
			text, warnings, err := read(Wanted{Name: "SECRET", File: path})
			if err != nil || len(warnings) > 0 || len(text) != 43 {
				t.Errorf("got %d characters, warnings %q, error %v", len(text), warnings, err)
			}
		})
		t.Run(name+" leaves the key of who was first", func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret")
			if err := create(path); err != nil {
				t.Fatal(err)
			}
			first := content(t, path)
			if err := create(path); err != nil {
				t.Fatal(err)
			}
			if content(t, path) != first {
				t.Error("the key was replaced")
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(entries) != 1 {
				t.Errorf("got %v, error %v; want the key and nothing else", entries, err)
			}
		})
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
