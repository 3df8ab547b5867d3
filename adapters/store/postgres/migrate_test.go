package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

func openMigrator(t testing.TB, c postgres.Config) *migration.Migrator {
	t.Helper()
	m, err := postgres.OpenMigrator(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, m.Close()) })
	return m
}

// wantStatus wants the first n migrations applied and the others not.
func wantStatus(t testing.TB, m *migration.Migrator, n int) {
	t.Helper()
	status, err := m.Status(t.Context())
	must(t, err)
	if len(status) < 6 {
		t.Fatalf("got %d migrations, want at least 6", len(status))
	}
	for i, s := range status {
		want := migration.Migration{Version: int64(i + 1), Name: s.Name, Applied: i < n}
		if s != want || s.Name == "" {
			t.Errorf("got %+v, want %+v with a name", s, want)
		}
	}
}

func tables(t testing.TB, c postgres.Config) []string {
	t.Helper()
	return queryTexts(t, c, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`)
}

func TestMigrator(t *testing.T) {
	t.Run("goes up, down step by step, and up again", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Create(t, ""))
		m := openMigrator(t, c)
		wantStatus(t, m, 0)

		applied, err := m.Up(t.Context())
		must(t, err)
		wantStatus(t, m, len(applied))
		want := []string{"events", "goose_db_version", "identities", "letters", "one_time_tokens", "permissions", "rate_limits", "roles", "sessions", "signing_keys", "users"}
		if got := tables(t, c); !slices.Equal(got, want) {
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
		if _, err := m.Down(t.Context()); !errors.Is(err, migration.ErrNoMigration) {
			t.Errorf("down from nothing: got error %v, want %v", err, migration.ErrNoMigration)
		}
		if got := tables(t, c); !slices.Equal(got, []string{"goose_db_version"}) {
			t.Errorf("after down: got tables %v, want none of ours", got)
		}

		_, err = m.Up(t.Context())
		must(t, err)
		wantStatus(t, m, len(applied))
	})

	t.Run("asked for the status or for what is pending changes nothing", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Create(t, ""))
		m := openMigrator(t, c)
		wantStatus(t, m, 0)
		pending, err := m.Pending(t.Context())
		must(t, err)
		if len(pending) < 6 || !strings.HasPrefix(pending[1].SQL, "CREATE TABLE sessions (") ||
			strings.Contains(pending[1].SQL, "DROP") || pending[1].Version != 2 || pending[1].Name != "sessions" {
			t.Errorf("got %+v, want all migrations with their statements", pending)
		}
		if got := tables(t, c); len(got) != 0 {
			t.Errorf("got tables %v, want none", got)
		}
	})

	t.Run("has nothing pending after up", func(t *testing.T) {
		s := server.Get(t)
		m := openMigrator(t, s.Config(s.Migrated(t)))
		if pending, err := m.Pending(t.Context()); err != nil || len(pending) != 0 {
			t.Errorf("got %v and error %v, want nothing", pending, err)
		}
	})

	t.Run("undoes a migration that fails, keeps those before it, and can go on", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Create(t, ""))
		m := openMigrator(t, c)
		s.Execute(t, c.Database, `CREATE TABLE rate_limits (in_the_way INT)`)
		applied, err := m.Up(t.Context())
		if err == nil || len(applied) != 2 {
			t.Errorf("got %v and error %v, want two migrations and an error", applied, err)
		}
		wantStatus(t, m, 2)
		s.Execute(t, c.Database, `DROP TABLE rate_limits`)
		_, err = m.Up(t.Context())
		must(t, err)
		must(t, open(t, c).Ping(t.Context()))
	})
}

func TestManyStartersMigrateOnce(t *testing.T) {
	s := server.Get(t)
	c := s.Config(s.Create(t, ""))
	c.Migrate = true
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			store, err := postgres.Open(t.Context(), c)
			if err == nil {
				err = errors.Join(store.Ping(t.Context()), store.Close())
			}
			errs[i] = err
		})
	}
	all.Wait()
	must(t, errors.Join(errs...))
	got := queryTexts(t, c, `SELECT version_id::text FROM goose_db_version ORDER BY id`)
	var want []string
	for version := range len(got) {
		want = append(want, fmt.Sprint(version))
	}
	if len(got) < 7 || !slices.Equal(got, want) {
		t.Errorf("got versions %v, want each once", got)
	}
}

func TestSchema(t *testing.T) {
	t.Run("that is older is refused unless it may be migrated", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Create(t, ""))
		store, err := postgres.Open(t.Context(), c)
		if !errors.Is(err, migration.ErrSchemaOlder) {
			t.Errorf("got error %v, want %v", err, migration.ErrSchemaOlder)
		}
		if err == nil {
			must(t, store.Close())
		}
		c.Migrate = true
		must(t, open(t, c).Ping(t.Context()))
	})

	t.Run("that is newer is refused by everything that would use it", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Create(t, ""))
		m := openMigrator(t, c)
		_, err := m.Up(t.Context())
		must(t, err)
		s.Execute(t, c.Database, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)

		for _, migrate := range []bool{false, true} {
			c.Migrate = migrate
			store, err := postgres.Open(t.Context(), c)
			if !errors.Is(err, migration.ErrSchemaNewer) {
				t.Errorf("open, Migrate %t: got error %v, want %v", migrate, err, migration.ErrSchemaNewer)
			}
			if err == nil {
				must(t, store.Close())
			}
		}
		_, upErr := m.Up(t.Context())
		_, downErr := m.Down(t.Context())
		_, pendingErr := m.Pending(t.Context())
		for what, err := range map[string]error{"up": upErr, "down": downErr, "pending": pendingErr} {
			if !errors.Is(err, migration.ErrSchemaNewer) {
				t.Errorf("%s: got error %v, want %v", what, err, migration.ErrSchemaNewer)
			}
		}
		status, err := m.Status(t.Context())
		must(t, err)
		want := migration.Migration{Version: 9999, Applied: true}
		if got := status[len(status)-1]; got != want {
			t.Errorf("status: got %+v at the end, want %+v", got, want)
		}
	})

	t.Run("compares each text of an index byte by byte", func(t *testing.T) {
		s := server.Get(t)
		got := queryTexts(t, s.Config(s.Migrated(t)), `
			SELECT c.relname || '.' || a.attname FROM pg_index i
			JOIN pg_class c ON c.oid = i.indrelid
			JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
			LEFT JOIN pg_collation k ON k.oid = a.attcollation
			WHERE a.attcollation <> 0 AND k.collname <> 'C'`)
		if len(got) != 0 {
			t.Errorf("got columns %v in the collation of the database, want none", got)
		}
	})
}

// queryTexts returns the rows of a query for one column.
func queryTexts(t testing.TB, c postgres.Config, query string) []string {
	t.Helper()
	_, db, err := postgres.OpenLock(t.Context(), c, 0)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	rows, err := db.QueryContext(context.Background(), query)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	var texts []string
	for rows.Next() {
		var text string
		must(t, rows.Scan(&text))
		texts = append(texts, text)
	}
	must(t, rows.Err())
	return texts
}

func TestMigratorGivesAServerUpThatFallsSilent(t *testing.T) {
	s := server.Get(t)
	network := newRelay(t, s.Port, nil)
	c := s.Config(s.Migrated(t))
	c.Port, c.Timeout = network.port(), time.Second
	m, err := postgres.OpenMigrator(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, m.Close()) })
	network.silence(true)
	ctx, cancel := context.WithTimeout(t.Context(), 20*c.Timeout) // only so that a failure ends
	defer cancel()
	if _, err := m.Status(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("got error %v and %v of the context, want the timeout of %s", err, ctx.Err(), c.Timeout)
	}
}
