// Command testcount says what a test run came to. It reads the output of "go test -json",
// from the files named or from standard input, prints what failing tests printed, and ends
// with one line:
//
//	1234 passed, 0 failed
//
// A test counts once however many runs it is in, subtests included; it has passed when it
// passed in all of them. A package that fails without a failing test, because it does not
// build or ends before its time, counts as one failure. It exits 1 after any failure.
//
// With -allow FILE, a test that was skipped is a failure, unless a line of that file names
// its package, itself and the reason:
//
//	example.com/module/package TestName/case why it cannot run
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	allow := flag.String("allow", "", "`file` of the tests that may be skipped; all others must run")
	steps := flag.Int("failed-steps", 0, "add `n` failures of what is no test, such as a linter")
	flag.Parse()
	r, err := run(*allow, flag.Args(), os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testcount:", err)
		os.Exit(2)
	}
	failed := r.failed + *steps
	fmt.Printf("%d passed, %d failed\n", r.passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

// run reads the named files, or in where there are none, and reports on out.
func run(allowFile string, files []string, in io.Reader, out io.Writer) (result, error) {
	t := newTally()
	if len(files) == 0 {
		if err := t.read(in); err != nil {
			return result{}, err
		}
	}
	for _, name := range files {
		if err := t.readFile(name); err != nil {
			return result{}, err
		}
	}
	if allowFile != "" {
		allowed, err := readAllowed(allowFile)
		if err != nil {
			return result{}, err
		}
		t.forbidSkips(allowed)
	}
	return t.report(out), nil
}
