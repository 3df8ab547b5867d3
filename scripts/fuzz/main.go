// Command fuzz runs every fuzz target of the repository, one after the other, each with so many
// inputs:
//
//	go run ./scripts/fuzz                     # a few seconds each
//	go run ./scripts/fuzz -inputs 20000000    # a long look
//
// They are counted, and not timed: the fuzzer of Go 1.26 now and then takes the end of its time
// for a failure (golang/go#75804).
//
// An input that fails is written by the go command into testdata/fuzz beside its target. Keep
// it there: every later go test tries it again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

func main() {
	each := flag.Int("inputs", 75_000, "how many inputs each target gets")
	flag.Parse()
	if err := run(context.Background(), ".", *each, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// target is a fuzz test.
type target struct {
	dir  string // its package, from the root, with slashes
	name string
}

// run runs every target of the workspace around dir. It goes through all of them before it
// fails.
func run(ctx context.Context, dir string, each int, out io.Writer) error {
	root, err := workspace.Root(dir)
	if err != nil {
		return err
	}
	targets, err := find(root)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("there is no fuzz target")
	}
	var errs []error
	for _, t := range targets {
		// Its seeds first, which the fuzzer itself may not come to in a short time.
		only := "^" + t.name + "$"
		printed, err := workspace.Go(ctx, root, nil, "test", "-run", only, "-fuzz", only,
			"-fuzztime", strconv.Itoa(each)+"x", "-fuzzminimizetime", "100x", "./"+t.dir)
		progress := lastProgress(string(printed))
		fmt.Fprintf(out, "%s in %s: %s\n", t.name, t.dir, progress)
		if err == nil && progress == notRun {
			err = fmt.Errorf("%s in %s did not run", t.name, t.dir)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%w\n%s", err, printed))
		}
	}
	return errors.Join(errs...)
}

// find returns every fuzz target below root.
func find(root string) ([]target, error) {
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)
	var targets []target
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		for _, match := range declared.FindAllSubmatch(text, -1) {
			targets = append(targets, target{filepath.ToSlash(dir), string(match[1])})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for fuzz targets: %w", err)
	}
	return targets, nil
}

const notRun = "did not run"

// lastProgress returns the last line in which the fuzzer says how far it has come.
func lastProgress(printed string) string {
	lines := regexp.MustCompile(`(?m)^fuzz: (elapsed: .*execs: .*)$`).FindAllStringSubmatch(printed, -1)
	if len(lines) == 0 {
		return notRun
	}
	return lines[len(lines)-1][1]
}
