// Command mutate breaks promises of docs/security.md on purpose, one at a time, and wants the
// test of each to notice:
//
//	go run ./scripts/mutate                   # ten of them, others each day
//	go run ./scripts/mutate -day 2026-03-14   # those of that day
//	go run ./scripts/mutate -only 07          # those whose name begins so
//	go run ./scripts/mutate -count 0          # all
//
// The changes are the files in the folder patches; docs/security.md says of each in words what
// it is. Nothing in the checkout is touched: the go command reads the changed file in place of
// the original (go help build, -overlay).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

func main() {
	var c choice
	day := time.Now().UTC().Format(time.DateOnly)
	flag.IntVar(&c.count, "count", 10, "how many changes to try; 0 tries all")
	flag.StringVar(&c.only, "only", "", "try the changes whose name begins so")
	flag.StringVar(&day, "day", day, "try the changes of this day")
	flag.Parse()
	var err error
	c.day, err = time.Parse(time.DateOnly, day)
	if err == nil {
		err = run(context.Background(), ".", c, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// run tries the chosen changes on the workspace around dir. It goes through all of them before
// it fails.
func run(ctx context.Context, dir string, c choice, out io.Writer) error {
	root, err := workspace.Root(dir)
	if err != nil {
		return err
	}
	patches, err := readPatches(filepath.Join(root, "scripts", "mutate", "patches"))
	if err != nil {
		return err
	}
	patches = c.of(patches)
	if len(patches) == 0 {
		return errors.New("there is no such change")
	}
	if err := wantGreen(ctx, root, patches); err != nil {
		return err
	}
	var errs []error
	for _, p := range patches {
		began := time.Now()
		if err := try(ctx, root, p); err != nil {
			fmt.Fprintf(out, "%s: NOT NOTICED\n", p.name)
			errs = append(errs, fmt.Errorf("%s: %w", p.name, err))
			continue
		}
		fmt.Fprintf(out, "%s: %s is red, as it has to be (%.1f s)\n", p.name, p.test, time.Since(began).Seconds())
	}
	return errors.Join(errs...)
}

// wantGreen wants the tests of the patches to pass without any change, one run for each package.
func wantGreen(ctx context.Context, root string, patches []patch) error {
	tests := map[string][]string{}
	for _, p := range patches {
		tests[p.pkg] = append(tests[p.pkg], p.test)
	}
	for pkg, names := range tests {
		printed, err := workspace.Go(ctx, root, nil, "test", "-count=1", "-v", "-run", "^("+strings.Join(names, "|")+")$", pkg)
		if err != nil {
			return fmt.Errorf("not green without any change: %w\n%s", err, printed)
		}
		for _, name := range names {
			if !strings.Contains(string(printed), "--- PASS: "+name+" ") {
				return fmt.Errorf("there is no %s in %s", name, pkg)
			}
		}
	}
	return nil
}

// try wants the test of the change to fail with it. A package that no longer compiles fails no
// test, and proves nothing.
func try(ctx context.Context, root string, p patch) error {
	overlay, remove, err := overlayOf(root, p)
	if err != nil {
		return err
	}
	defer remove()
	printed, err := workspace.Go(ctx, root, nil, "test", "-overlay", overlay, "-count=1", "-timeout=90s", "-v", "-run", "^"+p.test+"$", p.pkg)
	if err == nil {
		return fmt.Errorf("%s passes with the change to %s", p.test, p.file)
	}
	if !strings.Contains(string(printed), "--- FAIL: "+p.test+" ") {
		return fmt.Errorf("%s did not run to its end with the change to %s: %w\n%s", p.test, p.file, err, printed)
	}
	return nil
}

// overlayOf writes the changed file, and the file that tells the go command of it.
func overlayOf(root string, p patch) (name string, remove func(), err error) {
	original := filepath.Join(root, filepath.FromSlash(p.file))
	text, err := os.ReadFile(original)
	if err != nil {
		return "", nil, err
	}
	changed, err := p.apply(string(text))
	if err != nil {
		return "", nil, err
	}
	folder, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(folder) } // what stays behind is in the way of nobody
	source := filepath.Join(folder, filepath.Base(p.file))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: source}})
	if err == nil {
		err = os.WriteFile(source, []byte(changed), 0o600)
	}
	name = filepath.Join(folder, "overlay.json")
	if err == nil {
		err = os.WriteFile(name, overlay, 0o600)
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return name, remove, nil
}
