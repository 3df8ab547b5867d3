// Command modtidy keeps the go.mod and go.sum of every module of the workspace tidy, each as
// its importers see it, without the workspace:
//
//	go run ./scripts/modtidy          # go mod tidy in each module
//	go run ./scripts/modtidy -check   # change nothing; print what would change, exit 1
//
// The workspace hides a missing requirement, since it builds every module with what any of
// them asks for. Never run "go work sync": it lifts every module to the highest version that
// any of them, tools included, asks for.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

func main() {
	check := flag.Bool("check", false, "change nothing; print what would change and exit 1 if anything would")
	flag.Parse()
	if err := run(context.Background(), ".", *check, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "modtidy:", err)
		os.Exit(1)
	}
}

// run tidies every module of the workspace around dir, or with check only looks. It goes
// through all of them before it fails.
func run(ctx context.Context, dir string, check bool, out io.Writer) error {
	root, err := workspace.Root(dir)
	if err != nil {
		return err
	}
	modules, err := workspace.Modules(ctx, root)
	if err != nil {
		return err
	}
	args := []string{"mod", "tidy"}
	if check {
		args = append(args, "-diff")
	}
	var errs []error
	for _, m := range modules {
		diff, err := workspace.Go(ctx, filepath.Join(root, filepath.FromSlash(m.Dir)), []string{"GOWORK=off"}, args...)
		if len(diff) > 0 {
			fmt.Fprintf(out, "%s:\n%s", m.Dir, diff)
		}
		switch {
		case check && len(diff) > 0:
			errs = append(errs, fmt.Errorf("%s is not tidy: go run ./scripts/modtidy", m.Dir))
		case err != nil:
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
