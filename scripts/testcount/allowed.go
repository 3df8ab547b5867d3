package main

import (
	"fmt"
	"os"
	"strings"
)

// readAllowed reads the tests that may be skipped. Empty lines and lines that begin with #
// say nothing.
func readAllowed(file string) (map[name]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	allowed := map[name]string{}
	for i, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 3 {
			return nil, fmt.Errorf("%s:%d: want a package, a test and the reason", file, i+1)
		}
		allowed[name{fields[0], fields[1]}] = strings.Join(fields[2:], " ")
	}
	return allowed, nil
}

// forbidSkips fails every test that was skipped and is not allowed to be, and every line of
// allowed whose test was not skipped, so that the list does not outlive its reasons.
func (t *tally) forbidSkips(allowed map[name]string) {
	for n := range t.skipped {
		if _, ok := allowed[n]; !ok {
			t.fail(n, "skipped, but every test must run here: install what it needs, or allow it with a reason\n")
		}
	}
	for n := range allowed {
		if _, ok := t.skipped[n]; !ok {
			t.fail(n, "allowed to be skipped, but was not: take it off the list\n")
		}
	}
}
