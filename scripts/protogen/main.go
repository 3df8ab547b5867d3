// Command protogen writes the Go code of the .proto files below docs/api, for the Connect
// transport and for whoever calls it:
//
//	go run ./scripts/protogen          # write
//	go run ./scripts/protogen -check   # change nothing; print what would change, exit 1
//
// Nothing but Go is needed: neither protoc nor buf. The files are compiled here, and the
// plugins that turn them into Go are tools of this module.
package main

import (
	"context"
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
		fmt.Fprintln(os.Stderr, "protogen:", err)
		os.Exit(1)
	}
}

// run writes the code in the checkout around dir, or with check only compares.
func run(ctx context.Context, dir string, check bool, out io.Writer) error {
	root, err := workspace.Root(dir)
	if err != nil {
		return err
	}
	files, err := generate(ctx, root)
	if err != nil {
		return err
	}
	target := filepath.Join(root, "adapters", "transport", "connectrpc")
	stale, err := compare(target, files)
	if err != nil {
		return err
	}
	for _, name := range stale {
		if _, err := fmt.Fprintln(out, name); err != nil {
			return err
		}
	}
	switch {
	case len(stale) == 0:
		return nil
	case check:
		return fmt.Errorf("%d files are not what docs/api says: go run ./scripts/protogen", len(stale))
	}
	return write(target, files, stale)
}
