package archtest

import (
	"fmt"
	"regexp"
	"slices"
)

// modulesAreDocumented wants a row of the table in docs/architecture.md for every module of
// go.work, and none for what is no module.
func modulesAreDocumented(modules []Module, page string) []string {
	var found, paths []string
	times := map[string]int{}
	for _, row := range regexp.MustCompile(`(?m)^\| \[((?:adapters|docs)/[a-z0-9/]+|core|app|scripts)\]\(`).FindAllStringSubmatch(page, -1) {
		times[row[1]]++
	}
	for _, m := range modules {
		paths = append(paths, m.Path)
		if n := times[m.Path]; n != 1 {
			found = append(found, fmt.Sprintf("%s has %d rows among the modules of docs/architecture.md, want one", m.Path, n))
		}
	}
	for path := range times {
		if !slices.Contains(paths, path) {
			found = append(found, fmt.Sprintf("%s stands among the modules of docs/architecture.md and is none of go.work", path))
		}
	}
	return once(found)
}
