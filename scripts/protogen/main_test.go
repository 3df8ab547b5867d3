package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

// TestGeneratedCodeIsWhatTheDescriptionSays is red when a .proto file was changed and the code
// was not made anew.
func TestGeneratedCodeIsWhatTheDescriptionSays(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), ".", true, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestCommentsBecomeThoseOfTheCode(t *testing.T) {
	root, err := workspace.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	for name, comment := range map[string]string{
		"sallyportv1/auth.pb.go":                         "Tokens is what a login or refresh hands out.",
		"sallyportv1/sallyportv1connect/auth.connect.go": "Refresh trades a token for new ones;",
	} {
		if !strings.Contains(files[name], comment) {
			t.Errorf("%s: got no comment of auth.proto, in %d bytes", name, len(files[name]))
		}
	}
}

func TestWriteTakesAwayWhatIsNotGeneratedAnyMore(t *testing.T) {
	target := t.TempDir()
	for name, text := range map[string]string{"same.pb.go": "same", "changed.pb.go": "old", "gone.connect.go": "gone", "ours.go": "ours"} {
		if err := os.WriteFile(filepath.Join(target, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string]string{"same.pb.go": "same", "changed.pb.go": "new", "folder/made.pb.go": "made"}
	stale, err := compare(target, files)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"changed.pb.go", "folder/made.pb.go", "gone.connect.go"}; !slices.Equal(stale, want) {
		t.Errorf("got %v, want %v", stale, want)
	}
	if err := write(target, files, stale); err != nil {
		t.Fatal(err)
	}
	if stale, err := compare(target, files); err != nil || len(stale) > 0 {
		t.Errorf("got %v, %v after writing", stale, err)
	}
	if text, err := os.ReadFile(filepath.Join(target, "ours.go")); err != nil || string(text) != "ours" {
		t.Errorf("got %q, %v of a file that nobody generates", text, err)
	}
}
