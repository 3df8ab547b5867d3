package server

import (
	"errors"
	"log/slog"
	"path/filepath"
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

func TestPendingMigrationsHaveTheirSQL(t *testing.T) {
	m := openMigrations(t, configured(t, t.TempDir()))
	pending, err := m.Pending(t.Context())
	if err != nil || len(pending) == 0 {
		t.Fatalf("got %d, %v", len(pending), err)
	}
	for _, p := range pending {
		if p.Version == 0 || p.Name == "" || !strings.Contains(p.SQL, "CREATE TABLE") {
			t.Errorf("got %+v", p)
		}
	}
	applied, err := m.Up(t.Context())
	if err != nil || len(applied) != len(pending) {
		t.Errorf("applied %d of %d, %v", len(applied), len(pending), err)
	}
	if left, err := m.Pending(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("after that: got %d, %v", len(left), err)
	}
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
