// Command sallyport is a login service. sallyport --help shows what it does.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/app/internal/server"
)

// version is set by release builds. Others tell theirs by what Go knows of the build.
var version string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // from then on a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return cli.Run(ctx, cli.Program{
		Args:    args,
		Environ: environ,
		Stdin:   stdin,
		Stdout:  stdout,
		Stderr:  stderr,
		Version: version,
		Backend: server.Backend{Clock: clock.System{}},
	})
}
