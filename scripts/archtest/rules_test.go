package archtest

import (
	"slices"
	"strings"
	"testing"
)

const kit = repository + "core/contract"

// file makes a File of name that imports paths; one of ours is written from the repository's
// root.
func file(name string, paths ...string) File {
	f := File{Name: name}
	for _, p := range paths {
		if in(p, "core") || in(p, "adapters") || in(p, "app") || in(p, "scripts") {
			p = repository + p
		}
		f.Imports = append(f.Imports, p)
	}
	return f
}

func using(name string, uses ...string) File { return File{Name: name, Uses: uses} }

func pkg(path string, files ...File) Source {
	name := path[strings.LastIndex(path, "/")+1:]
	return Source{Packages: []Package{{Path: path, Name: name, Files: files}}}
}

func program(path string, files ...File) Source {
	return Source{Packages: []Package{{Path: path, Name: "main", Files: files}}}
}

// TestRulesCanFail gives each rule small sources that keep it and that break it.
func TestRulesCanFail(t *testing.T) {
	for name, test := range map[string]struct {
		rule   func(Source) []string
		keeps  []Source
		breaks []Source
	}{
		"the core stands alone": {
			coreStandsAlone,
			[]Source{
				pkg("core/auth", file("a.go", "fmt", "crypto/hkdf", "core/port")),
				pkg("adapters/store/sqlite", file("a.go", "modernc.org/sqlite")),
				{Modules: []Module{{Path: "core"}, {Path: "app", Requires: []string{"example.com/x"}}}},
			},
			[]Source{
				pkg("core/auth", file("a.go", "fmt", "golang.org/x/text/unicode/norm")),
				pkg("core/auth", file("a_test.go", "github.com/google/go-cmp/cmp")),
				pkg("core/auth", file("a.go", "adapters/token/jwt")),
				pkg("core/contract/fakes", file("a.go", "app/internal/config")),
				{Modules: []Module{{Path: "core", Requires: []string{"example.com/x"}}}},
			},
		},
		"the core touches nothing": {
			coreTouchesNothing,
			[]Source{
				pkg("core/auth", file("a.go", "net/netip", "net/mail"), file("a_test.go", "os")),
				pkg("core/contract", file("a.go", "net/http", "os")),
				pkg("core/auth", file("a.go", "example.com/os")),
				pkg("app/internal/config", file("a.go", "os")),
			},
			[]Source{
				pkg("core/auth", file("a.go", "os")),
				pkg("core/auth", file("a.go", "os/exec")),
				pkg("core/port", file("a.go", "database/sql")),
				pkg("core/port", file("a.go", "database/sql/driver")),
				pkg("core/domain", file("a.go", "net/http")),
				pkg("core/contractual", file("a.go", "net/http")),
			},
		},
		"the layers of the core point inwards": {
			layersPointInwards,
			[]Source{
				pkg("core/domain", file("a.go", "time"), file("a_test.go", "core/port")),
				pkg("core/port", file("a.go", "core/domain")),
				pkg("core/auth", file("a.go", "core/domain", "core/port", "core/auth/internal/x"), file("a_test.go", "core/contract/fakes")),
				pkg("core/contract", file("a.go", "core/domain", "core/port", "core/auth")),
			},
			[]Source{
				pkg("core/domain", file("a.go", "core/port")),
				pkg("core/domain", file("a.go", "core/domainparts")),
				pkg("core/port", file("a.go", "core/auth")),
				pkg("core/auth", file("a.go", "core/contract/fakes")),
				pkg("core/auth/internal/x", file("a.go", "adapters/token/jwt")),
			},
		},
		"the kit is for tests": {
			kitIsForTests,
			[]Source{
				pkg("core/auth", file("a_test.go", "testing", "core/contract")),
				pkg("core/contract/fakes", file("a.go", "testing", "core/contract")),
				pkg("adapters/store/memory", file("contract_test.go", "testing", "core/contract")),
				pkg("core/auth", file("a.go", "testing/fstest")),
				program("scripts/portsdoc", file("main.go", "core/contract")),
				pkg("adapters/store/mysql/mysqltest", file("a.go", "testing", "core/contract/testserver")),
				pkg("app/internal/e2e", file("a_test.go", "adapters/store/mysql/mysqltest")),
				pkg("app/internal/bench", file("a.go", "adapters/store/mysql/mysqltest")),
			},
			[]Source{
				pkg("core/auth", file("a.go", "testing")),
				pkg("adapters/store/mysql/latest", file("a.go", "testing")),
				pkg("app/internal/wiring", file("a.go", "adapters/store/mysql/mysqltest")),
				pkg("app/internal/e2e", file("a.go", "testing")),
				pkg("adapters/store/memory", file("a.go", "core/contract/refstore")),
				program("app/cmd/sallyport", file("main.go", "core/contract/fakes")),
				program("scripts/x", file("main.go", "testing")),
			},
		},
		"the adapters stand alone": {
			adaptersStandAlone,
			[]Source{
				pkg("adapters/store/sqlite", file("a.go", "core/port", "adapters/store/sqlstore", "modernc.org/sqlite")),
				pkg("adapters/store/sqlite/inner", file("a.go", "adapters/store/sqlite")),
				pkg("adapters/transport/pages", file("a.go", "core/auth", "adapters/transport/httpedge")),
				pkg("app/internal/wiring", file("a.go", "adapters/store/sqlite", "adapters/token/jwt")),
			},
			[]Source{
				pkg("adapters/store/memory", file("a.go", "adapters/store/sqlstore")),
				pkg("adapters/store/sqlstore", file("a.go", "adapters/store/sqlite")),
				pkg("adapters/transport/httpedge", file("a.go", "adapters/transport/pages")),
				pkg("adapters/mailer/devmail", file("a.go", "adapters/transport/httpedge")),
				pkg("adapters/transport/pages", file("a.go", "adapters/store/sqlstore")),
				pkg("adapters/transport/fiberhttp", file("a_test.go", "adapters/token/jwt")),
				pkg("adapters/store/sqlite", file("a.go", "adapters/store/sqlitex")),
				pkg("adapters/store/sqlite", file("a.go", "app/internal/config")),
				pkg("adapters/store/sqlite", file("a.go", "scripts/workspace")),
			},
		},
		"wire stays in app": {
			wireStaysInApp,
			[]Source{
				pkg("app/internal/wiring", file("inject_sqlite.go", "github.com/google/wire")),
				pkg("core/auth", file("a.go", "github.com/google/wireless")),
			},
			[]Source{
				pkg("adapters/store/sqlite", file("provider.go", "github.com/google/wire")),
				pkg("core/auth", file("a_test.go", "github.com/google/wire")),
			},
		},
		"main owns the process": {
			mainOwnsTheProcess,
			[]Source{
				program("app/cmd/sallyport", using("main.go", "os.Getenv", "os.Exit")),
				pkg("app/internal/e2e", using("main_test.go", "os.Getenv", "os.Exit")),
				pkg("app/internal/keys", using("a.go", "os.ReadFile")),
				pkg("scripts/workspace", using("a.go", "os.Environ")),
			},
			[]Source{
				pkg("app/internal/config", using("a.go", "os.Getenv")),
				pkg("app/internal/config", using("a.go", "os.LookupEnv")),
				pkg("adapters/store/sqlite", using("a.go", "os.Environ")),
				pkg("app/internal/cli", using("a.go", "os.Exit")),
				pkg("core/contract", using("a.go", "log.Fatal")),
			},
		},
		"the adapters are held to a kit": {
			adaptersAreHeldToAKit,
			[]Source{
				withModule("adapters/store/memory", pkg("adapters/store/memory", using("contract_test.go", kit+".RunStore"))),
				withModule("adapters/store/memory", pkg("adapters/store/memory/inner", using("x_test.go", kit+".RunStore"))),
				withModule("adapters/store/sqlstore", Source{}),
				withModule("adapters/transport/httpedge", Source{}),
				withModule("core", Source{}),
			},
			[]Source{
				withModule("adapters/store/memory", Source{}),
				withModule("adapters/store/memory", pkg("adapters/store/memory", using("a_test.go", kit+".AllCases"))),
				withModule("adapters/store/memory", pkg("adapters/store/memory", using("a.go", kit+".RunStore"))),
				withModule("adapters/store/memory", pkg("adapters/store/sqlite", using("contract_test.go", kit+".RunStore"))),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for i, s := range test.keeps {
				if found := test.rule(s); len(found) > 0 {
					t.Errorf("source %d that keeps the rule: %q", i, found)
				}
			}
			for i, s := range test.breaks {
				if found := test.rule(s); len(found) != 1 {
					t.Errorf("source %d that breaks the rule: found %q, want one thing", i, found)
				}
			}
		})
	}
}

