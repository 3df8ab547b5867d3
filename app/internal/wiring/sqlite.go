package wiring

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/port"
)

// SQLiteConfig says how the configured SQLite database is opened.
func SQLiteConfig(c config.Config) sqlite.Config {
	return sqlite.Config{
		Path:        c.Database.Filename,
		Migrate:     c.Database.Migrate,
		Synchronous: c.Database.Synchronous,
		BusyTimeout: c.Database.Timeout,
	}
}

func openSQLite(ctx context.Context, c config.Config, log *slog.Logger) (port.Store, func(), error) {
	store, err := sqlite.Open(ctx, SQLiteConfig(c))
	if err != nil {
		return nil, nil, fmt.Errorf("open the database file %s: %w", c.Database.Filename, refusedSchema(err))
	}
	return store, closing(store, log), nil
}

func openSQLiteMigrator(ctx context.Context, c config.Config, _ *slog.Logger) (*migration.Migrator, error) {
	migrator, err := sqlite.OpenMigrator(ctx, SQLiteConfig(c))
	if err != nil {
		return nil, fmt.Errorf("open the database file %s: %w", c.Database.Filename, err)
	}
	return migrator, nil
}

// closing returns the cleanup of a store. Everything acknowledged is stored already, so
// that a failure is worth no more than a line.
func closing(store port.Store, log *slog.Logger) func() {
	return func() {
		if err := store.Close(); err != nil {
			log.Warn("the store was not closed cleanly", "error", err)
		}
	}
}
