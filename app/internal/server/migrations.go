package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
)

// Migrations implements cli.Backend.
func (b Backend) Migrations(ctx context.Context, c config.Config, o cli.DatabaseOptions) (cli.Migrations, error) {
	if err := prepareDatabase(c, o); err != nil {
		return nil, err
	}
	migrator, err := sqlite.OpenMigrator(ctx, wiring.SQLiteConfig(c))
	if err != nil {
		return nil, fmt.Errorf("open the database file %s: %w", c.Database.Filename, err)
	}
	return migrations{migrator, c.Database.Filename}, nil
}

// migrations speaks the command line's language for a migrator.
type migrations struct {
	*sqlite.Migrator
	path string
}

func (m migrations) Up(ctx context.Context) ([]cli.Migration, error) {
	applied, err := m.Migrator.Up(ctx)
	return listed(applied), err
}

// Down takes tables away, with all that is in them, so never beneath a running service.
func (m migrations) Down(ctx context.Context) (_ *cli.Migration, err error) {
	release, err := sqlite.Lock(m.path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, release()) }()
	undone, err := m.Migrator.Down(ctx)
	if errors.Is(err, sqlite.ErrNoMigration) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	migration := cli.Migration(undone)
	return &migration, nil
}

func (m migrations) Status(ctx context.Context) ([]cli.Migration, error) {
	status, err := m.Migrator.Status(ctx)
	return listed(status), err
}

func listed(from []sqlite.Migration) []cli.Migration {
	var list []cli.Migration
	for _, m := range from {
		list = append(list, cli.Migration(m))
	}
	return list
}
