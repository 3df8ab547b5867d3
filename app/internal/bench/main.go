// Command bench measures the assembled service over HTTP, and in the same run the limits that
// it cannot be better than, and writes the figures as Markdown to standard output. It judges
// nothing: a machine that does other work gives other figures. An argument says on which
// database: sqlite, the default, or mysql or postgres, of which it starts a private server.
//
// The service runs in a process of its own, which is this program once more, so that its
// processor time and its memory can be told from those of the clients.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// The first argument of the processes that are measured.
const (
	asService = "service" // the whole program
	asRoute   = "route"   // one route of Fiber's and nothing behind it
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 1 && (os.Args[1] == asService || os.Args[1] == asRoute) {
		os.Exit(measured(os.Args[1], os.Args[2:]))
	}
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	name     string        // of the database
	folder   string        // where the files are made
	profiles string        // where processor profiles go; empty: none
	time     time.Duration // of each measurement
	users    int
	pairs    int
	only     string   // the one step to take; empty: all of them
	settings []string // of the service, as NAME=VALUE
}

func run(ctx context.Context, args []string, output, progress io.Writer) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.StringVar(&o.folder, "dir", "", "measure on the disk of this `folder` (default: that for temporary files); servers keep their data in one of their own")
	flags.StringVar(&o.profiles, "profile", "", "write a processor profile of the service for each measurement into this `folder`")
	flags.DurationVar(&o.time, "time", 4*time.Second, "how long each measurement takes")
	flags.IntVar(&o.users, "users", 10_000, "how many accounts there are")
	flags.IntVar(&o.pairs, "pairs", 200, "how many pairs of refused logins are compared")
	flags.StringVar(&o.only, "only", "", "take one `step` alone: "+strings.Join(stepNames(), ", "))
	flags.Func("set", "run the service with this `NAME=VALUE` in its environment; may be given again", func(setting string) error {
		o.settings = append(o.settings, setting)
		return nil
	})
	switch err := o.parse(flags, args); {
	case err != nil:
		return err
	case !slices.Contains([]string{onSQLite, onMySQL, onPostgres}, o.name):
		return fmt.Errorf("there is no database %q: want %s, %s or %s", o.name, onSQLite, onMySQL, onPostgres)
	case o.time < 100*time.Millisecond || o.users < most || o.pairs < 1:
		return fmt.Errorf("want -time of at least 100ms, at least %d -users and 1 -pairs", most)
	case o.only != "" && !slices.Contains(stepNames(), o.only):
		return fmt.Errorf("there is no step %q: see -help", o.only)
	}
	folder, err := os.MkdirTemp(o.folder, "sallyport-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // what stays behind is in the way of nobody
	o.folder = folder

	r, err := measureAll(ctx, o, progress)
	if err != nil {
		return err
	}
	return r.write(output)
}

// parse takes the name of the database before the flags and behind them.
func (o *options) parse(flags *flag.FlagSet, args []string) error {
	o.name = onSQLite
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		return err
	}
	o.name = flags.Arg(0)
	if err := flags.Parse(flags.Args()[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("what is %q? One database is measured at a time", flags.Arg(0))
	}
	return nil
}

func measureAll(ctx context.Context, o options, progress io.Writer) (r report, err error) {
	db, err := openDatabase(ctx, o.name, o.folder)
	if err != nil {
		return report{}, err
	}
	defer func() { err = errors.Join(err, db.stop()) }()
	w, err := newWorld(ctx, o, db, progress)
	if err != nil {
		return report{}, err
	}
	return w.measure(ctx)
}
