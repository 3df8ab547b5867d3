package mysql_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

func TestMigrations(t *testing.T) {
	t.Run("are unchanged since they were released", func(t *testing.T) {
		files, err := mysql.Migrations()
		must(t, err)
		must(t, migration.Unchanged(files, map[string]string{
			"00001_users.sql":           "d78095ac27f05f3af137658f88885c9ac45e5f2e213ff4e1ebb8589c48667018",
			"00002_sessions.sql":        "9050f668e4c74ee01e2573ab788e904eceb8c32c4b2caf5d6426c5360cf593bb",
			"00003_rate_limits.sql":     "95b5f4cd4cd497a6b93548cf621438fc074158cc6c5e34defe3fcf52afb3931a",
			"00004_events.sql":          "67856e36c2559f5686b4dacd5640f7a2732db314eee8c4b346be6625d1519b88",
			"00005_one_time_tokens.sql": "5f404e78e336a9ca278c94c01aed3390a585b1693eed5b4d52562fbc8e9ab1ea",
			"00006_letters.sql":         "35def0b7b612213c635729d4cea5c5be8ecec216f92a40454eeb6f1d0c9a2bc4",
			"00007_signing_keys.sql":    "052a4355e0b83a23ae9816f38dc53c16c2a6526435bacab8f9dccdcee5bb7ba9",
			"00008_user_lookups.sql":    "e91cfd45edd3553b5292833041aca04ce4f827d9ed537af85f4d8ecd2de109f1",
			"00009_event_lookups.sql":   "aeeda9f236055e44dfd150d57e073318aff6f99799344d1df179f0b2d3c0f6d9",
			"00010_identities.sql":      "71eaae827dd0b1229b3ed1dbd405c621118841bf6def7b2e952095d54a615d3e",
			"00011_second_factor.sql":   "e543fe8818ec4aa34d7fe7ece21850b87bc6d9c041cbeb574e7a0af4ba9963a3",
			"00012_permissions.sql":     "ab68a68a6a846816e932c6bc14aaf5b2e5c579ea0995783cecc511eddc18b242",
		}))
	})
}

