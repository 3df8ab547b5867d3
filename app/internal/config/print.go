package config

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Value is a setting as it stands.
type Value struct {
	Name   string `json:"name"`
	Value  string `json:"value"`  // of a secret only whether it is set
	Source string `json:"source"` // flag, environment, the path of the .env file, the name with _FILE, or default
}

// Print writes every setting with its value and where that came from, one a line. It shows
// no secret.
func (c Config) Print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range c.values {
		fmt.Fprintf(table, "%s\t%s\t%s\n", v.Name, v.Value, v.Source)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("config: print: %w", err)
	}
	return nil
}

func (l *loader) shown() []Value {
	values := make([]Value, 0, len(l.settings))
	for _, s := range l.settings {
		value, set := l.values[s.Name]
		source := l.sourceOf(s.Name)
		if source == "" {
			source = sourceDefault
		}
		switch {
		case set && s.Secret:
			value = "(set, hidden)"
		case set && s.pem:
			value = "(set, " + s.Type + ")"
		case set:
		case s.Default != "":
			value = s.Default
		case s.Unset != "":
			value = "(" + s.Unset + ")"
		default:
			value = "(not set)"
		}
		values = append(values, Value{Name: s.Name, Value: value, Source: source})
	}
	return values
}
