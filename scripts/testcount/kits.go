package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

const (
	module = "github.com/sallyport-auth/sallyport/" // with which every package begins

	// The tests of the kit itself run kits on what is no adapter.
	kitPackages = module + "core/contract"
)

// kitLine is what a kit of core/contract logs at its end.
var kitLine = regexp.MustCompile(`\.go:\d+: contract: (\w+): (\d+) cases\n$`)

// kits are how many cases a test ran of each kit, by its name.
type kits map[string]int

// noteKit keeps what a test says of a kit.
func (t *tally) noteKit(n name, output string) {
	match := kitLine.FindStringSubmatch(output)
	if match == nil {
		return
	}
	cases, err := strconv.Atoi(match[2])
	if err != nil {
		return // no kit is as large
	}
	if t.kits[n] == nil {
		t.kits[n] = kits{}
	}
	t.kits[n][match[1]] = max(cases, t.kits[n][match[1]])
}

// reportKits prints how many cases of which kit each adapter has passed in all runs, and the
// reason where a test of the contract was skipped.
func (t *tally) reportKits(out io.Writer) error {
	tests := slices.Collect(maps.Keys(t.kits))
	for n := range t.skipped {
		if t.kits[n] == nil && isContract(n) {
			tests = append(tests, n)
		}
	}
	tests = slices.DeleteFunc(tests, func(n name) bool { return strings.HasPrefix(n.Package, kitPackages) })
	if len(tests) == 0 {
		return nil
	}
	slices.SortFunc(tests, func(a, b name) int {
		return cmp.Or(strings.Compare(a.Package, b.Package), strings.Compare(a.Test, b.Test))
	})
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nadapter\tkit\tcases passed\ttest")
	for _, n := range tests {
		kit := strings.Join(slices.Sorted(maps.Keys(t.kits[n])), ", ")
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", strings.TrimPrefix(n.Package, module), cmp.Or(kit, "-"), t.casesPassed(n), n.Test)
	}
	fmt.Fprintln(table)
	return table.Flush()
}

// isContract tells by its name that a test runs a kit, where it was skipped before it could.
func isContract(n name) bool {
	return strings.Contains(n.Test, "Contract") && !strings.Contains(n.Test, "/")
}

// casesPassed says what became of the cases of a test. Each case is a subtest of it.
func (t *tally) casesPassed(test name) string {
	ran := 0
	for _, cases := range t.kits[test] {
		ran += cases
	}
	isCase := func(n name) bool { return n.Package == test.Package && strings.HasPrefix(n.Test, test.Test+"/") }
	passed := 0
	for n := range t.passed {
		if isCase(n) && !t.failed[n] {
			passed++
		}
	}
	if t.failed[test] {
		return fmt.Sprintf("%d of %d: FAILED", passed, ran)
	}
	if passed > 0 && passed == ran {
		return strconv.Itoa(passed)
	}
	if reason, ok := t.skipped[test]; ok {
		return "skipped: " + reason
	}
	for n, reason := range t.skipped {
		if isCase(n) && passed == 0 {
			return "skipped: " + reason
		}
	}
	return fmt.Sprintf("%d of %d", passed, ran)
}
