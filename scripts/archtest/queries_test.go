package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

// TestSecurity81_QueriesAreConstant: red when a query of an adapter is joined with a variable,
// or has one formatted into it by %s.
func TestSecurity81_QueriesAreConstant(t *testing.T) {
	root, err := workspace.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range sqlPackages() {
		files, err := goFiles(root, folder)
		if err != nil {
			t.Fatal(err)
		}
		if len(files) < 4 {
			t.Errorf("found %d files in %s, which cannot be all", len(files), folder)
		}
		report(t, queriesAreConstant(files, assembledQueries()))
	}
}

func TestQueriesAreConstant(t *testing.T) {
	const head = "package store\n\nconst columns = `id, name`\n\nconst byID = `SELECT ` + columns + ` FROM users WHERE id = ?`\n\n" +
		"const lock = `SET lock_timeout = %d`\n\n"
	for body, wrong := range map[string]int{
		"": 0,
		"func f(x string) string { return x + `, ` }":                                        0,
		"func f(x string) string { return `SELECT ` + columns + ` FROM users` }":             0,
		"func f(x string) string { return byID + x }":                                        1,
		"func f(x string) string { return `SELECT id FROM users WHERE name = '` + x + `'` }": 1,
		"func f(x string) string { return `SELECT id FROM users WHERE name = '` + (x) }":     1,
		"func f(x int) string { return fmt.Sprintf(lock, x) }":                               0,
		"func f(x string) string { return fmt.Sprintf(`SET role %s`, x) }":                   1,
		"func f(x string) string { return fmt.Sprintf(byID+`%v`, x) }":                       1,
		"func f(x string) string { return fmt.Sprintf(`%s is no role`, x) }":                 0,
		"func may(x string) string { return byID + x }":                                      0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "a.go", head+body, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		found := queriesAreConstant(map[string]*ast.File{"a.go": file}, map[string][]string{"a.go": {"may"}})
		if len(found) != wrong {
			t.Errorf("%s: found %q, want %d things", body, found, wrong)
		}
	}
}
