package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

// packageResult is the line that the go command prints for a package with tests.
var packageResult = regexp.MustCompile(`^(ok  |FAIL)\t`)

// event is a line of "go test -json": see "go doc cmd/test2json", and "go help buildjson"
// for ImportPath.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	FailedBuild string
}

// name says which test, or which package where Test is empty.
type name struct{ Package, Test string }

func (n name) String() string { return strings.TrimRight(n.Package+" "+n.Test, " ") }

// tally is what the runs read so far came to.
type tally struct {
	passed, failed map[name]bool
	skipped        map[name]string        // why
	kits           map[name]kits          // by the test that ran them
	output         map[name]*bytes.Buffer // of this run; dropped when the test ends well
	failures       []string               // what there is to read about each failure
	progress       io.Writer              // gets the line of each package as it comes
}

func newTally(progress io.Writer) *tally {
	return &tally{
		passed: map[name]bool{}, failed: map[name]bool{}, skipped: map[name]string{},
		kits: map[name]kits{}, output: map[name]*bytes.Buffer{}, progress: progress,
	}
}

func (t *tally) readFile(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := t.read(f); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// readAndKeep adds one run, and writes it into a file where one is named.
func (t *tally) readAndKeep(r io.Reader, file string) (err error) {
	if file == "" {
		return t.read(r)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return t.read(io.TeeReader(r, f))
}

// read adds one run. Lines that are no JSON, such as complaints of the go command, are
// failures of the run: nobody else would report them.
func (t *tally) read(r io.Reader) error {
	clear(t.output)
	reader := bufio.NewReader(r)
	for {
		line, err := reader.ReadBytes('\n')
		if text := bytes.TrimSpace(line); len(text) > 0 {
			var e event
			if json.Unmarshal(text, &e) != nil || e.Action == "" {
				t.fail(name{Package: "go test"}, string(text)+"\n")
			} else {
				t.add(e)
			}
		}
		if err == io.EOF {
			t.unfinished()
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (t *tally) add(e event) {
	n := name{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		t.write(name{Package: e.ImportPath}, e.Output)
	case "output":
		t.write(n, e.Output)
		t.noteKit(n, e.Output)
		if e.Test == "" && packageResult.MatchString(e.Output) {
			fmt.Fprint(t.progress, e.Output)
		}
	case "run":
		t.write(n, "")
	case "pass":
		if e.Test != "" {
			t.passed[n] = true
		}
		delete(t.output, n)
	case "skip":
		if text := t.take(n); e.Test != "" {
			t.skipped[n] = reasonIn(text)
		}
	case "fail":
		text := t.take(n)
		switch {
		case e.FailedBuild != "":
			t.fail(n, t.take(name{Package: e.FailedBuild})+text)
		case e.Test != "" || !t.anyFailedIn(e.Package):
			t.fail(n, text)
		}
	}
}

// unfinished fails the tests that began and never ended: their process died. What a build
// printed without failing belongs to no test.
func (t *tally) unfinished() {
	for n := range t.output {
		if n.Test != "" {
			t.fail(n, t.take(n))
		}
	}
}

func (t *tally) anyFailedIn(pkg string) bool {
	for n := range t.failed {
		if n.Package == pkg && n.Test != "" {
			return true
		}
	}
	return false
}

func (t *tally) write(n name, text string) {
	if t.output[n] == nil {
		t.output[n] = &bytes.Buffer{}
	}
	t.output[n].WriteString(text)
}

func (t *tally) take(n name) string {
	defer delete(t.output, n)
	if b := t.output[n]; b != nil {
		return b.String()
	}
	return ""
}

// fail keeps what the first failure of n printed; it fails alike in every run, mostly.
func (t *tally) fail(n name, text string) {
	if t.failed[n] {
		return
	}
	t.failed[n] = true
	t.failures = append(t.failures, fmt.Sprintf("--- %s\n%s", n, text))
}

// result counts tests.
type result struct{ passed, failed, skipped int }

// report prints every failure, and what was skipped and why.
func (t *tally) report(out io.Writer) result {
	for _, f := range t.failures {
		fmt.Fprint(out, f)
		if !strings.HasSuffix(f, "\n") {
			fmt.Fprintln(out)
		}
	}
	r := result{failed: len(t.failed), skipped: len(t.skipped)}
	for n := range t.passed {
		if !t.failed[n] {
			r.passed++
		}
	}
	t.reportSkips(out)
	return r
}
