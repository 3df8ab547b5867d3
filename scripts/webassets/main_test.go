package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestCheck(t *testing.T) {
	s := source{name: "x", integrity: "sha512-9/u6bgY2+JDlb7vzKD5STG+jIErimDgtYkdB0NxmODJuKCxBvl5CVNiCB3LFUYosWowMf37aGVlKfrU5RT4e1w=="}
	if err := check([]byte("foobar"), s); err == nil {
		t.Error("another package was taken")
	}
	if err := check([]byte("foo"), s); err != nil {
		t.Errorf("the pinned package: %v", err)
	}
}

func TestUnpack(t *testing.T) {
	s := source{
		name:     "x",
		assets:   []asset{{"dist/x.min.js", "x.js", withoutSourceMap}},
		licences: []asset{{from: "LICENSE", name: "x.LICENSE"}},
	}
	folder := t.TempDir()
	sums, err := s.unpack(packed(t, map[string]string{
		"package/dist/x.min.js": "x()\n//# sourceMappingURL=x.js.map\n",
		"package/LICENSE":       "Take it.",
		"package/other.js":      "y()",
	}), folder)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"fba09b7032083104fd2bdf5d85e8f15a857bac385ea4b9c4f2eea60a5fb67f9d  x.js"}
	if !slices.Equal(sums, want) {
		t.Errorf("got sums %q, want %q", sums, want)
	}
	if got := uncompressed(t, filepath.Join(folder, "x.js.gz")); got != "x()\n" {
		t.Errorf("got the asset %q", got)
	}
	if got, err := os.ReadFile(filepath.Join(folder, "x.LICENSE")); err != nil || string(got) != "Take it." {
		t.Errorf("got the licence %q, %v", got, err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 2 {
		t.Errorf("got %d files, %v, want 2", len(entries), err)
	}

	t.Run("refuses a package that lacks a licence or an asset", func(t *testing.T) {
		for _, name := range []string{"package/dist/x.min.js", "package/LICENSE"} {
			if _, err := s.unpack(packed(t, map[string]string{name: "x()\n//# sourceMappingURL=x.js.map\n"}), t.TempDir()); err == nil {
				t.Errorf("a package with nothing but %s was taken", name)
			}
		}
	})
}

func TestWithoutFonts(t *testing.T) {
	got, err := withoutFonts([]byte("@font-face{font-family:A;src:url(data:font/woff2;base64,AA)}a{b:c}@font-face{x:y}d{}"))
	if err != nil || string(got) != "a{b:c}d{}" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, sheet := range []string{"a{b:c}@font-face{x:y", "a{src:url(data:font/woff2;base64,AA)}"} {
		if got, err := withoutFonts([]byte(sheet)); err == nil {
			t.Errorf("%s: got %q, want an error", sheet, got)
		}
	}
}

func TestWithoutSourceMap(t *testing.T) {
	for content, want := range map[string]string{"x()\n//# sourceMappingURL=x.js.map": "x()\n", "a{}\n\n/*# sourceMappingURL=x.css.map*/": "a{}\n"} {
		if got, err := withoutSourceMap([]byte(content)); err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if got, err := withoutSourceMap([]byte("x()")); err == nil {
		t.Errorf("got %q, want an error", got)
	}
}

// packed returns a package of the files, by their names in it.
func packed(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	archive := tar.NewWriter(&b)
	for name, content := range files {
		err := archive.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))})
		if err == nil {
			_, err = io.WriteString(archive, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := compress(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func uncompressed(t *testing.T, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
