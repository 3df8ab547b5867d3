package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPatches: each change can still be made, and the page lists the test that is to notice it,
// under the number that the name of the patch begins with. That it notices is for CI, which
// runs ten of them.
func TestPatches(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	patches, err := readPatches("patches")
	if err != nil || len(patches) < 10 {
		t.Fatalf("got %d patches and error %v, want ten at least", len(patches), err)
	}
	for _, p := range patches {
		t.Run(p.name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p.file)))
			if err != nil {
				t.Fatal(err)
			}
			if changed, err := p.apply(string(text)); err != nil || changed == string(text) {
				t.Errorf("got error %v, want another text", err)
			}
			number, _, _ := strings.Cut(p.name, "-")
			if !strings.HasPrefix(p.test, "TestSecurity"+number) || !strings.Contains(string(page), "[`"+p.test+"`]") {
				t.Errorf("docs/security.md does not list %s under %s", p.test, number)
			}
		})
	}
}

func TestChoice(t *testing.T) {
	patches := []patch{{name: "01-a"}, {name: "02-b"}, {name: "03-c"}}
	day := time.Date(2026, time.March, 14, 0, 0, 0, 0, time.UTC)
	seen := map[string]int{}
	for d := range 3 {
		for _, p := range (choice{count: 2, day: day.AddDate(0, 0, d)}).of(patches) {
			seen[p.name]++
		}
	}
	for _, p := range patches {
		if seen[p.name] != 2 {
			t.Errorf("%s: got its turn %d times in three days, want 2", p.name, seen[p.name])
		}
	}
	if got := (choice{count: 0}).of(patches); len(got) != 3 {
		t.Errorf("all: got %v", got)
	}
	if got := (choice{count: 2, only: "02"}).of(patches); len(got) != 1 || got[0].name != "02-b" {
		t.Errorf("only 02: got %v", got)
	}
}

func TestRun(t *testing.T) {
	const test = `package a

import "testing"

func TestSum(t *testing.T) {
	if got := Sum(2, 3); got != 5 {
		t.Errorf("got %d", got)
	}
}

func TestRed(t *testing.T) { t.Error("red") }
`
	for name, c := range map[string]struct {
		patch string
		want  string // of the error; "" wants none
	}{
		"a change that is noticed":     {"-\treturn a + b\n+\treturn a - b\n", ""},
		"a change that nobody notices": {"-\treturn a + b\n+\treturn b + a\n", "TestSum passes with the change"},
		"a change that does not compile": {
			"-\treturn a + b\n+\treturn c\n", "did not run to its end",
		},
		"lines that are no longer there": {"-\treturn b + a\n+\treturn 1\n", "bring the patch up to date"},
		"lines that are there twice":     {"-\n", "2 times"},
		"a test that there is not":       {"-\treturn a + b\n+\treturn 1\ntest: TestNone\n", "there is no TestNone"},
		"a test that is red by itself":   {"-\treturn a + b\n+\treturn 1\ntest: TestRed\n", "not green without any change"},
		"no line to take away":           {"+\treturn 1\n", "want test, package, file"},
		"a line of another kind":         {"?\n", "line 4 is neither"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			const source = "package a\n\nfunc Sum(a, b int) int {\n\treturn a + b\n}\n\nconst One = 1\n"
			write(t, root, map[string]string{
				"go.work": "go 1.26\n\nuse .\n", "go.mod": "module example.com/m\n\ngo 1.26\n",
				"a/a.go": source, "a/a_test.go": test,
				"scripts/mutate/patches/01-x.patch": "test: TestSum\npackage: ./a\nfile: a/a.go\n" + c.patch,
			})
			var out bytes.Buffer
			err := run(t.Context(), root, choice{}, &out)
			if c.want == "" && (err != nil || !strings.Contains(out.String(), "01-x: TestSum is red")) {
				t.Errorf("got %q and error %v, want that the test is red", out.String(), err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got error %v, want %q", err, c.want)
			}
			if text, err := os.ReadFile(filepath.Join(root, "a", "a.go")); err != nil || string(text) != source {
				t.Errorf("the file itself is now %q, %v", text, err)
			}
		})
	}
}

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
