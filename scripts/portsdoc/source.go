package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// source is what package port says of itself.
type source struct {
	rules     string // its package comment, in Markdown
	sentinels []sentinel
	ports     []portDoc // its interfaces, by name
	records   []record  // its structs, by name
}

// sentinel is an error that callers tell apart.
type sentinel struct{ name, meaning string }

// portDoc is an interface.
type portDoc struct {
	name, file string
	intro      string // Markdown
	methods    []methodDoc
}

type methodDoc struct {
	signature string // Go
	promise   string // Markdown; empty where the interface says it all
}

// record is a struct that methods take or return.
type record struct {
	file  string
	name  string
	intro string // Markdown
	code  string // Go
}

// read returns what the Go files in dir say.
func read(dir string) (source, error) {
	fset := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return source{}, fmt.Errorf("find files: %w", err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return source{}, fmt.Errorf("read file: %w", err)
		}
		file, err := parser.ParseFile(fset, filepath.Base(path), text, parser.ParseComments)
		if err != nil {
			return source{}, fmt.Errorf("parse file: %w", err)
		}
		files = append(files, file)
	}
	pkg, err := doc.NewFromFiles(fset, files, "port")
	if err != nil {
		return source{}, fmt.Errorf("read doc comments: %w", err)
	}
	s := source{rules: markdown(pkg, pkg.Doc)}
	for _, group := range pkg.Vars {
		s.sentinels = append(s.sentinels, sentinelsOf(group)...)
	}
	for _, t := range pkg.Types {
		// The sentinel that belongs to one port alone is listed with its type.
		for _, group := range t.Vars {
			s.sentinels = append(s.sentinels, sentinelsOf(group)...)
		}
		if err := s.addType(fset, pkg, t); err != nil {
			return source{}, err
		}
	}
	return s, nil
}

func sentinelsOf(group *doc.Value) []sentinel {
	var list []sentinel
	for _, spec := range group.Decl.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		text := value.Doc.Text()
		if text == "" {
			text = group.Doc
		}
		name := value.Names[0].Name
		list = append(list, sentinel{name, strings.TrimPrefix(oneLine(text), name+" says ")})
	}
	return list
}

func (s *source) addType(fset *token.FileSet, pkg *doc.Package, t *doc.Type) error {
	spec, ok := t.Decl.Specs[0].(*ast.TypeSpec)
	if !ok {
		return fmt.Errorf("type %s is declared in an unknown way", t.Name)
	}
	file := fset.Position(t.Decl.Pos()).Filename
	switch kind := spec.Type.(type) {
	case *ast.InterfaceType:
		p := portDoc{name: t.Name, file: file, intro: markdown(pkg, t.Doc)}
		for _, m := range kind.Methods.List {
			signature, err := signatureOf(fset, m)
			if err != nil {
				return err
			}
			p.methods = append(p.methods, methodDoc{signature, markdown(pkg, m.Doc.Text())})
		}
		s.ports = append(s.ports, p)
	case *ast.StructType:
		code, err := goText(fset, spec)
		if err != nil {
			return err
		}
		s.records = append(s.records, record{file: file, name: t.Name, intro: markdown(pkg, t.Doc), code: "type " + code})
	}
	return nil
}

// signatureOf returns a method as it is declared, or the name of an embedded interface.
func signatureOf(fset *token.FileSet, m *ast.Field) (string, error) {
	text, err := goText(fset, m.Type)
	if err != nil || len(m.Names) == 0 {
		return text, err
	}
	return m.Names[0].Name + strings.TrimPrefix(text, "func"), nil
}

// goText prints a node without the comment above it.
func goText(fset *token.FileSet, node ast.Node) (string, error) {
	if spec, ok := node.(*ast.TypeSpec); ok {
		bare := *spec
		bare.Doc = nil
		node = &bare
	}
	var b bytes.Buffer
	if err := format.Node(&b, fset, node); err != nil {
		return "", fmt.Errorf("print %T: %w", node, err)
	}
	return b.String(), nil
}

func markdown(pkg *doc.Package, text string) string {
	return strings.TrimSpace(string(pkg.Markdown(text)))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
