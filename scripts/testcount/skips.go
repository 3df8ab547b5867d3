package main

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// logged is a line that a test has logged: where, and what.
var logged = regexp.MustCompile(`(?m)^\s+\S+\.go:\d+: (.*)$`)

// reasonIn returns the last line that a skipped test has logged, which says why, or "".
func reasonIn(output string) string {
	lines := logged.FindAllStringSubmatch(output, -1)
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1][1]
}

// reportSkips prints a line for each package and reason: a server that is missing skips many
// tests at once.
func (t *tally) reportSkips(out io.Writer) {
	type group struct{ pkg, reason string }
	groups := map[group][]string{}
	for n, reason := range t.skipped {
		g := group{n.Package, reason}
		groups[g] = append(groups[g], n.Test)
	}
	for _, g := range slices.SortedFunc(maps.Keys(groups), func(a, b group) int {
		return strings.Compare(a.pkg+" "+a.reason, b.pkg+" "+b.reason)
	}) {
		what := groups[g][0]
		if n := len(groups[g]); n > 1 {
			what = fmt.Sprintf("%d tests", n)
		}
		fmt.Fprintf(out, "skipped: %s %s: %s\n", g.pkg, what, g.reason)
	}
}
