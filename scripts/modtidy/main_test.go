package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Run("finds and mends a requirement that nothing uses", func(t *testing.T) {
		root := untidy(t)
		before := read(t, root, "a/go.mod")

		var out bytes.Buffer
		err := run(t.Context(), root, true, &out)
		if err == nil || !strings.Contains(err.Error(), "a is not tidy: go run ./scripts/modtidy") {
			t.Errorf("check: error %v, want one that names a and says what to do", err)
		}
		if err != nil && strings.Contains(err.Error(), "b is not tidy") {
			t.Errorf("check: error %v names b, which is tidy", err)
		}
		if !strings.Contains(out.String(), "-require example.com/b v0.0.0") {
			t.Errorf("check printed %q, want what would change", out.String())
		}
		if got := read(t, root, "a/go.mod"); got != before {
			t.Errorf("check changed go.mod to %q", got)
		}

		if err := run(t.Context(), root, false, &out); err != nil {
			t.Errorf("tidy: %v", err)
		}
		if got := read(t, root, "a/go.mod"); strings.Contains(got, "require example.com/b") {
			t.Errorf("go.mod is still %q", got)
		}
		if err := run(t.Context(), root, true, &out); err != nil {
			t.Errorf("check after tidy: %v", err)
		}
	})

	t.Run("fails where a module cannot be tidied, and still does the others", func(t *testing.T) {
		root := untidy(t)
		write(t, root, "b/b.go", "package b\n\nimport _ \"example.com/c/\"\n")
		if err := run(t.Context(), root, false, &bytes.Buffer{}); err == nil {
			t.Error("no error, want one for b")
		}
		if got := read(t, root, "a/go.mod"); strings.Contains(got, "require example.com/b") {
			t.Errorf("a was left as %q", got)
		}
	})
}

// untidy makes a workspace of two modules; the first requires the second for nothing.
func untidy(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, "go.work", "go 1.26\nuse (\n\t./a\n\t./b\n)\n")
	write(t, root, "a/go.mod", "module example.com/a\n\ngo 1.26\n\nrequire example.com/b v0.0.0\n\nreplace example.com/b => ../b\n")
	write(t, root, "a/a.go", "package a\n")
	write(t, root, "b/go.mod", "module example.com/b\n\ngo 1.26\n")
	write(t, root, "b/b.go", "package b\n")
	return root
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, root, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
