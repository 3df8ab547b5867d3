package archtest

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

func TestPageOfSecurity(t *testing.T) {
	root, err := workspace.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	tests, err := securityTests(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(tests) < 50 {
		t.Fatalf("found %d tests, which cannot be all", len(tests))
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	report(t, securityTestsAreListed(tests, string(page)))
	report(t, everyPromiseHasATest(numberedPromises(), tests, string(page)))
}

// TestKindsOfEventsAreDocumented: who reads the audit trail finds each kind in the table.
func TestKindsOfEventsAreDocumented(t *testing.T) {
	root, err := workspace.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(root, "core", "domain", "event.go"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`(?m)^\tEvent\w+ += "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(kinds) < 19 {
		t.Fatalf("found %d kinds, which cannot be all", len(kinds))
	}
	for _, kind := range kinds {
		if !regexp.MustCompile("(?m)^\\| `.*" + kind[1] + "`.* \\| (success|failure)").Match(page) {
			t.Errorf("docs/operations.md does not say when there is an event of the kind %s", kind[1])
		}
	}
}

func TestPromisesWithoutATest(t *testing.T) {
	const page = "\n| 1 | Promise |\n| 2 | Promise |\n| 94a | Promise |\n"
	tests := map[string]string{"TestSecurity01_A": "a_test.go", "TestSecurity94a_B": "b_test.go", "TestSecurity20And22_C": "c_test.go"}
	for number, wrong := range map[string]int{"1": 0, "94a": 0, "2": 1, "20": 1, "22": 1, "94": 2, "3": 2} {
		if found := everyPromiseHasATest([]string{number}, tests, page); len(found) != wrong {
			t.Errorf("%s: found %q, want %d things", number, found, wrong)
		}
	}
	if n := len(numberedPromises()); n != 48+7+26+1 {
		t.Errorf("got %d promises", n)
	}
}

func TestFindSecurityTests(t *testing.T) {
	t.Run("are found in test files only, with their path", func(t *testing.T) {
		root := t.TempDir()
		for name, text := range map[string]string{
			"core/auth/a_test.go": "package auth\n\nfunc TestSecurity01_A(t *testing.T) {}\n\nfunc TestOther(t *testing.T) {}\n",
			"core/auth/b.go":      "package auth\n\nfunc TestSecurity02_B(t *testing.T) {}\n",
			".cache/c_test.go":    "package c\n\nfunc TestSecurity03_C(t *testing.T) {}\n",
		} {
			path := filepath.Join(root, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := securityTests(root)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]string{"TestSecurity01_A": "core/auth/a_test.go"}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestListedSecurityTests(t *testing.T) {
	const page = "\n| 1 | Promise | [`TestSecurity01_A`](../core/auth/a_test.go) | x |\n" +
		"| 23 | Promise | [`TestSecurity23And25_B`](../b_test.go) | x |\n| 25 | Promise | [`TestSecurity23And25_B`](../b_test.go) | x |\n"
	all := map[string]string{"TestSecurity01_A": "core/auth/a_test.go", "TestSecurity23And25_B": "b_test.go"}
	with := func(name, file string) map[string]string {
		tests := map[string]string{name: file}
		for n, f := range all {
			if n != name {
				tests[n] = f
			}
		}
		return tests
	}
	for name, test := range map[string]struct {
		tests map[string]string
		wrong int
	}{
		"keeps":                         {all, 0},
		"misses a test":                 {with("TestSecurity01Again", "c_test.go"), 1},
		"misses a test and its promise": {with("TestSecurity02_C", "c_test.go"), 2},
		"has another file":              {with("TestSecurity01_A", "core/auth/moved_test.go"), 1},
		"lists what there is not":       {map[string]string{"TestSecurity01_A": "core/auth/a_test.go"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if found := securityTestsAreListed(test.tests, page); len(found) != test.wrong {
				t.Errorf("found %q, want %d things", found, test.wrong)
			}
		})
	}
}
