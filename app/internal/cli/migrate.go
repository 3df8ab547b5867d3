package cli

import (
	"errors"
	"fmt"
	"io"
)

type migrateUpCommand struct{}

// Run applies every migration that is not applied.
func (migrateUpCommand) Run(in *invocation) error {
	return in.withMigrations(orCreate, func(m Migrations) error {
		applied, err := m.Up(in.context)
		if err != nil {
			return err
		}
		if len(applied) == 0 {
			_, err := fmt.Fprintln(in.Stdout, "The schema is up to date.")
			return err
		}
		for _, migration := range applied {
			if _, err := fmt.Fprintf(in.Stdout, "Applied %d %s.\n", migration.Version, migration.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

type migrateDownCommand struct{}

// Run takes back one migration.
func (migrateDownCommand) Run(in *invocation) error {
	return in.withMigrations(mustExist, func(m Migrations) error {
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
	})
}

type migrateStatusCommand struct {
	JSON bool `name:"json" help:"Write JSON."`
}

// Run lists every migration.
func (cmd migrateStatusCommand) Run(in *invocation) error {
	return in.withMigrations(mustExist, func(m Migrations) error {
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
		if _, err := fmt.Fprintf(w, "%5d  %-11s  %s\n", migration.Version, state, migration.Name); err != nil {
			return err
		}
	}
	return nil
}

func (in *invocation) withMigrations(database absence, use func(Migrations) error) (err error) {
	c, err := in.configure()
	if err != nil {
		return err
	}
	m, err := in.Backend.Migrations(in.context, c, DatabaseOptions{Log: in.log, Create: database == orCreate})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	return use(m)
}
