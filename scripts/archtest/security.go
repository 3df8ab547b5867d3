package archtest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// securityTests returns the files below root that hold a test of a numbered security
// promise, by the name of the test. Files are relative to root, with slashes.
func securityTests(root string) (map[string]string, error) {
	test := regexp.MustCompile(`(?m)^func (TestSecurity[0-9]\w*)\(`)
	tests := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := filepath.Rel(root, path)
		for _, found := range test.FindAllStringSubmatch(string(text), -1) {
			tests[found[1]] = filepath.ToSlash(file)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("archtest: look for security tests: %w", err)
	}
	return tests, nil
}

// securityTestsAreListed is the rule of docs/security.md: every test of a numbered promise is
// listed there with its file, below a row of that number, and none that there is not.
func securityTestsAreListed(tests map[string]string, page string) []string {
	linked := regexp.MustCompile("\\[`(TestSecurity[0-9]\\w*)`\\]\\(\\.\\./([^)]+)\\)")
	listed := map[string]string{}
	for _, link := range linked.FindAllStringSubmatch(page, -1) {
		listed[link[1]] = link[2]
	}
	var found []string
	for name, file := range tests {
		if listed[name] != file {
			found = append(found, fmt.Sprintf("docs/security.md does not list %s with ../%s: say what it promises, and what turns it red", name, file))
		}
		for _, number := range numbersOf(name) {
			if !strings.Contains(page, "\n| "+number+" | ") {
				found = append(found, fmt.Sprintf("docs/security.md has no promise %s, which %s is about", number, name))
			}
		}
	}
	for name := range listed {
		if tests[name] == "" {
			found = append(found, fmt.Sprintf("docs/security.md lists %s, which is nowhere else", name))
		}
	}
	return once(found)
}

// numberedPromises are the numbers of the promises that are kept today. Those of the second
// factor (49, 57 to 63) and of OAuth (64 to 71) come with what they are about.
func numberedPromises() []string {
	numbers := []string{"94a"}
	for _, between := range [][2]int{{1, 48}, {50, 56}, {72, 97}} {
		for n := between[0]; n <= between[1]; n++ {
			numbers = append(numbers, strconv.Itoa(n))
		}
	}
	return numbers
}

// everyPromiseHasATest is the rule that each number has a row on the page and a test whose
// name carries it: a case that runs nowhere by itself, or under another name, is found by
// nobody who looks for it.
func everyPromiseHasATest(numbers []string, tests map[string]string, page string) []string {
	tested := map[string]bool{}
	for name := range tests {
		for _, number := range numbersOf(name) {
			tested[number] = true
		}
	}
	var found []string
	for _, number := range numbers {
		if !tested[number] {
			found = append(found, fmt.Sprintf("promise %s has no test whose name begins with TestSecurity%s", number, number))
		}
		if !strings.Contains(page, "\n| "+number+" | ") {
			found = append(found, fmt.Sprintf("docs/security.md has no promise %s", number))
		}
	}
	return once(found)
}

// numbersOf returns ["23", "25"] for TestSecurity23And25_RotationsOutliveAKill, and ["1"] for
// TestSecurity01_X. A number may have a letter: 94a.
func numbersOf(test string) []string {
	match := regexp.MustCompile(`^TestSecurity(\d+a?(?:And\d+a?)*)`).FindStringSubmatch(test)
	if match == nil {
		return nil
	}
	numbers := strings.Split(match[1], "And")
	for i, n := range numbers {
		numbers[i] = strings.TrimLeft(n, "0")
	}
	return slices.Compact(numbers)
}
