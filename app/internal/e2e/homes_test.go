package e2e

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
	"github.com/sallyport-auth/sallyport/core/port"
)

// home is where one program keeps everything, empty at first.
type home struct {
	env     []string                      // the settings that lead the program there
	dataDir string                        // of its mailbox
	open    func(t testing.TB) port.Store // reaches what the program has migrated
}

func inFile(t testing.TB) home {
	dir := t.TempDir()
	return home{cheap(dir), dir, func(t testing.TB) port.Store { return openStore(t, dir) }}
}

func openStore(t testing.TB, dataDir string) port.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(dataDir, "sallyport.db")})
	return closedAtEnd(t, store, err)
}

func inMariaDB(t testing.TB) home {
	t.Helper()
	dir := t.TempDir()
	c := mariadb.Get(t).Database(t)
	return home{
		append(cheap(dir), leadTo("mysql", c.Host, c.Port, c.Database, c.User, c.Password)...), dir,
		func(t testing.TB) port.Store {
			c.Migrate = false
			store, err := mysql.Open(t.Context(), c)
			return closedAtEnd(t, store, err)
		},
	}
}

func inPostgreSQL(t testing.TB) home {
	t.Helper()
	dir := t.TempDir()
	server := postgresql.Get(t)
	c := server.Config(server.Create(t, ""))
	return home{
		append(cheap(dir), leadTo("pg", c.Host, c.Port, c.Database, c.User, c.Password)...), dir,
		func(t testing.TB) port.Store {
			c.Migrate = false
			store, err := postgres.Open(t.Context(), c)
			return closedAtEnd(t, store, err)
		},
	}
}

// redisServer is shared by tests that do nothing to it.
var redisServer = testserver.NewShared(func() (*redistest.Server, error) {
	return redistest.New(context.Background())
})

func inPostgreSQLAndRedis(t testing.TB) home {
	t.Helper()
	h := inPostgreSQL(t)
	c := redis.Config{URL: redisServer.Get(t).URL(), Prefix: rand.Text() + ":"}
	database := h.open
	h.env = append(h.env, "REDIS="+c.URL, "SESSIONS_URL="+c.URL, "REDIS_PREFIX="+c.Prefix)
	h.open = func(t testing.TB) port.Store {
		t.Helper()
		beside, err := redis.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := beside.Close(); err != nil {
				t.Errorf("close Redis: %v", err)
			}
		})
		return divided{database(t), beside}
	}
	return h
}

// divided is a store whose sessions and limits are somewhere else.
type divided struct {
	port.Store
	beside *redis.Store
}

func (d divided) Sessions() port.Sessions   { return d.beside.Sessions() }
func (d divided) Limiter() port.RateLimiter { return d.beside.Limiter() }

// closedAtEnd closes the store at the end of the test.
func closedAtEnd(t testing.TB, store port.Store, err error) port.Store {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return store
}
