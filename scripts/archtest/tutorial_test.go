package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

// TestTutorialBuilds does what docs/adding-an-adapter.md says, with its own files: the adapter
// passes its kit, and the service with it builds.
//
// Red when a module is missing from the replace list of the page's own/go.mod, or the page's
// Expect is not the size of the kit.
func TestTutorialBuilds(t *testing.T) {
	root, err := workspace.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	dir := writeTutorial(t, root, "adding-an-adapter.md", "maplimiter/go.mod", "maplimiter/contract_test.go", "maplimiter/limiter.go", "own/main.go", "own/go.mod")
	goIn(t, filepath.Join(dir, "maplimiter"), "test", "./...")
	goIn(t, filepath.Join(dir, "own"), "build", "-o", os.DevNull, ".")
}

// TestClientOfConnectBuilds compiles the program that docs/connect.md shows, beside a checkout.
//
// Red when the page calls what the generated client does not have, or a module is missing from its
// replace lines.
func TestClientOfConnectBuilds(t *testing.T) {
	root, err := workspace.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	dir := writeTutorial(t, root, "connect.md", "client/go.mod", "client/main.go")
	goIn(t, filepath.Join(dir, "client"), "vet", ".")
}

// writeTutorial writes the files of a page beside a link to the checkout, and returns where.
func writeTutorial(t *testing.T, root, page string, names ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(root, filepath.Join(dir, "sallyport")); err != nil {
		t.Fatal(err)
	}
	written := tutorialFiles(string(text))
	for _, name := range names {
		text, ok := written[name]
		if !ok {
			t.Fatalf("the page has no block for %s", name)
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tutorialFiles returns the file that each block of the page shows: the text before a block ends
// with the file's name in backquotes, and the one that comes first of a name counts.
func tutorialFiles(page string) map[string]string {
	files := map[string]string{}
	block := regexp.MustCompile("(?s)`((?:maplimiter|own|client)/[a-z_.]+)`[^`]*(?:`[a-z.]+`[^`]*)*?\n\n```(?:go)?\n(.*?)```")
	for _, found := range block.FindAllStringSubmatch(page, -1) {
		if _, ok := files[found[1]]; !ok {
			files[found[1]] = found[2]
		}
	}
	return files
}

// goIn runs the go command in a module of its own, which finds modules of ours nowhere but in
// replace lines.
func goIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "CGO_ENABLED=0",
		"GOPRIVATE=github.com/sallyport-auth/*", "GOVCS=*:off")
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("go %v in %s: %v\n%s", args, filepath.Base(dir), err, out)
	}
}
