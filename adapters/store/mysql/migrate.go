package mysql

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

// The errors of a schema that is not the one of this package.
var (
	ErrSchemaOlder = migration.ErrSchemaOlder
	ErrSchemaNewer = migration.ErrSchemaNewer
	ErrNoMigration = migration.ErrNoMigration
)

//go:embed migrations/*.sql
var migrations embed.FS

// OpenMigrator connects to the database, whatever schema it has. c.Migrate is ignored, and a
// migration may take longer than c.Timeout.
func OpenMigrator(ctx context.Context, c Config) (*migration.Migrator, error) {
	m, err := openMigrator(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("mysql: open migrator: %w", err)
	}
	return m, nil
}

func openMigrator(ctx context.Context, c Config) (*migration.Migrator, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	connector, err := c.connector(0)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	if err := ping(ctx, c, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	m, err := newMigrator(c, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return m, nil
}

func ping(ctx context.Context, c Config, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	return db.PingContext(ctx)
}

func newMigrator(c Config, db *sql.DB) (*migration.Migrator, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return migration.New(db, migration.Database{
		Name:               "mysql",
		Dialect:            goose.DialectMySQL,
		Files:              files,
		VersionTableExists: versionTableExists,
		Timeout:            c.Timeout,
		Alone: func(ctx context.Context, fn func(context.Context) error) error {
			return changing(newLease(db, c.Timeout).alone(ctx, func(ctx context.Context) error {
				if err := completeVersionTable(ctx, c.Timeout, db); err != nil {
					return err
				}
				return fn(ctx)
			}))
		},
	}), nil
}

// changing returns err, of a migration, with what to do about it when the user may not migrate.
func changing(err error) error {
	if number(err) == tableDenied {
		return fmt.Errorf("the user lacks the right to change tables, migrate as one who may: %w", err)
	}
	return err
}

const (
	versionTableExists = `SELECT COUNT(*) FROM information_schema.tables
		WHERE table_schema = DATABASE() AND table_name = 'goose_db_version'`

	insertFirstVersion = `INSERT INTO goose_db_version (version_id, is_applied)
		SELECT 0, TRUE FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM goose_db_version WHERE version_id = 0)`
)

// completeVersionTable repairs what goose leaves when it dies between making its table and
// writing the first row, and would refuse ever after.
func completeVersionTable(ctx context.Context, timeout time.Duration, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var tables int
	err := db.QueryRowContext(ctx, versionTableExists).Scan(&tables)
	if err != nil || tables == 0 {
		return err
	}
	_, err = db.ExecContext(ctx, insertFirstVersion)
	return err
}

// requireSchema makes sure that the schema is the one that the queries expect. It looks by
// the connections of the store, which give a silent server up, and migrates by others.
func requireSchema(ctx context.Context, c Config, db *sql.DB) error {
	looking, err := newMigrator(c, db)
	if err != nil {
		return err
	}
	err = looking.Require(ctx, false)
	if !c.Migrate || !errors.Is(err, ErrSchemaOlder) {
		return err
	}
	migrator, err := openMigrator(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(migrator.Require(ctx, true), migrator.Close())
}
