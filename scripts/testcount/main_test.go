package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	passing = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/case"}
{"Action":"output","Package":"p","Test":"TestA/case","Output":"    --- PASS: TestA/case\n"}
{"Action":"pass","Package":"p","Test":"TestA/case"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"pass","Package":"p"}
{"Action":"output","Package":"q","Output":"?   \tq\t[no test files]\n"}
{"Action":"skip","Package":"q"}
`
	failing = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/case"}
{"Action":"output","Package":"p","Test":"TestA/case","Output":"    a_test.go:1: got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestA/case"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"not to be seen\n"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p"}
`
	skipping = `{"Action":"run","Package":"p","Test":"TestS"}
{"Action":"output","Package":"p","Test":"TestS","Output":"    s_test.go:1: no server\n"}
{"Action":"skip","Package":"p","Test":"TestS"}
{"Action":"pass","Package":"p"}
`
	lacking = skipping + `{"Action":"output","Package":"p","Test":"TestT","Output":"    t_test.go:9: no server\n"}
{"Action":"skip","Package":"p","Test":"TestT"}
{"Action":"output","Package":"p","Test":"TestU","Output":"    t_test.go:7: looking\n"}
{"Action":"output","Package":"p","Test":"TestU","Output":"    t_test.go:8: no disk\n"}
{"Action":"skip","Package":"p","Test":"TestU"}
`
	broken = `{"ImportPath":"b [b.test]","Action":"build-output","Output":"b/b_test.go:3:1: undefined: x\n"}
{"ImportPath":"b [b.test]","Action":"build-fail"}
{"Action":"start","Package":"b"}
{"Action":"output","Package":"b","Output":"FAIL\tb [build failed]\n"}
{"Action":"fail","Package":"b","FailedBuild":"b [b.test]"}
`
	exiting = `{"Action":"output","Package":"p","Output":"panic in TestMain\n"}
{"Action":"fail","Package":"p"}
`
	dying = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
`
)

func TestRun(t *testing.T) {
	for name, test := range map[string]struct {
		runs   []string
		want   result
		output []string
	}{
		"counts tests and subtests":                  {[]string{passing}, result{passed: 2}, nil},
		"counts a test of two runs once":             {[]string{passing, passing}, result{passed: 2}, nil},
		"counts what failed and shows its output":    {[]string{failing}, result{passed: 1, failed: 2}, []string{"--- p TestA/case\n    a_test.go:1: got 1, want 2\n"}},
		"counts as failed what failed in one of two": {[]string{passing, failing}, result{passed: 1, failed: 2}, nil},
		"counts as failed what failed in the first":  {[]string{failing, passing}, result{passed: 1, failed: 2}, nil},
		"counts a package that does not build":       {[]string{broken, passing}, result{passed: 2, failed: 1}, []string{"--- b\nb/b_test.go:3:1: undefined: x\n"}},
		"counts a package that fails without a test": {[]string{exiting}, result{failed: 1}, []string{"--- p\npanic in TestMain\n"}},
		"counts a test that never ended":             {[]string{dying}, result{failed: 1}, []string{"--- p TestA\n"}},
		"counts complaints of the go command":        {[]string{"go: no such tool\n" + passing}, result{passed: 2, failed: 1}, []string{"go: no such tool"}},
		"counts the last line without a line break":  {[]string{strings.TrimSpace(exiting)}, result{failed: 1}, nil},
		"names what was skipped":                     {[]string{passing, skipping}, result{passed: 2, skipped: 1}, []string{"skipped: p TestS: no server\n"}},
		"names a reason once for a package":          {[]string{lacking}, result{skipped: 3}, []string{"skipped: p 2 tests: no server\n", "skipped: p TestU: no disk\n"}},
		"finds nothing in nothing":                   {[]string{""}, result{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var files []string
			for i, text := range test.runs {
				files = append(files, file(t, string(rune('a'+i)), text))
			}
			var out strings.Builder
			got, err := run(options{files: files}, nil, &out)
			if err != nil || got != test.want {
				t.Errorf("%+v, error %v; want %+v", got, err, test.want)
			}
			for _, want := range test.output {
				if !strings.Contains(out.String(), want) {
					t.Errorf("output %q, want %q in it", out.String(), want)
				}
			}
			if strings.Contains(out.String(), "not to be seen") {
				t.Errorf("output %q shows a test that passed", out.String())
			}
		})
	}

	t.Run("reads standard input where no file is named", func(t *testing.T) {
		got, err := run(options{}, strings.NewReader(passing), &strings.Builder{})
		if want := (result{passed: 2}); err != nil || got != want {
			t.Errorf("%+v, error %v; want %+v", got, err, want)
		}
	})

	t.Run("keeps standard input", func(t *testing.T) {
		kept := filepath.Join(t.TempDir(), "kept")
		if _, err := run(options{keep: kept}, strings.NewReader(passing), &strings.Builder{}); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(kept); err != nil || string(got) != passing {
			t.Errorf("kept %q, error %v; want %q", got, err, passing)
		}
	})

	t.Run("follows the packages", func(t *testing.T) {
		const lines = `{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"output","Package":"q","Output":"FAIL\tq\t0.1s\n"}
{"Action":"output","Package":"q","Output":"FAIL\n"}
{"Action":"output","Package":"q","Test":"TestA","Output":"ok  \tnot a package\n"}
{"Action":"pass","Package":"q","Test":"TestA"}
`
		var out strings.Builder
		if _, err := run(options{follow: true}, strings.NewReader(lines), &out); err != nil {
			t.Fatal(err)
		}
		if got, want := out.String(), "ok  \tp\t0.1s\nFAIL\tq\t0.1s\n"; got != want {
			t.Errorf("output %q, want %q", got, want)
		}
	})

	t.Run("cannot read a file that is not there", func(t *testing.T) {
		if got, err := run(options{files: []string{filepath.Join(t.TempDir(), "x")}}, nil, &strings.Builder{}); err == nil {
			t.Errorf("%+v, want an error", got)
		}
	})
}

func TestRunWithAListOfSkips(t *testing.T) {
	for name, test := range map[string]struct {
		allowed string
		run     string
		failed  int
	}{
		"fails what is skipped":                  {"# nothing\n\n", skipping, 1},
		"passes what may be skipped":             {"p TestS needs a server that Debian lacks\n", skipping, 0},
		"fails another test of the same package": {"p TestT needs a server\n", skipping, 2},
		"fails an entry that has had its day":    {"p TestS needs a server\n", passing, 1},
		"leaves packages without tests alone":    {"", passing, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := run(options{allow: file(t, "allowed", test.allowed), files: []string{file(t, "run", test.run)}}, nil, &strings.Builder{})
			if err != nil || got.failed != test.failed {
				t.Errorf("%+v, error %v; want %d failed", got, err, test.failed)
			}
		})
	}

	t.Run("wants a reason", func(t *testing.T) {
		_, err := run(options{allow: file(t, "allowed", "\np TestS\n"), files: []string{file(t, "run", skipping)}}, nil, &strings.Builder{})
		if err == nil || !strings.Contains(err.Error(), "allowed:2: want a package, a test and the reason") {
			t.Errorf("error %v, want one with the line", err)
		}
	})
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
