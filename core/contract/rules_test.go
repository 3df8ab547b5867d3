package contract

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestRules holds the cases against the text of package port: a rule that is quoted here is
// written there.
func TestRules(t *testing.T) {
	text := portComments(t)
	for _, c := range AllCases() {
		if !strings.Contains(text, c.Rule) {
			t.Errorf("%s: the comments of package port do not say %q", c.ID, c.Rule)
		}
	}
}

// portComments returns the doc comments of package port, each line break and list mark
// turned into a blank.
func portComments(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "port", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the source of package port: got %d files and error %v", len(files), err)
	}
	var text strings.Builder
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CommentGroup); ok {
				text.WriteString(strings.Join(strings.Fields(strings.ReplaceAll(c.Text(), "\n  - ", "\n")), " ") + "\n")
			}
			return true
		})
	}
	return text.String()
}
