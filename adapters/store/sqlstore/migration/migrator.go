package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// Database is what a module knows about its own migrations.
type Database struct {
	// Name begins the text of every error, such as "sqlite".
	Name string

	// Dialect is the one of goose.
	Dialect goose.Dialect

	// Files has the migrations, and nothing else, at its root.
	Files fs.FS

	// VersionTableExists is a query for the number of tables of goose's name,
	// goose_db_version, where the migrations make theirs.
	VersionTableExists string

	// Timeout ends a look at what is applied, unless it is 0. A server may fall silent, and a
	// migration itself, which takes as long as it takes, must not be bounded by the driver.
	Timeout time.Duration

	// Alone is how a migrator shuts out all others on the same database.
	Alone Lock

	// Describe gives each error a text that may be shown and keeps what it matches. Nil
	// leaves them as they are.
	Describe func(error) error
}

// Lock runs fn while nobody else runs one on the same database, and returns its error. It
// waits for others until ctx is done. The context of fn ends as soon as the lock may be lost.
// A lock must not outlive whoever holds it by more than a minute, however that ended.
type Lock func(ctx context.Context, fn func(ctx context.Context) error) error

// Migrator looks at the schema of one database and changes it. It is safe for concurrent use.
type Migrator struct {
	db       *sql.DB
	database Database
}

// New returns a migrator on db, whatever schema it has. It migrates on one connection of db,
// so that a lock which keeps another one needs two.
func New(db *sql.DB, d Database) *Migrator { return &Migrator{db, d} }

// Status returns all migrations, ordered by version: those that the program knows and those
// that the database has. It changes nothing.
func (m *Migrator) Status(ctx context.Context) ([]Migration, error) {
	status, err := m.status(ctx)
	if err != nil {
		return nil, m.failed("migration status", err)
	}
	return status, nil
}

// Pending returns what Up would apply now, in its order. It changes nothing. It returns
// ErrSchemaNewer when the database knows more than the program.
func (m *Migrator) Pending(ctx context.Context) ([]Script, error) {
	pending, err := m.pending(ctx)
	if err != nil {
		return nil, m.failed("pending migrations", err)
	}
	return pending, nil
}

// Up applies all pending migrations and returns them, also those that came before one that
// failed. It returns ErrSchemaNewer, and does nothing, when the database knows more than the
// program. Of several at the same time one migrates and the others wait for it.
func (m *Migrator) Up(ctx context.Context) ([]Migration, error) {
	applied, err := m.up(ctx)
	if err != nil {
		return applied, m.failed("migrate up", err)
	}
	return applied, nil
}

// Down undoes the newest applied migration, with all data in its tables, and returns it.
// It returns ErrNoMigration when none is applied and ErrSchemaNewer when the program does
// not know how to undo it.
func (m *Migrator) Down(ctx context.Context) (Migration, error) {
	undone, err := m.down(ctx)
	if err != nil {
		return Migration{}, m.failed("migrate down", err)
	}
	return undone, nil
}

// Require returns nil when the schema is the one that the program expects. It returns
// ErrSchemaNewer when the database knows more, and ErrSchemaOlder when migrations are pending,
// unless migrate says that it may apply them. Its errors do not name the database.
func (m *Migrator) Require(ctx context.Context, migrate bool) error {
	status, err := m.status(ctx)
	if err != nil {
		return m.described(err)
	}
	err = current(status)
	if errors.Is(err, ErrSchemaOlder) && migrate {
		_, err = m.up(ctx)
	}
	return m.described(err)
}

// Close closes the connections to the database. Closing twice is no error.
func (m *Migrator) Close() error { return m.db.Close() }

// alone runs fn under the lock. Its errors are described before the lock can join them with
// ErrLockLost, which is left alone.
func (m *Migrator) alone(ctx context.Context, fn func(ctx context.Context) error) error {
	return m.database.Alone(ctx, func(ctx context.Context) error { return m.described(fn(ctx)) })
}

func (m *Migrator) failed(what string, err error) error {
	return fmt.Errorf("%s: %s: %w", m.database.Name, what, m.described(err))
}

// described leaves alone what this package has found out by itself.
func (m *Migrator) described(err error) error {
	if err == nil || m.database.Describe == nil || errors.Is(err, ErrSchemaOlder) ||
		errors.Is(err, ErrSchemaNewer) || errors.Is(err, ErrNoMigration) || errors.Is(err, ErrLockLost) {
		return err
	}
	return m.database.Describe(err)
}