func withModule(path string, s Source) Source {
	s.Modules = append(s.Modules, Module{Path: path})
	return s
}

func TestCaseRulesCanFail(t *testing.T) {
	cases := []string{"users/create/one-winner", "users/by-id/missing.one"}
	const page = "# Ports\n\n| `users/create/one-winner` | one |\n| `users/by-id/missing.one` | `go.mod` of `./core/port` |\n"

	t.Run("documented", func(t *testing.T) {
		wants(t, casesAreDocumented(cases, page), "")
		wants(t, casesAreDocumented(cases, page+page), "users/by-id/missing.one stands 2 times")
		wants(t, casesAreDocumented(append(cases, "users/new"), page), "users/new stands 0 times")
		wants(t, casesAreDocumented(cases[:1], page), "users/by-id/missing.one stands in docs/ports.md and is no case")
	})
	t.Run("proven", func(t *testing.T) {
		wants(t, casesCanFail(cases, map[string][]string{"a": cases}), "")
		wants(t, casesCanFail(cases, map[string][]string{"a": cases[:1]}), "users/by-id/missing.one is proven by no fault")
		wants(t, casesCanFail(cases, map[string][]string{"a": append(cases, "x/y")}), "fault a names x/y, which is no case")
		wants(t, casesCanFail(cases, map[string][]string{"a": cases, "b": nil}), "fault b names no case")
	})
	t.Run("distinct", func(t *testing.T) {
		wants(t, casesAreDistinct(cases), "")
		wants(t, casesAreDistinct(append(cases, cases[0])), "users/create/one-winner is the ID of two cases")
	})
}

// wants fails the test unless want is a part of what was found; "" wants nothing to be.
func wants(t *testing.T, found []string, want string) {
	t.Helper()
	if want == "" && len(found) > 0 || want != "" && !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, want) }) {
		t.Errorf("found %q, want %q", found, want)
	}
}
