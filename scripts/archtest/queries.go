package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// sqlPackages are the folders in which SQL is written.
func sqlPackages() []string {
	return []string{"adapters/store/sqlstore", "adapters/store/sqlite", "adapters/store/mysql", "adapters/store/postgres"}
}

// assembledQueries are the functions, by file, that put a query together for each call.
func assembledQueries() map[string][]string {
	return map[string][]string{
		// Of columns and marks for arguments: TestSecurity81_NoValueIsPartOfAQuery calls them.
		"adapters/store/sqlstore/users_find.go": {"Find", "Count", "condition", "order"},
		// Of names that have nothing but letters in them: TestForeignTablesTakeNamesOnly.
		"adapters/store/sqlstore/foreign.go": {"query"},
		// With one of two names that a variable of the server has.
		"adapters/store/mysql/connector.go": {"setUp"},
	}
}

// goFiles returns the files of a folder that are not for tests, by their path below root.
func goFiles(root, folder string) (map[string]*ast.File, error) {
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(folder)))
	if err != nil {
		return nil, fmt.Errorf("archtest: look for queries: %w", err)
	}
	files := map[string]*ast.File{}
	for _, entry := range entries {
		name := folder + "/" + entry.Name()
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(name)), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("archtest: look for queries: %w", err)
		}
		files[name] = file
	}
	return files, nil
}

// isSQL is true of text with a word of SQL in it, which our code writes in capitals.
func isSQL(text string) bool {
	return regexp.MustCompile(`\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|ORDER BY|VALUES|SET|CREATE|DROP|ALTER)\b`).MatchString(text)
}

// queriesAreConstant is the rule that SQL is made of what is written in the source: it is
// joined with nothing but constants, and formatted with nothing but numbers. The files are
// those of one package; may names the functions that are excepted, by file.
func queriesAreConstant(files map[string]*ast.File, may map[string][]string) []string {
	constants := constantsOf(files)
	var found []string
	for name, file := range files {
		for _, declaration := range file.Decls {
			where := name
			if function, ok := declaration.(*ast.FuncDecl); ok {
				where += ": " + function.Name.Name
				if slices.Contains(may[name], function.Name.Name) {
					continue
				}
			}
			ast.Inspect(declaration, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BinaryExpr:
					if n.Op == token.ADD && isSQL(constants.text(n)) && !constants.all(n) {
						found = append(found, where+" puts a query together from what is no constant: make it an argument of the query")
					}
				case *ast.CallExpr:
					if format, ok := formatOf(n); ok && isSQL(constants.text(format)) && regexp.MustCompile(`%[^df%]`).MatchString(constants.text(format)) {
						found = append(found, where+" formats text into a query: make it an argument of the query")
					}
				}
				return true
			})
		}
	}
	return once(found)
}

// formatOf returns the format of a call of a function of package fmt.
func formatOf(call *ast.CallExpr) (ast.Expr, bool) {
	called, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 {
		return nil, false
	}
	from, ok := called.X.(*ast.Ident)
	if !ok || from.Name != "fmt" {
		return nil, false
	}
	switch called.Sel.Name {
	case "Sprintf":
		return call.Args[0], true
	case "Fprintf", "Appendf":
		return call.Args[1], true
	}
	return nil, false
}

// constants are the text of a package's constants, those without a known text as "".
type constants map[string]string

func constantsOf(files map[string]*ast.File) constants {
	c := constants{}
	for range 2 { // those that are made of others come the second time
		for _, file := range files {
			for _, declaration := range file.Decls {
				general, ok := declaration.(*ast.GenDecl)
				if !ok || general.Tok != token.CONST {
					continue
				}
				for _, spec := range general.Specs {
					spec := spec.(*ast.ValueSpec)
					for i, name := range spec.Names {
						c[name.Name] = ""
						if i < len(spec.Values) {
							c[name.Name] = c.text(spec.Values[i])
						}
					}
				}
			}
		}
	}
	return c
}

// text returns what is known of an expression's text.
func (c constants) text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return ""
		}
		return text
	case *ast.Ident:
		return c[e.Name]
	case *ast.ParenExpr:
		return c.text(e.X)
	case *ast.BinaryExpr:
		return c.text(e.X) + c.text(e.Y)
	}
	return ""
}

// all reports whether nothing but constants is in the expression.
func (c constants) all(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		_, ok := c[e.Name]
		return ok
	case *ast.ParenExpr:
		return c.all(e.X)
	case *ast.BinaryExpr:
		return c.all(e.X) && c.all(e.Y)
	}
	return false
}