func openMigrator(t testing.TB, c mysql.Config) *migration.Migrator {
	t.Helper()
	m, err := mysql.OpenMigrator(t.Context(), c)
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

// tablesOf returns the tables of a database but those that migrations need themselves.
func tablesOf(t testing.TB, server *mysqltest.Server, c mysql.Config) []string {
	t.Helper()
	list, err := server.Query(t.Context(), `SELECT COALESCE(GROUP_CONCAT(table_name ORDER BY table_name), '')
		FROM information_schema.tables WHERE table_schema = '`+c.Database+`'`)
	must(t, err)
	return slices.DeleteFunc(strings.Split(list, ","), func(name string) bool {
		return name == "" || name == "goose_db_version" || name == "migration_lease"
	})
}

func wantTables(t testing.TB, server *mysqltest.Server, c mysql.Config, want []string) {
	t.Helper()
	if got := tablesOf(t, server, c); !slices.Equal(got, want) {
		t.Errorf("got tables %q, want %q", got, want)
	}
}

// run runs statements in the database.
func run(t testing.TB, c mysql.Config, statements ...string) {
	t.Helper()
	db := mysql.Raw(t, c)
	for _, statement := range statements {
		_, err := db.ExecContext(t.Context(), statement)
		must(t, err)
	}
}

func TestMigrator(t *testing.T) {
	server := plain.Get(t)

	t.Run("goes up, down step by step, and up again", func(t *testing.T) {
		c := server.Database(t)
		m := openMigrator(t, c)
		wantStatus(t, m, 0)
		wantTables(t, server, c, nil)

		applied, err := m.Up(t.Context())
		must(t, err)
		wantStatus(t, m, len(applied))
		wantTables(t, server, c, tables())

		for n := len(applied); n > 0; n-- {
			undone, err := m.Down(t.Context())
			must(t, err)
			if undone.Version != int64(n) {
				t.Fatalf("got version %d undone, want %d", undone.Version, n)
			}
			wantStatus(t, m, n-1)
		}
		wantTables(t, server, c, nil)
		if _, err := m.Down(t.Context()); !errors.Is(err, mysql.ErrNoMigration) {
			t.Errorf("got error %v, want %v", err, mysql.ErrNoMigration)
		}
		_, err = m.Up(t.Context())
		must(t, err)
		wantTables(t, server, c, tables())
	})

	t.Run("can be repeated after any step at which it died", func(t *testing.T) {
		for name, left := range map[string][]string{
			"before the first version was noted": {`DELETE FROM goose_db_version`},
			"between two statements":             {`DELETE FROM goose_db_version WHERE version_id > 0`, `DROP TABLE users`},
			"before a version was noted":         {`DELETE FROM goose_db_version WHERE version_id >= 3`},
			"on the way down":                    {`DROP TABLE users`, `DELETE FROM goose_db_version WHERE version_id > 1`},
		} {
			t.Run(name, func(t *testing.T) {
				c := server.Database(t)
				open(t, c)
				run(t, c, left...)
				m := openMigrator(t, c)
				if name == "on the way down" {
					_, err := m.Down(t.Context())
					must(t, err)
				}
				_, err := m.Up(t.Context())
				must(t, err)
				wantTables(t, server, c, tables())
				must(t, open(t, c).Ping(t.Context()))
			})
		}
	})
}

func TestOpen(t *testing.T) {
	server := plain.Get(t)

	t.Run("by many at once migrates once", func(t *testing.T) {
		c := server.Database(t)
		c.Migrate = true
		var starters sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			starters.Go(func() {
				s, err := mysql.Open(t.Context(), c)
				if err == nil {
					err = errors.Join(s.Repos().Users.Create(t.Context(), user(strconv.Itoa(i))), s.Close())
				}
				errs[i] = err
			})
		}
		starters.Wait()
		must(t, errors.Join(errs...))
		got, err := server.Query(t.Context(), `SELECT GROUP_CONCAT(version_id ORDER BY id) FROM `+c.Database+`.goose_db_version`)
		must(t, err)
		if got != "0,1,2,3,4,5,6,7,8,9,10" {
			t.Errorf("got versions %s noted, want each once", got)
		}
	})

	t.Run("refuses an older schema unless it may migrate", func(t *testing.T) {
		c := server.Database(t)
		if _, err := mysql.Open(t.Context(), c); !errors.Is(err, mysql.ErrSchemaOlder) {
			t.Errorf("got error %v, want %v", err, mysql.ErrSchemaOlder)
		}
		wantTables(t, server, c, nil)
		c.Migrate = true
		open(t, c)
	})

	t.Run("refuses a newer schema and leaves it alone", func(t *testing.T) {
		c := server.Database(t)
		open(t, c)
		run(t, c, `DELETE FROM goose_db_version WHERE version_id > 3`, `DROP TABLE letters`,
			`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
		for _, migrate := range []bool{false, true} {
			c.Migrate = migrate
			if _, err := mysql.Open(t.Context(), c); !errors.Is(err, mysql.ErrSchemaNewer) {
				t.Errorf("Migrate %t: got error %v, want %v", migrate, err, mysql.ErrSchemaNewer)
			}
		}
		m := openMigrator(t, c)
		if _, err := m.Up(t.Context()); !errors.Is(err, mysql.ErrSchemaNewer) {
			t.Errorf("up: got error %v, want %v", err, mysql.ErrSchemaNewer)
		}
		if _, err := m.Down(t.Context()); !errors.Is(err, mysql.ErrSchemaNewer) {
			t.Errorf("down: got error %v, want %v", err, mysql.ErrSchemaNewer)
		}
		if slices.Contains(tablesOf(t, server, c), "letters") {
			t.Error("got the schema changed, want it left alone")
		}
	})

	t.Run("makes as many connections as it is told", func(t *testing.T) {
		c := server.Database(t)
		c.MinConnections = 3
		open(t, c)
		eventually(t, func() bool { return len(connections(t, server, c)) == 3 })
	})
}

func TestMigratorGivesAServerUpThatFallsSilent(t *testing.T) {
	server := plain.Get(t)
	c := server.Database(t)
	c.Timeout = time.Second
	m, err := mysql.OpenMigrator(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, m.Close()) })
	pause(t, server)
	ctx, cancel := context.WithTimeout(t.Context(), 20*c.Timeout) // only so that a failure ends
	defer cancel()
	if _, err := m.Status(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("got error %v and %v of the context, want the timeout of %s", err, ctx.Err(), c.Timeout)
	}
	must(t, server.Resume())
}
