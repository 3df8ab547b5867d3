package sqlite_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
)

func openMigrator(t testing.TB, path string) *sqlite.Migrator {
	t.Helper()
	m, err := sqlite.OpenMigrator(t.Context(), sqlite.Config{Path: path})
	must(t, err)
	t.Cleanup(func() { must(t, m.Close()) })
	return m
}

// wantStatus wants the first n migrations applied and the others not.
func wantStatus(t testing.TB, m *sqlite.Migrator, n int) {
	t.Helper()
	status, err := m.Status(t.Context())
	must(t, err)
	if len(status) < 4 {
		t.Fatalf("got %d migrations, want at least 4", len(status))
	}
	for i, s := range status {
		want := sqlite.Migration{Version: int64(i + 1), Name: s.Name, Applied: i < n}
		if s != want || s.Name == "" {
			t.Errorf("got %+v, want %+v with a name", s, want)
		}
	}
}

func tables(t testing.TB, path string) []string {
	t.Helper()
	rows, err := raw(t, path).QueryContext(t.Context(), `SELECT name FROM sqlite_master
		WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	var names []string
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		names = append(names, name)
	}
	must(t, rows.Err())
	return names
}

func TestMigrator(t *testing.T) {
	t.Run("goes up, down step by step, and up again", func(t *testing.T) {
		path := newPath(t)
		m := openMigrator(t, path)
		wantStatus(t, m, 0)

		applied, err := m.Up(t.Context())
		must(t, err)
		wantStatus(t, m, len(applied))
		want := []string{"events", "goose_db_version", "identities", "letters", "one_time_tokens", "permissions", "rate_limits", "roles", "sessions", "signing_keys", "users"}
		if got := tables(t, path); !slices.Equal(got, want) {
			t.Errorf("after up: got tables %v, want %v", got, want)
		}
		if again, err := m.Up(t.Context()); err != nil || len(again) != 0 {
			t.Errorf("up again: got %v and error %v, want nothing done", again, err)
		}

		for n := len(applied); n > 0; n-- {
			undone, err := m.Down(t.Context())
			must(t, err)
			if undone.Version != int64(n) || undone.Name != applied[n-1].Name || undone.Applied {
				t.Errorf("down: got %+v, want version %d undone", undone, n)
			}
			wantStatus(t, m, n-1)
		}
		if _, err := m.Down(t.Context()); !errors.Is(err, sqlite.ErrNoMigration) {
			t.Errorf("down from nothing: got error %v, want %v", err, sqlite.ErrNoMigration)
		}
		if got := tables(t, path); !slices.Equal(got, []string{"goose_db_version"}) {
			t.Errorf("after down: got tables %v, want none of ours", got)
		}

		_, err = m.Up(t.Context())
		must(t, err)
		wantStatus(t, m, len(applied))
	})

	t.Run("asked for the status changes nothing", func(t *testing.T) {
		path := newPath(t)
		wantStatus(t, openMigrator(t, path), 0)
		if got := tables(t, path); len(got) != 0 {
			t.Errorf("got tables %v, want none", got)
		}
	})

	t.Run("beside an open store", func(t *testing.T) {
		path := newPath(t)
		s := open(t, path)
		m := openMigrator(t, path)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		if applied, err := m.Up(t.Context()); err != nil || len(applied) != 0 {
			t.Errorf("got %v and error %v, want nothing done", applied, err)
		}
	})

	t.Run("many at once apply each migration once", func(t *testing.T) {
		path := newPath(t)
		var all sync.WaitGroup
		counts, errs := make([]int, 8), make([]error, 8)
		for i := range counts {
			m := openMigrator(t, path)
			all.Go(func() {
				applied, err := m.Up(t.Context())
				counts[i], errs[i] = len(applied), err
			})
		}
		all.Wait()
		must(t, errors.Join(errs...))
		slices.Sort(counts)
		if counts[6] != 0 || counts[7] < 4 {
			t.Errorf("got %v migrations applied by each, want all by one", counts)
		}
	})
}

func TestSchema(t *testing.T) {
	t.Run("that is older is refused unless it may be migrated", func(t *testing.T) {
		path := newPath(t)
		open(t, path)
		_, err := openMigrator(t, path).Down(t.Context())
		must(t, err)
		s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
		if !errors.Is(err, sqlite.ErrSchemaOlder) {
			t.Errorf("got error %v, want %v", err, sqlite.ErrSchemaOlder)
		}
		if err == nil {
			must(t, s.Close())
		}
		must(t, open(t, path).Ping(t.Context()))
	})

	t.Run("that is newer is refused by everything that would use it", func(t *testing.T) {
		path := newPath(t)
		open(t, path)
		m := openMigrator(t, path)
		_, err := raw(t, path).ExecContext(t.Context(),
			`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
		must(t, err)

		for _, migrate := range []bool{false, true} {
			s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Migrate: migrate})
			if !errors.Is(err, sqlite.ErrSchemaNewer) {
				t.Errorf("open, Migrate %t: got error %v, want %v", migrate, err, sqlite.ErrSchemaNewer)
			}
			if err == nil {
				must(t, s.Close())
			}
		}
		if _, err := m.Up(t.Context()); !errors.Is(err, sqlite.ErrSchemaNewer) {
			t.Errorf("up: got error %v, want %v", err, sqlite.ErrSchemaNewer)
		}
		if _, err := m.Down(t.Context()); !errors.Is(err, sqlite.ErrSchemaNewer) {
			t.Errorf("down: got error %v, want %v", err, sqlite.ErrSchemaNewer)
		}
		status, err := m.Status(t.Context())
		must(t, err)
		want := sqlite.Migration{Version: 9999, Applied: true}
		if got := status[len(status)-1]; got != want {
			t.Errorf("status: got %+v at the end, want %+v", got, want)
		}
	})

	t.Run("takes no value of another type", func(t *testing.T) {
		path := newPath(t)
		open(t, path)
		db := raw(t, path)
		for _, insert := range []string{
			`INSERT INTO roles (id, name, app_access, admin_access) VALUES ('id', 'name', 'yes', 0)`,
			`INSERT INTO rate_limits VALUES ('key', '2026-03-14')`,
			`INSERT INTO events VALUES ('id', 'now', '', '', '', '', '', '', '')`,
		} {
			if _, err := db.ExecContext(t.Context(), insert); err == nil {
				t.Errorf("%s: got no error, want one", insert)
			}
		}
	})
}
