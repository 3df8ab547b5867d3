package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

// statement is one NAME=value of a .env file.
type statement struct {
	line  int // on which it begins, from 1
	text  string
	names []string // one, but for a line that holds several; sorted
}

// statements cuts the text of a .env file up. The second result is the number of the line
// that cannot be read, or 0. What a statement means is for the library alone to say: a
// value in quotes may go on over several lines.
func statements(text string) (all []statement, wrong int) {
	lines := strings.SplitAfter(text, "\n")
	for first := 0; first < len(lines); {
		next, s := statementAt(lines, first)
		if next == first {
			return all, first + 1
		}
		if s.names != nil {
			all = append(all, s)
		}
		first = next
	}
	return all, 0
}

// statementAt returns the statement that begins on a line, none for a comment, and the line
// after it, which is first where nothing there can be read.
func statementAt(lines []string, first int) (next int, s statement) {
	for next := first + 1; next <= len(lines); next++ {
		text := strings.Join(lines[first:next], "")
		if values, err := godotenv.Unmarshal(text); err == nil {
			return next, statement{line: first + 1, text: text, names: sortedNames(values)}
		}
		if !strings.ContainsAny(text, `'"`) {
			break // without a quote nothing goes on over the end of a line
		}
	}
	return first, statement{}
}

func sortedNames(values map[string]string) []string {
	var names []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// refersTo reports whether the value of s depends on one of the names that are not defined,
// for which the library would put nothing. It asks the library: what is in single quotes or
// behind a backslash is no reference.
func (s statement) refersTo(undefined func(string) bool) bool {
	for _, match := range regexp.MustCompile(`\$\(?\{?([A-Z0-9_]+)`).FindAllStringSubmatch(s.text, -1) {
		name := match[1]
		if undefined(name) && s.valuesWith(name, "1") != s.valuesWith(name, "2") {
			return true
		}
	}
	return false
}

// valuesWith returns the values of s where name has a value before it.
func (s statement) valuesWith(name, value string) string {
	values, err := godotenv.Unmarshal(name + "=" + value + "\n" + s.text)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, own := range s.names {
		b.WriteString(values[own] + "\n")
	}
	return b.String()
}
