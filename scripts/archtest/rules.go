package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// coreStandsAlone is rule 1: the core links the standard library and itself.
func coreStandsAlone(s Source) []string {
	found := s.eachImport(
		func(p Package, _ File) bool { return in(p.Path, "core") },
		func(_ Package, _ File, path string) string {
			if local, our := ours(path); standard(path) || our && in(local, "core") {
				return ""
			}
			return fmt.Sprintf("imports %s: the core imports the standard library and itself only; say what it needs as a port and put this into an adapter", path)
		})
	for _, m := range s.Modules {
		if m.Path == "core" && len(m.Requires) > 0 {
			found = append(found, fmt.Sprintf("core/go.mod requires %s: the core requires nothing", strings.Join(m.Requires, ", ")))
		}
	}
	return found
}

// coreTouchesNothing is rule 2: the core reaches for no network, database or operating
// system; the contract kit and tests may.
func coreTouchesNothing(s Source) []string {
	return s.eachImport(
		func(p Package, f File) bool {
			return in(p.Path, "core") && !in(p.Path, "core/contract") && !f.test()
		},
		func(_ Package, _ File, path string) string {
			for _, outside := range []string{"net/http", "database/sql", "os"} {
				if in(path, outside) {
					return fmt.Sprintf("imports %s: the core does no input or output; ask for it through a port", path)
				}
			}
			return ""
		})
}

// layersPointInwards is rule 3, of the packages of the core: domain imports none of ours,
// port only domain, auth both, tests of either what they like.
func layersPointInwards(s Source) []string {
	allowed := []struct {
		layer string
		may   []string
	}{
		{"core/domain", nil},
		{"core/port", []string{"core/domain"}},
		{"core/auth", []string{"core/domain", "core/port", "core/totp"}},
		{"core/totp", nil},
	}
	var found []string
	for _, a := range allowed {
		found = append(found, s.eachImport(
			func(p Package, f File) bool { return in(p.Path, a.layer) && !f.test() },
			func(_ Package, _ File, path string) string {
				local, our := ours(path)
				if !our || in(local, a.layer) || slices.ContainsFunc(a.may, func(may string) bool { return in(local, may) }) {
					return ""
				}
				return fmt.Sprintf("imports %s: of ours, %s imports %s", local, a.layer, orNothing(a.may))
			})...)
	}
	return found
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ") + " only"
}

// kitIsForTests is the rest of rule 3: what is not a test imports neither testing nor the
// contract kit, save the kit itself and packages for tests; and it imports none of these,
// save the benchmarks.
func kitIsForTests(s Source) []string {
	return s.eachImport(
		func(p Package, f File) bool {
			return !f.test() && !in(p.Path, "core/contract") && !forTests(p.Path) && !in(p.Path, "app/internal/bench")
		},
		func(p Package, _ File, path string) string {
			local, our := ours(path)
			switch {
			case path == "testing":
				return "imports testing: only tests and core/contract do; move this into a _test.go file"
			case our && in(local, "core/contract") && !in(p.Path, "scripts"):
				return fmt.Sprintf("imports %s: only tests do; what a program needs as well belongs elsewhere in the core", local)
			case our && forTests(local):
				return fmt.Sprintf("imports %s: only tests and benchmarks do; it starts servers", local)
			}
			return ""
		})
}

// forTests reports whether a package is there for the tests of others, as net/http/httptest
// is: it is named after the package that it is in, with "test" behind.
func forTests(local string) bool {
	folder, name := path.Split(local)
	parent := path.Base(folder)
	return parent != "." && name == parent+"test"
}

// adaptersStandAlone is rule 4: no adapter imports another or the app, but for what the SQL
// databases share, and what the transports over HTTP do.
func adaptersStandAlone(s Source) []string {
	shared := map[string][]string{ // by whom
		"adapters/store/sqlstore":     {"adapters/store/sqlite", "adapters/store/mysql", "adapters/store/postgres"},
		"adapters/transport/httpedge": {"adapters/transport"},
	}
	return s.eachImport(
		func(p Package, _ File) bool { _, ok := adapter(p.Path); return ok },
		func(p Package, _ File, path string) string {
			own, _ := adapter(p.Path)
			local, our := ours(path)
			if !our || in(local, own) || in(local, "core") {
				return ""
			}
			for common, users := range shared {
				if in(local, common) && slices.ContainsFunc(users, func(user string) bool { return in(own, user) }) {
					return ""
				}
			}
			return fmt.Sprintf("imports %s: an adapter imports the core and its driver, so that it can be had alone; only SQL databases share adapters/store/sqlstore, and transports over HTTP adapters/transport/httpedge", local)
		})
}

// wireStaysInApp is rule 5, of imports.
func wireStaysInApp(s Source) []string {
	return s.eachImport(
		func(p Package, _ File) bool { return !in(p.Path, "app") },
		func(_ Package, _ File, path string) string {
			if in(path, "github.com/google/wire") {
				return "imports wire: provider sets live in app/internal/wiring, so that nobody who imports a package gets Wire with it"
			}
			return ""
		})
}

// mainOwnsTheProcess is rule 5, of calls: only a main package reads the environment or ends
// the process.
func mainOwnsTheProcess(s Source) []string {
	owned := []string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.Exit", "syscall.Getenv", "syscall.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln"}
	var found []string
	for _, p := range s.Packages {
		// The scripts are programs for whoever works on the repository. Whether a server may
		// be missing depends on whose tests they are, which is for the environment to say.
		if p.Name == "main" || in(p.Path, "scripts") || in(p.Path, "core/contract/testserver") {
			continue
		}
		for _, f := range p.Files {
			for _, use := range f.Uses {
				if !f.test() && slices.Contains(owned, use) {
					found = append(found, fmt.Sprintf("%s/%s: uses %s: only main does; take the value as an argument, return an error", p.Path, f.Name, use))
				}
			}
		}
	}
	return once(found)
}

// adaptersAreHeldToAKit is rule 6: every adapter has a test that calls a kit.
func adaptersAreHeldToAKit(s Source) []string {
	const kit = repository + "core/contract.Run"
	held := map[string]bool{
		// No adapter by itself: the kit runs on each database that is built with it.
		"adapters/store/sqlstore": true,
		// No adapter at all: what transports over HTTP agree on.
		"adapters/transport/httpedge": true,
		// Has forms for people and no calls for programs: it is tested over a whole
		// auth.Service, and in a browser by app/internal/e2e.
		"adapters/transport/pages": true,
		// Has pages that call other transports, and no use case: tested by itself, and in a browser
		// by app/internal/e2e.
		"adapters/transport/explorer": true,
	}
	for _, p := range s.Packages {
		own, ok := adapter(p.Path)
		if !ok {
			continue
		}
		for _, f := range p.Files {
			if f.test() && slices.ContainsFunc(f.Uses, func(use string) bool { return strings.HasPrefix(use, kit) }) {
				held[own] = true
			}
		}
	}
	var found []string
	for _, m := range s.Modules {
		if own, ok := adapter(m.Path); ok && !held[own] {
			found = append(found, fmt.Sprintf("%s: no test calls a kit of core/contract: add a contract_test.go that calls contract.Run... for its port", m.Path))
		}
	}
	return found
}
