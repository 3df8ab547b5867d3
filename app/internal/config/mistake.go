package config

import (
	"fmt"
	"strings"
)

// Mistake is one thing that is wrong, and how to put it right. It never holds a secret.
type Mistake struct {
	Name    string // of the setting
	Source  string // where the value came from, as in Value; empty for the environment
	Problem string
	Fix     string
}

func (m Mistake) String() string {
	name := m.Name
	if m.Source != "" {
		name += " (" + m.Source + ")"
	}
	return name + ": " + m.Problem + "; " + m.Fix
}

// Mistakes is the error of Load: all that is wrong with a configuration, in the order of
// Settings.
type Mistakes []Mistake

// Error lists the mistakes, one a line.
func (m Mistakes) Error() string {
	var b strings.Builder
	if len(m) == 1 {
		b.WriteString("1 problem in the configuration:")
	} else {
		fmt.Fprintf(&b, "%d problems in the configuration:", len(m))
	}
	for _, mistake := range m {
		b.WriteString("\n  " + mistake.String())
	}
	return b.String()
}
