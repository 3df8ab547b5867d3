package archtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/faulty"
	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

// TestRules holds the repository to its rules. The go command does not know that the result
// depends on other modules, so run it with -count=1 after a change to one of them.
func TestRules(t *testing.T) {
	root, err := workspace.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	source, err := load(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	if len(source.Modules) < 9 || len(source.Packages) < len(source.Modules) {
		t.Fatalf("found %d modules and %d packages, which cannot be all", len(source.Modules), len(source.Packages))
	}
	for name, rule := range map[string]func(Source) []string{
		"the core stands alone":                coreStandsAlone,
		"the core touches nothing":             coreTouchesNothing,
		"the layers of the core point inwards": layersPointInwards,
		"the kit is for tests":                 kitIsForTests,
		"the adapters stand alone":             adaptersStandAlone,
		"wire stays in app":                    wireStaysInApp,
		"main owns the process":                mainOwnsTheProcess,
		"the adapters are held to a kit":       adaptersAreHeldToAKit,
	} {
		t.Run(name, func(t *testing.T) { report(t, rule(source)) })
	}

	t.Run("the modules are documented", func(t *testing.T) {
		page, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
		if err != nil {
			t.Fatal(err)
		}
		report(t, modulesAreDocumented(source.Modules, string(page)))
	})

	cases := caseIDs()
	if len(cases) < 100 {
		t.Fatalf("the kit has %d cases, which cannot be all", len(cases))
	}
	t.Run("the cases of the kit are distinct", func(t *testing.T) { report(t, casesAreDistinct(append(transportIDs(), cases...))) })
	t.Run("the cases of the kit can fail", func(t *testing.T) {
		faults := map[string][]string{}
		for _, f := range faulty.All() {
			faults[f.Name] = f.Turns
		}
		report(t, casesCanFail(cases, faults))
	})
	t.Run("the cases of the kit are documented", func(t *testing.T) {
		page, err := os.ReadFile(filepath.Join(root, "docs", "ports.md"))
		if err != nil {
			t.Fatal(err)
		}
		report(t, casesAreDocumented(append(transportIDs(), cases...), string(page)))
	})
}

func caseIDs() []string {
	var ids []string
	for _, c := range contract.AllCases() {
		ids = append(ids, c.ID)
	}
	return ids
}

func transportIDs() []string {
	var ids []string
	for _, c := range contract.TransportCases() {
		ids = append(ids, c.ID)
	}
	return ids
}

func report(t *testing.T, found []string) {
	t.Helper()
	for _, wrong := range found {
		t.Error(wrong)
	}
}
