package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteSums(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "binary")
	if err := os.WriteFile(file, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	sums := filepath.Join(dir, "sha256sums")

	t.Run("writes the sum and the bare name", func(t *testing.T) {
		if err := writeSums(sums, []string{file}); err != nil {
			t.Fatalf("writeSums: %v", err)
		}
		got, err := os.ReadFile(sums)
		if err != nil {
			t.Fatal(err)
		}
		// The first example of FIPS 180-2, appendix B.
		const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  binary\n"
		if string(got) != want {
			t.Errorf("sums %q, want %q", got, want)
		}
	})

	t.Run("fails where a binary is missing", func(t *testing.T) {
		if err := writeSums(sums, []string{filepath.Join(dir, "gone")}); err == nil {
			t.Error("no error")
		}
	})
}

func TestTargets(t *testing.T) {
	t.Run("each has a file of its own", func(t *testing.T) {
		seen := map[string]bool{}
		for _, target := range targets() {
			if seen[target.file()] {
				t.Errorf("%s is written twice", target.file())
			}
			seen[target.file()] = true
		}
		if !seen["sallyport-linux-amd64"] || !seen["sallyport-windows-amd64.exe"] {
			t.Errorf("files %v", seen)
		}
	})
}

func TestSetVersion(t *testing.T) {
	for name, want := range map[string]string{"": "", "v1.2.3-4-gabcdef-dirty": " -X main.version=v1.2.3-4-gabcdef-dirty"} {
		if got := setVersion(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	t.Run("where there is no history there is no name", func(t *testing.T) {
		t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
		if got := describe(t.Context(), t.TempDir()); got != "" {
			t.Errorf("got %q", got)
		}
	})
}
