package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

// The errors of a schema that is not the one of this package.
var (
	// ErrSchemaOlder says that migrations are pending.
	ErrSchemaOlder = migration.ErrSchemaOlder
	// ErrSchemaNewer says that a newer program has migrated the database.
	ErrSchemaNewer = migration.ErrSchemaNewer
	// ErrNoMigration says that there is nothing to undo.
	ErrNoMigration = migration.ErrNoMigration
)

//go:embed migrations/*.sql
var migrations embed.FS

type (
	// Migration is one step of the schema.
	Migration = migration.Migration
	// Migrator changes the schema by hand. It is safe for concurrent use.
	Migrator = migration.Migrator
)

// OpenMigrator opens the database at c.Path, and makes an empty one if it is missing,
// whatever schema it has. c.Migrate is ignored.
func OpenMigrator(ctx context.Context, c Config) (*Migrator, error) {
	m, err := openMigrator(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open migrator: %w", err)
	}
	return m, nil
}

func openMigrator(ctx context.Context, c Config) (*Migrator, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	if err := createFile(c.Path); err != nil {
		return nil, err
	}
	db, err := openWriter(ctx, c)
	if err != nil {
		return nil, err
	}
	m, err := newMigrator(c, db.DB)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return m, nil
}

func newMigrator(c Config, db *sql.DB) (*Migrator, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return migration.New(db, migration.Database{
		Name:               "sqlite",
		Dialect:            goose.DialectSQLite3,
		Files:              files,
		VersionTableExists: `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'`,
		Alone: func(ctx context.Context, fn func(context.Context) error) error {
			return alone(ctx, c.Path, fn)
		},
	}), nil
}

// checkSchema makes sure that the schema is the one that the queries expect.
func checkSchema(ctx context.Context, c Config, db *sql.DB) error {
	m, err := newMigrator(c, db)
	if err != nil {
		return err
	}
	return m.Require(ctx, c.Migrate)
}