func (m *Migrator) pending(ctx context.Context) ([]Script, error) {
	status, err := m.status(ctx)
	if err != nil {
		return nil, err
	}
	if err := current(status); errors.Is(err, ErrSchemaNewer) {
		return nil, err
	}
	provider, err := m.provider()
	if err != nil {
		return nil, err
	}
	var pending []Script
	for _, source := range provider.ListSources() {
		i := slices.IndexFunc(status, func(s Migration) bool { return s.Version == source.Version })
		if status[i].Applied {
			continue
		}
		file, err := fs.ReadFile(m.database.Files, source.Path)
		if err != nil {
			return nil, err
		}
		pending = append(pending, Script{Migration: status[i], SQL: wayUp(string(file))})
	}
	return pending, nil
}

func (m *Migrator) up(ctx context.Context) (applied []Migration, err error) {
	err = m.alone(ctx, func(ctx context.Context) error {
		// Asked again under the lock: whoever held it may have done the work.
		status, err := m.status(ctx)
		if err != nil {
			return err
		}
		if err := current(status); !errors.Is(err, ErrSchemaOlder) {
			return err
		}
		provider, err := m.provider()
		if err != nil {
			return err
		}
		results, err := provider.Up(ctx)
		if partial, ok := errors.AsType[*goose.PartialError](err); ok {
			results = partial.Applied
		}
		for _, r := range results {
			applied = append(applied, Migration{Version: r.Source.Version, Name: name(r.Source.Path), Applied: true})
		}
		return err
	})
	return applied, err
}

func (m *Migrator) down(ctx context.Context) (undone Migration, err error) {
	err = m.alone(ctx, func(ctx context.Context) error {
		status, err := m.status(ctx)
		if err != nil {
			return err
		}
		if err := current(status); errors.Is(err, ErrSchemaNewer) {
			return err
		}
		if !slices.ContainsFunc(status, func(s Migration) bool { return s.Applied }) {
			return ErrNoMigration
		}
		provider, err := m.provider()
		if err != nil {
			return err
		}
		result, err := provider.Down(ctx)
		if err != nil {
			return err
		}
		undone = Migration{Version: result.Source.Version, Name: name(result.Source.Path)}
		return nil
	})
	return undone, err
}

// provider returns a goose that says nothing and knows only the files of the module. It is
// never closed, since closing it closes the database.
func (m *Migrator) provider() (*goose.Provider, error) {
	return goose.NewProvider(m.database.Dialect, m.db, m.database.Files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// status reads what goose keeps. Goose's own status would make its table first.
func (m *Migrator) status(ctx context.Context) ([]Migration, error) {
	provider, err := m.provider()
	if err != nil {
		return nil, err
	}
	var status []Migration
	for _, source := range provider.ListSources() {
		status = append(status, Migration{Version: source.Version, Name: name(source.Path)})
	}
	versions, err := m.versions(ctx)
	if err != nil {
		return nil, err
	}
	for _, version := range versions {
		i := slices.IndexFunc(status, func(s Migration) bool { return s.Version == version })
		if i < 0 {
			status = append(status, Migration{Version: version, Applied: true})
			continue
		}
		status[i].Applied = true
	}
	slices.SortFunc(status, func(a, b Migration) int { return int(a.Version - b.Version) })
	return status, nil
}

// versions returns those that are applied.
func (m *Migrator) versions(ctx context.Context) ([]int64, error) {
	if m.database.Timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, m.database.Timeout)
		defer cancel()
		ctx = limited
	}
	var tables int
	err := m.db.QueryRowContext(ctx, m.database.VersionTableExists).Scan(&tables)
	if err != nil || tables == 0 {
		return nil, err
	}
	store, err := database.NewStore(m.database.Dialect, goose.DefaultTablename)
	if err != nil {
		return nil, err
	}
	kept, err := store.ListMigrations(ctx, m.db)
	if err != nil {
		return nil, err
	}
	var versions []int64
	for _, k := range kept {
		if k.IsApplied && k.Version > 0 { // goose begins its table with a version 0
			versions = append(versions, k.Version)
		}
	}
	return versions, nil
}
