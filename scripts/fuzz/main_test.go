package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Run("runs each target, and fails where one does", func(t *testing.T) {
		root := module(t,
			"func FuzzFine(f *testing.F) { f.Fuzz(func(t *testing.T, a int) {}) }\n"+
				"func FuzzWrong(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, a int) { t.Error(a) }) }\n")
		var out bytes.Buffer
		err := run(t.Context(), root, 1, &out)
		if err == nil || !strings.Contains(err.Error(), "FuzzWrong") || strings.Contains(err.Error(), "FuzzFine") {
			t.Errorf("got error %v, want one about FuzzWrong alone", err)
		}
		if !strings.Contains(out.String(), "FuzzFine in a: elapsed") {
			t.Errorf("got %q, want how far FuzzFine has come", out.String())
		}
	})
	t.Run("fails where there is none, since then none was found", func(t *testing.T) {
		if err := run(t.Context(), module(t, ""), 1, &bytes.Buffer{}); err == nil {
			t.Error("got no error")
		}
	})
}

func TestFind(t *testing.T) {
	targets, err := find("../..")
	if err != nil {
		t.Fatal(err)
	}
	// Those that read what strangers send.
	for _, name := range []string{"FuzzParseEmail", "FuzzParsePHC", "FuzzResetPage", "FuzzVerify", "FuzzParseRefreshToken", "FuzzDecodeBody", "FuzzSecurity09_ForwardedFor"} {
		if !slices.ContainsFunc(targets, func(t target) bool { return t.name == name }) {
			t.Errorf("%s was not found", name)
		}
	}
}

// module returns a workspace with a module whose package a has the declarations in a test.
func module(t *testing.T, declarations string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.work":     "go 1.26\n\nuse .\n",
		"go.mod":      "module example.com/m\n\ngo 1.26\n",
		"a/a_test.go": "package a\n\nimport \"testing\"\n\nvar _ testing.TB\n\n" + declarations,
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
