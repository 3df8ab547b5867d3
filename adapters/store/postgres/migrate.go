package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

//go:embed migrations/*.sql
var migrations embed.FS

// OpenMigrator returns a migrator on the database that c names, whatever schema it has.
// c.Migrate is ignored.
func OpenMigrator(ctx context.Context, c Config) (*migration.Migrator, error) {
	m, err := openMigrator(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("postgres: open migrator: %w", err)
	}
	return m, nil
}

func openMigrator(ctx context.Context, c Config) (*migration.Migrator, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	db, err := openForMigrations(ctx, c)
	if err != nil {
		return nil, err
	}
	return migration.New(db, migration.Database{
		Name:    "postgres",
		Dialect: goose.DialectPostgres,
		Files:   files,
		VersionTableExists: `SELECT COUNT(*) FROM pg_catalog.pg_tables
			WHERE schemaname = current_schema() AND tablename = 'goose_db_version'`,
		Timeout: c.Timeout,
		Alone: func(ctx context.Context, fn func(context.Context) error) error {
			return changing(advisory{db, c.Timeout, lockSilence}.alone(ctx, fn))
		},
		Describe: func(err error) error {
			if _, ok := errors.AsType[*mayNotChange](err); ok {
				return err
			}
			return described(err)
		},
	}), nil
}

// changing returns err, of a migration, with what to do about it when the user may not migrate.
func changing(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == lacksRight {
		return &mayNotChange{err}
	}
	return err
}

// mayNotChange is the error of a migration by a user who may not change tables.
type mayNotChange struct{ cause error }

func (*mayNotChange) Error() string {
	return "the user lacks the right to change tables, migrate as one who may (SQLSTATE " + lacksRight + ")"
}

func (e *mayNotChange) Unwrap() error { return e.cause }

// migratorConnections are one that keeps the lock and one that migrates.
const migratorConnections = 2

// openForMigrations opens the pool of a migrator, with its first connection.
func openForMigrations(ctx context.Context, c Config) (*sql.DB, error) {
	settings, err := c.settings(forMigrations)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDB(*settings)
	db.SetMaxOpenConns(migratorConnections)
	connecting, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	if err := db.PingContext(connecting); err != nil {
		return nil, errors.Join(described(err), db.Close())
	}
	return db, nil
}

// checkSchema makes sure that the schema is the one that the queries expect.
func checkSchema(ctx context.Context, c Config) error {
	m, err := openMigrator(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(m.Require(ctx, c.Migrate), m.Close())
}
