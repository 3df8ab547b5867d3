// Package archtest keeps the rules of who may import whom, as a test: it needs no install,
// and its messages say what to do.
//
// The rules are functions over a Source, so that each is also shown, on a small made-up one,
// to be able to fail.
package archtest

import (
	"slices"
	"strings"
)

// repository is what the paths of our modules begin with.
const repository = "github.com/sallyport-auth/sallyport/"

// Source is what the rules look at.
type Source struct {
	Modules  []Module
	Packages []Package
}

// Module is one of ours. Its Path is relative to the repository: "adapters/token/jwt".
type Module struct {
	Path     string
	Requires []string // whole paths of modules
}

// Package is one of ours. Its Path is relative to the repository, too.
type Package struct {
	Path   string
	Module string // path of its module
	Name   string // of its package clauses: "main"
	Files  []File
}

// File is a Go file, whichever platform or build tag it is for.
type File struct {
	Name    string
	Imports []string // whole paths
	Uses    []string // what it names of packages it imports: "os.Exit", with the whole path
}

// test reports whether the file belongs to a test.
func (f File) test() bool { return strings.HasSuffix(f.Name, "_test.go") }

// in reports whether path is folder or below it.
func in(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// ours returns path relative to the repository, if it is one of ours.
func ours(path string) (string, bool) { return strings.CutPrefix(path, repository) }

// standard reports whether path is of the standard library: no others lack a dot in their
// first element.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// adapter returns the folder of the adapter that path is in, such as "adapters/store/sqlite".
func adapter(path string) (string, bool) {
	parts := strings.Split(path, "/")
	if len(parts) < 3 || parts[0] != "adapters" {
		return "", false
	}
	return strings.Join(parts[:3], "/"), true
}

// eachImport calls visit for every import of every file that wanted accepts, and returns
// what visit found wrong, each thing once, sorted.
func (s Source) eachImport(wanted func(Package, File) bool, visit func(Package, File, string) string) []string {
	var found []string
	for _, p := range s.Packages {
		for _, f := range p.Files {
			if !wanted(p, f) {
				continue
			}
			for _, path := range f.Imports {
				if wrong := visit(p, f, path); wrong != "" {
					found = append(found, p.Path+"/"+f.Name+": "+wrong)
				}
			}
		}
	}
	return once(found)
}

func once(found []string) []string {
	slices.Sort(found)
	return slices.Compact(found)
}
