package main

import (
	"fmt"
	"strings"
	"testing"
)

// kitRun is a run of a kit of which each case ends as ends says.
func kitRun(pkg, test, kit string, ends ...string) string {
	var b strings.Builder
	for i, end := range ends {
		sub := fmt.Sprintf("%s/case/%d", test, i)
		if end == "skip" {
			fmt.Fprintf(&b, `{"Action":"output","Package":%q,"Test":%q,"Output":"    find.go:1: no server: install one\n"}`+"\n", pkg, sub)
		}
		fmt.Fprintf(&b, `{"Action":%q,"Package":%q,"Test":%q}`+"\n", end, pkg, sub)
	}
	fmt.Fprintf(&b, `{"Action":"output","Package":%q,"Test":%q,"Output":"    contract.go:119: contract: %s: %d cases\n"}`+"\n", pkg, test, kit, len(ends))
	fmt.Fprintf(&b, `{"Action":"pass","Package":%q,"Test":%q}`+"\n", pkg, test)
	return b.String()
}

func TestTableOfKits(t *testing.T) {
	const (
		sqlite = module + "adapters/store/sqlite"
		mysql  = module + "adapters/store/mysql"
	)
	green := kitRun(sqlite, "TestContract", "store", "pass", "pass")
	for name, test := range map[string]struct {
		runs []string
		want string // the table without its head, fields parted by one blank
	}{
		"has what passed":                                  {[]string{green}, "adapters/store/sqlite store 2 TestContract"},
		"counts a case of two runs once":                   {[]string{green, green}, "adapters/store/sqlite store 2 TestContract"},
		"shows what failed":                                {[]string{kitRun(sqlite, "TestContract", "store", "pass", "fail")}, "adapters/store/sqlite store 1 of 2 TestContract"},
		"shows what failed in one of two runs":             {[]string{kitRun(sqlite, "TestContract", "store", "pass", "fail"), green}, "adapters/store/sqlite store 1 of 2 TestContract"},
		"shows a test that failed though its cases passed": {[]string{strings.Replace(green, `{"Action":"pass","Package":"`+sqlite+`","Test":"TestContract"}`, `{"Action":"fail","Package":"`+sqlite+`","Test":"TestContract"}`, 1)}, "adapters/store/sqlite store 2 of 2: FAILED TestContract"},
		"shows why all cases were skipped":                 {[]string{kitRun(mysql, "TestLimiterContract", "limiter", "skip", "skip")}, "adapters/store/mysql limiter skipped: no server: install one TestLimiterContract"},
		"shows that some cases were skipped":               {[]string{kitRun(mysql, "TestContract", "store", "pass", "skip")}, "adapters/store/mysql store 1 of 2 TestContract"},
		"shows what was skipped before its kit":            {[]string{kitlessSkip(mysql)}, "adapters/store/mysql - skipped: no server TestContract"},
		"has a line for each test": {
			[]string{green + kitRun(mysql, "TestContract", "store", "pass") + kitRun(mysql, "TestContractTwice", "store", "pass")},
			"adapters/store/mysql store 1 TestContract\nadapters/store/mysql store 1 TestContractTwice\nadapters/store/sqlite store 2 TestContract",
		},
		"leaves the tests of the kit itself out": {[]string{green, kitRun(module+"core/contract/refstore", "TestContract", "store", "pass")}, "adapters/store/sqlite store 2 TestContract"},
		"leaves other skips out":                 {[]string{green, skipping}, "adapters/store/sqlite store 2 TestContract"},
		"is not there without a kit":             {[]string{passing}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tally := newTally(&strings.Builder{})
			for _, run := range test.runs {
				if err := tally.read(strings.NewReader(run)); err != nil {
					t.Fatal(err)
				}
			}
			var out strings.Builder
			if err := tally.reportKits(&out); err != nil {
				t.Fatal(err)
			}
			var rows []string
			for line := range strings.Lines(out.String()) {
				if fields := strings.Fields(line); len(fields) > 0 && fields[0] != "adapter" {
					rows = append(rows, strings.Join(fields, " "))
				}
			}
			if got := strings.Join(rows, "\n"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}

	t.Run("is printed where it is asked for", func(t *testing.T) {
		for _, asked := range []bool{false, true} {
			var out strings.Builder
			if _, err := run(options{kits: asked}, strings.NewReader(green), &out); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(out.String(), "adapters/store/sqlite"); got != asked {
				t.Errorf("asked %t: output %q", asked, out.String())
			}
		}
	})
}

// kitlessSkip is a test that found no server, and so ran no kit.
func kitlessSkip(pkg string) string {
	return strings.NewReplacer(`"p"`, `"`+pkg+`"`, "TestS", "TestContract").Replace(skipping)
}
