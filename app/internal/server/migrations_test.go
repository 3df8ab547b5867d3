package server

import (
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

func openMigrations(t *testing.T, c config.Config) cli.Migrations {
	t.Helper()
	m, err := backend().Migrations(t.Context(), c, cli.DatabaseOptions{Log: slog.Default(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// TestPendingMigrationsHaveTheirSQL runs what an operator is shown by hand, and then the
// migrations themselves elsewhere: they make the same tables and indexes. Red when Pending
// leaves out a migration, or a part of the SQL of one.
func TestPendingMigrationsHaveTheirSQL(t *testing.T) {
	c := configured(t, t.TempDir())
	m := openMigrations(t, c)
	pending, err := m.Pending(t.Context())
	if err != nil || len(pending) == 0 {
		t.Fatalf("got %d, %v", len(pending), err)
	}
	byHand := filepath.Join(t.TempDir(), "by-hand.db")
	for _, p := range pending {
		if p.Version == 0 || p.Name == "" || p.Applied {
			t.Errorf("got %+v, want a version and a name of what is not applied", p.Migration)
		}
		before := schemaOf(t, byHand)
		onFile(t, byHand, func(db *sql.DB) {
			if _, err := db.ExecContext(t.Context(), p.SQL); err != nil {
				t.Errorf("%05d %s: %v in\n%s", p.Version, p.Name, err, p.SQL)
			}
		})
		if slices.Equal(schemaOf(t, byHand), before) {
			t.Errorf("%05d %s: its SQL changes nothing:\n%s", p.Version, p.Name, p.SQL)
		}
	}
	applied, err := m.Up(t.Context())
	if err != nil || len(applied) != len(pending) {
		t.Errorf("applied %d of %d, %v", len(applied), len(pending), err)
	}
	if got, want := schemaOf(t, byHand), schemaOf(t, c.Database.Filename); !slices.Equal(got, want) {
		t.Errorf("the SQL that is shown makes\n%s\nthe migrations make\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if left, err := m.Pending(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("after that: got %d, %v", len(left), err)
	}
}

// onFile opens a database for the time of use.
func onFile(t *testing.T, file string, use func(db *sql.DB)) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	use(db)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// schemaOf returns the SQL of all that is in a database, but for the list of migrations.
func schemaOf(t *testing.T, file string) (schema []string) {
	t.Helper()
	onFile(t, file, func(db *sql.DB) {
		rows, err := db.QueryContext(t.Context(), `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT IN ('goose_db_version', 'sqlite_sequence') ORDER BY name`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			schema = append(schema, strings.Join(strings.Fields(text), " "))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	})
	return schema
}

func TestDownWaitsForNoService(t *testing.T) {
	c := configured(t, t.TempDir())
	m := openMigrations(t, c)
	if _, err := m.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	release, err := sqlite.Lock(filepath.Join(c.General.DataDir, "sallyport.db"))
	if err != nil {
		t.Fatal(err)
	}
	if undone, err := m.Down(t.Context()); !errors.Is(err, sqlite.ErrServed) || undone != nil {
		t.Errorf("beneath a service: got %v, %v", undone, err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if undone, err := m.Down(t.Context()); err != nil || undone == nil {
		t.Errorf("without one: got %v, %v", undone, err)
	}
}
