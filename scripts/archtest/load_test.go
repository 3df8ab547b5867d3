package archtest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

func TestParseFile(t *testing.T) {
	t.Run("finds imports and what is used of them, whatever they are called", func(t *testing.T) {
		const source = "//go:build windows\n\npackage x\n\nimport (\n\t\"os\"\n\tsystem \"syscall\"\n\n\t_ \"embed\"\n)\n\n" +
			"var exit = os.Exit\n\nfunc f(o struct{ Exit func() }) { o.Exit(); system.Getenv(\"X\") }\n"
		got, err := parseFile("x_windows.go", source)
		if err != nil {
			t.Fatal(err)
		}
		want := File{Name: "x_windows.go", Imports: []string{"os", "syscall", "embed"}, Uses: []string{"os.Exit", "syscall.Getenv"}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("file %+v, want %+v", got, want)
		}
	})

	t.Run("says what it cannot read", func(t *testing.T) {
		if got, err := parseFile("x.go", "pack"); err == nil {
			t.Errorf("file %+v, want an error", got)
		}
	})
}

func TestLoad(t *testing.T) {
	root, err := workspace.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	source, err := load(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("finds this package with its tests", func(t *testing.T) {
		at := slices.IndexFunc(source.Packages, func(p Package) bool { return p.Path == "scripts/archtest" })
		if at < 0 {
			t.Fatalf("packages %v", source.Packages)
		}
		p := source.Packages[at]
		if p.Module != "scripts" || p.Name != "archtest" {
			t.Errorf("module %q, name %q", p.Module, p.Name)
		}
		at = slices.IndexFunc(p.Files, func(f File) bool { return f.Name == "load_test.go" })
		if at < 0 || !slices.Contains(p.Files[at].Imports, repository+"scripts/workspace") ||
			!slices.Contains(p.Files[at].Uses, repository+"scripts/workspace.Root") {
			t.Errorf("files %+v", p.Files)
		}
	})
}
