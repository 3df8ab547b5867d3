package archtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// casesAreDocumented is rule 7, of docs/ports.md: every case of the kit stands there once,
// in backquotes, and none that the kit does not have.
func casesAreDocumented(cases []string, page string) []string {
	times := map[string]int{}
	for _, quoted := range regexp.MustCompile("`[a-z0-9-]+(/[a-z0-9.-]+)+`").FindAllString(page, -1) {
		times[strings.Trim(quoted, "`")]++
	}
	var found []string
	for _, id := range cases {
		if n := times[id]; n != 1 {
			found = append(found, fmt.Sprintf("%s stands %d times in docs/ports.md, want once: go tool task gen", id, n))
		}
	}
	return append(found, unknown(cases, times)...)
}

// unknown returns a complaint for each of the ids under a port of the kit that is no case.
func unknown(cases []string, ids map[string]int) []string {
	ports := map[string]bool{}
	for _, id := range cases {
		port, _, _ := strings.Cut(id, "/")
		ports[port] = true
	}
	var found []string
	for id := range ids {
		if port, _, _ := strings.Cut(id, "/"); ports[port] && !slices.Contains(cases, id) {
			found = append(found, fmt.Sprintf("%s stands in docs/ports.md and is no case of the kit: go tool task gen", id))
		}
	}
	return once(found)
}

// casesCanFail is rule 7, of the planted faults: every case is proven by one at least, and
// every fault proves cases that there are. faults holds, by the name of a fault, the cases
// that it must turn red.
func casesCanFail(cases []string, faults map[string][]string) []string {
	proven := map[string]bool{}
	var found []string
	for fault, ids := range faults {
		if len(ids) == 0 {
			found = append(found, fmt.Sprintf("fault %s names no case that it turns red", fault))
		}
		for _, id := range ids {
			proven[id] = true
			if !slices.Contains(cases, id) {
				found = append(found, fmt.Sprintf("fault %s names %s, which is no case", fault, id))
			}
		}
	}
	for _, id := range cases {
		if !proven[id] {
			found = append(found, fmt.Sprintf("%s is proven by no fault: plant one in core/contract/faulty", id))
		}
	}
	return once(found)
}

// casesAreDistinct wants no ID to be given twice.
func casesAreDistinct(cases []string) []string {
	seen := map[string]bool{}
	var found []string
	for _, id := range cases {
		if seen[id] {
			found = append(found, fmt.Sprintf("%s is the ID of two cases", id))
		}
		seen[id] = true
	}
	return found
}
