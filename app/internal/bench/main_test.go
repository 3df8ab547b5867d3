package main

import (
	"flag"
	"io"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		args string
		want string // the database, or the text of the error
	}{
		{"", "sqlite"},
		{"-only me", "sqlite"},
		{"mysql", "mysql"},
		{"mysql -only me", "mysql"},
		{"-only me postgres", "postgres"},
		{"mysql postgres", `what is "postgres"? One database is measured at a time`},
		{"mysql -nothing", "flag provided but not defined: -nothing"},
	} {
		t.Run(c.args, func(t *testing.T) {
			var o options
			flags := flag.NewFlagSet("bench", flag.ContinueOnError)
			flags.SetOutput(io.Discard)
			flags.StringVar(&o.only, "only", "", "")
			err := o.parse(flags, strings.Fields(c.args))
			got := o.name
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if want := strings.Contains(c.args, "-only me"); err == nil && (o.only == "me") != want {
				t.Errorf("-only is %q in %q", o.only, c.args)
			}
		})
	}

	t.Run("a database that there is not", func(t *testing.T) {
		err := run(t.Context(), []string{"oracle"}, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), `no database "oracle"`) {
			t.Errorf("got error %v, want one that names it", err)
		}
	})
}
