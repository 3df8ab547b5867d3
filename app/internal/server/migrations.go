package server

import (
	"context"
	"errors"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
)

// Migrations implements cli.Backend.
func (b Backend) Migrations(ctx context.Context, c config.Config, o cli.DatabaseOptions) (cli.Migrations, error) {
	if err := prepareDatabase(c, o); err != nil {
		return nil, err
	}
	migrator, err := wiring.OpenMigrator(ctx, c, o.Log)
	if err != nil {
		return nil, err
	}
	return migrations{migrator, c}, nil
}

// migrations speaks the command line's language for a migrator.
type migrations struct {
	*migration.Migrator
	config config.Config
}

func (m migrations) Pending(ctx context.Context) ([]cli.MigrationScript, error) {
	pending, err := m.Migrator.Pending(ctx)
	var list []cli.MigrationScript
	for _, p := range pending {
		list = append(list, cli.MigrationScript{Migration: cli.Migration(p.Migration), SQL: p.SQL})
	}
	return list, err
}

func (m migrations) Up(ctx context.Context) ([]cli.Migration, error) {
	applied, err := m.Migrator.Up(ctx)
	return listed(applied), err
}

// Down takes tables away, with all that is in them, so never beneath a running service, as
// far as one can be seen: nobody can tell who else uses a database server.
func (m migrations) Down(ctx context.Context) (_ *cli.Migration, err error) {
	release, err := claim(m.config)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, release()) }()
	undone, err := m.Migrator.Down(ctx)
	if errors.Is(err, migration.ErrNoMigration) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	taken := cli.Migration(undone)
	return &taken, nil
}

func (m migrations) Status(ctx context.Context) ([]cli.Migration, error) {
	status, err := m.Migrator.Status(ctx)
	return listed(status), err
}

func listed(from []migration.Migration) []cli.Migration {
	var list []cli.Migration
	for _, m := range from {
		list = append(list, cli.Migration(m))
	}
	return list
}
