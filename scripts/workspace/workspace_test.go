package workspace

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestRoot(t *testing.T) {
	root := writeTree(t, map[string]string{"go.work": "go 1.26\n", "a/b/x.txt": ""})

	t.Run("is the folder above that has a go.work", func(t *testing.T) {
		for _, dir := range []string{"", "a", "a/b"} {
			got, err := Root(filepath.Join(root, dir))
			if err != nil || got != root {
				t.Errorf("from %q: %q, error %v; want %q", dir, got, err, root)
			}
		}
	})

	t.Run("is an error outside a checkout", func(t *testing.T) {
		if got, err := Root(t.TempDir()); err == nil {
			t.Errorf("found %q, want an error", got)
		}
	})
}

func TestModules(t *testing.T) {
	t.Run("reads paths, folders and requirements", func(t *testing.T) {
		root := writeTree(t, map[string]string{
			"go.work":           "go 1.26\nuse (\n\t./core\n\t./adapters/x\n)\n",
			"core/go.mod":       "module example.com/core\ngo 1.26\n",
			"adapters/x/go.mod": "module example.com/adapters/x\ngo 1.26\nrequire (\n\texample.com/core v0.0.0\n\texample.com/other v1.2.3 // indirect\n)\n",
		})
		got, err := Modules(t.Context(), root)
		if err != nil {
			t.Fatalf("Modules: %v", err)
		}
		want := []Module{
			{Path: "example.com/core", Dir: "core"},
			{Path: "example.com/adapters/x", Dir: "adapters/x", Requires: []string{"example.com/core", "example.com/other"}},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("modules %+v, want %+v", got, want)
		}
	})

	t.Run("says which go.mod it cannot read", func(t *testing.T) {
		root := writeTree(t, map[string]string{"go.work": "go 1.26\nuse ./gone\n"})
		if got, err := Modules(t.Context(), root); err == nil || !strings.Contains(err.Error(), "gone") {
			t.Errorf("modules %+v, error %v; want one that names the folder", got, err)
		}
	})
}

// writeTree writes files, by their path, into a folder of the test's own.
func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
