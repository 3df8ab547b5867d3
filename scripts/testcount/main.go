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
// With -follow it prints the line of each package as it comes, and with -kits, before the last
// line, how many cases of the contract kits each adapter has passed. -keep FILE writes down
// what is read from standard input, to be counted once more with other runs.
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

// options are what the command line says.
type options struct {
	allow  string
	keep   string
	follow bool
	kits   bool
	files  []string
}

func main() {
	var o options
	flag.StringVar(&o.allow, "allow", "", "`file` of the tests that may be skipped; all others must run")
	flag.BoolVar(&o.follow, "follow", false, "print the line of each package as it comes")
	flag.StringVar(&o.keep, "keep", "", "write standard input into this `file` as well")
	flag.BoolVar(&o.kits, "kits", false, "print how many cases of the contract kits each adapter has passed")
	steps := flag.Int("failed-steps", 0, "add `n` failures of what is no test, such as a linter")
	flag.Parse()
	o.files = flag.Args()
	r, err := run(o, os.Stdin, os.Stdout)
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
func run(o options, in io.Reader, out io.Writer) (r result, err error) {
	progress := io.Discard
	if o.follow {
		progress = out
	}
	t := newTally(progress)
	if len(o.files) == 0 {
		if err := t.readAndKeep(in, o.keep); err != nil {
			return result{}, err
		}
	}
	for _, name := range o.files {
		if err := t.readFile(name); err != nil {
			return result{}, err
		}
	}
	if o.allow != "" {
		allowed, err := readAllowed(o.allow)
		if err != nil {
			return result{}, err
		}
		t.forbidSkips(allowed)
	}
	r = t.report(out)
	if o.kits {
		err = t.reportKits(out)
	}
	return r, err
}
