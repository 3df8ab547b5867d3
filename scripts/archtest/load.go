package archtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

// load reads every package of the workspace in root. Files that the build on this platform
// leaves out are read as well.
func load(ctx context.Context, root string) (Source, error) {
	modules, err := workspace.Modules(ctx, root)
	if err != nil {
		return Source{}, err
	}
	var s Source
	for _, m := range modules {
		path, _ := ours(m.Path)
		s.Modules = append(s.Modules, Module{Path: path, Requires: m.Requires})
	}
	out, err := workspace.Go(ctx, root, []string{"GOWORK=" + filepath.Join(root, "go.work")}, "list", "-e",
		"-json=ImportPath,Dir,Name,Module,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles", "work")
	if err != nil {
		return Source{}, err
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed listedPackage
		err := dec.Decode(&listed)
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return Source{}, fmt.Errorf("archtest: go list: %w", err)
		}
		p, err := listed.read()
		if err != nil {
			return Source{}, err
		}
		s.Packages = append(s.Packages, p)
	}
}

// listedPackage is what "go list -json" says of a package.
type listedPackage struct {
	ImportPath, Dir, Name                                        string
	Module                                                       struct{ Path string }
	GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
}

func (l listedPackage) read() (Package, error) {
	p := Package{Name: l.Name}
	p.Path, _ = ours(l.ImportPath)
	p.Module, _ = ours(l.Module.Path)
	for _, names := range [][]string{l.GoFiles, l.CgoFiles, l.IgnoredGoFiles, l.TestGoFiles, l.XTestGoFiles} {
		for _, name := range names {
			f, err := parseFile(filepath.Join(l.Dir, name), nil)
			if err != nil {
				return Package{}, err
			}
			p.Files = append(p.Files, f)
		}
	}
	return p, nil
}

// parseFile reads the file at path, or src in its stead.
func parseFile(path string, src any) (File, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
	if err != nil {
		return File{}, fmt.Errorf("archtest: %w", err)
	}
	f := File{Name: filepath.Base(path)}
	names := map[string]string{} // by which the file calls what it imports
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return File{}, fmt.Errorf("archtest: %s: %w", path, err)
		}
		f.Imports = append(f.Imports, imported)
		name := imported[strings.LastIndex(imported, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && names[x.Name] != "" {
				f.Uses = append(f.Uses, names[x.Name]+"."+selector.Sel.Name)
			}
		}
		return true
	})
	return f, nil
}
