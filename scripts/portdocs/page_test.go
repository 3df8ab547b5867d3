package main

import (
	"strings"
	"testing"
)

func TestWritePage(t *testing.T) {
	t.Run("groups by port and keeps every case in its cell", func(t *testing.T) {
		var out strings.Builder
		writePage(&out,
			[]row{
				{port: "Users", id: "users/create/a", rule: "Create a|b.", faults: []string{"one", "two"}},
				{port: "Clock", id: "clock/b", rule: "Tells <time>.", faults: []string{"three"}},
				{port: "Users", id: "users/c", rule: "More\nlines."},
			},
			[]row{{id: "login/d", rule: "Logs in."}})
		want := "## Users\n\n| case | rule | proven by |\n| --- | --- | --- |\n" +
			"| `users/create/a` | Create a\\|b. | one, two |\n| `users/c` | More lines. |  |\n\n" +
			"## Clock\n\n| case | rule | proven by |\n| --- | --- | --- |\n" +
			"| `clock/b` | Tells &lt;time>. | three |\n\n"
		if !strings.Contains(out.String(), want) {
			t.Errorf("page %q, want %q in it", out.String(), want)
		}
		if !strings.HasSuffix(out.String(), "| case | rule |\n| --- | --- |\n| `login/d` | Logs in. |\n") {
			t.Errorf("page %q does not end with the inbound kit", out.String())
		}
	})

	t.Run("proves every case of the outbound kit", func(t *testing.T) {
		for _, r := range outbound() {
			if r.port == "" || r.rule == "" || len(r.faults) == 0 {
				t.Errorf("case %+v lacks its port, rule or fault", r)
			}
		}
	})
}
