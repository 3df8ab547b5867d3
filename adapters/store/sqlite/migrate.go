package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

var (
	// ErrSchemaOlder says that migrations are pending.
	ErrSchemaOlder = errors.New("the schema is older than this program")
	// ErrSchemaNewer says that a newer program has migrated the database.
	ErrSchemaNewer = errors.New("the schema is newer than this program")
	// ErrNoMigration says that there is nothing to undo.
	ErrNoMigration = errors.New("no migration is applied")
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string // such as "users"; empty for one that only a newer program knows
	Applied bool
}

// Migrator changes the schema by hand. It is safe for concurrent use.
type Migrator struct {
	config Config
	db     *sql.DB
}

// OpenMigrator opens the database at c.Path, and makes an empty one if it is missing,
// whatever schema it has. c.Migrate is ignored.
func OpenMigrator(ctx context.Context, c Config) (*Migrator, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("sqlite: open migrator: %w", err)
	}
	if err := createFile(c.Path); err != nil {
		return nil, fmt.Errorf("sqlite: open migrator: %w", err)
	}
	db, err := openWriter(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open migrator: %w", err)
	}
	return &Migrator{config: c, db: db.DB}, nil
}

// Status returns all migrations, ordered by version: those that this package knows and
// those that the database has. It changes nothing.
func (m *Migrator) Status(ctx context.Context) ([]Migration, error) {
	status, err := schemaStatus(ctx, m.db)
	if err != nil {
		return nil, fmt.Errorf("sqlite: migration status: %w", err)
	}
	return status, nil
}

// Up applies all pending migrations, each in one transaction, and returns them. It returns
// ErrSchemaNewer, and does nothing, when the database knows more than this package.
func (m *Migrator) Up(ctx context.Context) ([]Migration, error) {
	applied, err := migrateUp(ctx, m.config, m.db)
	if err != nil {
		return applied, fmt.Errorf("sqlite: migrate up: %w", err)
	}
	return applied, nil
}

// Down undoes the newest applied migration, with all data in its tables, and returns it.
// It returns ErrNoMigration when none is applied and ErrSchemaNewer when this package does
// not know how to undo it.
func (m *Migrator) Down(ctx context.Context) (Migration, error) {
	undone, err := migrateDown(ctx, m.config, m.db)
	if err != nil {
		return Migration{}, fmt.Errorf("sqlite: migrate down: %w", err)
	}
	return undone, nil
}

// Close lets go of the file. Closing twice is no error.
func (m *Migrator) Close() error { return m.db.Close() }

// checkSchema makes sure that the schema is the one that the queries expect.
func checkSchema(ctx context.Context, c Config, db *sql.DB) error {
	status, err := schemaStatus(ctx, db)
	if err != nil {
		return err
	}
	err = current(status)
	if errors.Is(err, ErrSchemaOlder) && c.Migrate {
		_, err = migrateUp(ctx, c, db)
	}
	return err
}

// current returns nil when exactly the migrations that this package knows are applied.
func current(status []Migration) error {
	for _, m := range status {
		if m.Name == "" {
			return fmt.Errorf("%w: it has version %d, which is unknown here; start a newer release",
				ErrSchemaNewer, m.Version)
		}
	}
	for _, m := range status {
		if !m.Applied {
			return fmt.Errorf("%w: version %d is not applied; migrate up first", ErrSchemaOlder, m.Version)
		}
	}
	return nil
}

func migrateUp(ctx context.Context, c Config, db *sql.DB) (applied []Migration, err error) {
	err = alone(ctx, c.Path, func() error {
		// Asked again under the lock: whoever held it may have done the work.
		status, err := schemaStatus(ctx, db)
		if err != nil {
			return err
		}
		if err := current(status); !errors.Is(err, ErrSchemaOlder) {
			return err
		}
		provider, err := newProvider(db)
		if err != nil {
			return err
		}
		results, err := provider.Up(ctx)
		if partial, ok := errors.AsType[*goose.PartialError](err); ok {
			results = partial.Applied
		}
		for _, r := range results {
			applied = append(applied, Migration{Version: r.Source.Version, Name: migrationName(r.Source.Path), Applied: true})
		}
		return err
	})
	return applied, err
}

func migrateDown(ctx context.Context, c Config, db *sql.DB) (undone Migration, err error) {
	err = alone(ctx, c.Path, func() error {
		status, err := schemaStatus(ctx, db)
		if err != nil {
			return err
		}
		if err := current(status); errors.Is(err, ErrSchemaNewer) {
			return err
		}
		if !slices.ContainsFunc(status, func(m Migration) bool { return m.Applied }) {
			return ErrNoMigration
		}
		provider, err := newProvider(db)
		if err != nil {
			return err
		}
		result, err := provider.Down(ctx)
		if err != nil {
			return err
		}
		undone = Migration{Version: result.Source.Version, Name: migrationName(result.Source.Path)}
		return nil
	})
	return undone, err
}

// newProvider returns a goose that says nothing and knows only our own migrations. It is
// never closed, since closing it closes db.
func newProvider(db *sql.DB) (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, folder,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

const (
	versionTableExists = `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'`
	appliedVersions    = `SELECT version_id FROM goose_db_version WHERE is_applied = 1 AND version_id > 0`
)

// schemaStatus reads what goose keeps. Goose's own status would make its table first.
func schemaStatus(ctx context.Context, db *sql.DB) ([]Migration, error) {
	provider, err := newProvider(db)
	if err != nil {
		return nil, err
	}
	var status []Migration
	for _, source := range provider.ListSources() {
		status = append(status, Migration{Version: source.Version, Name: migrationName(source.Path)})
	}
	versions, err := readVersions(ctx, db)
	if err != nil {
		return nil, err
	}
	for _, version := range versions {
		i := slices.IndexFunc(status, func(m Migration) bool { return m.Version == version })
		if i < 0 {
			status = append(status, Migration{Version: version, Applied: true})
			continue
		}
		status[i].Applied = true
	}
	slices.SortFunc(status, func(a, b Migration) int { return int(a.Version - b.Version) })
	return status, nil
}

func readVersions(ctx context.Context, db *sql.DB) (versions []int64, err error) {
	var tables int
	if err := db.QueryRowContext(ctx, versionTableExists).Scan(&tables); err != nil || tables == 0 {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, appliedVersions)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	return versions, rows.Err()
}

// migrationName is "users" for "00001_users.sql".
func migrationName(file string) string {
	_, name, _ := strings.Cut(path.Base(file), "_")
	return strings.TrimSuffix(name, ".sql")
}
