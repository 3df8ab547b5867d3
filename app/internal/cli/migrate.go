package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

type migrateUpCommand struct {
	DryRun bool `name:"dry-run" help:"Change nothing; show the SQL that would be run."`
}

// Run applies every migration that is not applied, or shows what that would be.
func (cmd migrateUpCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	if cmd.DryRun {
		return in.withMigrations(c, mustExist, in.showPending)
	}
	return in.withMigrations(c, orCreate, in.applyPending)
}

func (in *invocation) applyPending(m Migrations) error {
	applied, failure := m.Up(in.context)
	for _, migration := range applied {
		if _, err := fmt.Fprintf(in.Stdout, "Applied %d %s.\n", migration.Version, migration.Name); err != nil {
			return errors.Join(failure, err)
		}
	}
	if failure != nil || len(applied) > 0 {
		return failure
	}
	_, err := fmt.Fprintln(in.Stdout, "The schema is up to date.")
	return err
}

// showPending writes a script that a person can read, and the database's own client, too.
func (in *invocation) showPending(m Migrations) error {
	pending, err := m.Pending(in.context)
	if err != nil {
		return err
	}
	for _, script := range pending {
		if _, err := fmt.Fprintf(in.Stdout, "-- %d %s\n\n%s\n\n", script.Version, script.Name, script.SQL); err != nil {
			return err
		}
	}
	if len(pending) == 0 {
		_, err = fmt.Fprintln(in.Stdout, "-- The schema is up to date.")
	}
	return err
}

type migrateDownCommand struct {
	Yes bool `help:"No service runs on this database. Needed with a database server, where the command cannot see that."`
}

// errOthersMayRun is the answer where no lock tells whether somebody serves.
var errOthersMayRun = errors.New("this takes tables, with all that is in them, from every service that runs on this database server; stop them all, and say so with --yes")

// Run takes back one migration.
func (cmd migrateDownCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	if c.Database.IsServer() && !cmd.Yes {
		return usageError{errOthersMayRun}
	}
	return in.withMigrations(c, mustExist, in.takeBack)
}

func (in *invocation) takeBack(m Migrations) error {
	undone, err := m.Down(in.context)
	if err != nil {
		return err
	}
	if undone == nil {
		_, err = fmt.Fprintln(in.Stdout, "There is nothing to take back.")
		return err
	}
	_, err = fmt.Fprintf(in.Stdout, "Took back %d %s.\n", undone.Version, undone.Name)
	return err
}

type migrateStatusCommand struct {
	JSON bool `name:"json" help:"Write JSON."`
}

// Run lists every migration.
func (cmd migrateStatusCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	return in.withMigrations(c, mustExist, func(m Migrations) error {
		all, err := m.Status(in.context)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return writeJSON(in.Stdout, append([]Migration{}, all...))
		}
		return printMigrations(in.Stdout, all)
	})
}

func printMigrations(w io.Writer, all []Migration) error {
	for _, migration := range all {
		state := "not applied"
		if migration.Applied {
			state = "applied"
		}
		name := migration.Name
		if name == "" {
			name = "(unknown to this program)"
		}
		if _, err := fmt.Fprintf(w, "%5d  %-11s  %s\n", migration.Version, state, name); err != nil {
			return err
		}
	}
	return nil
}

func (in *invocation) withMigrations(c config.Config, database absence, use func(Migrations) error) (err error) {
	m, err := in.Backend.Migrations(in.context, c, DatabaseOptions{Log: in.log, Create: database == orCreate})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	return use(m)
}
