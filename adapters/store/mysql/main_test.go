package mysql_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// The servers of this binary. Those who want one start it.
var (
	// plain has the settings that it comes with; MariaDB's are latin1 and REPEATABLE READ.
	plain = testserver.NewShared(func() (*mysqltest.Server, error) { return mysqltest.Start(context.Background()) })

	// contrary has every setting that could make it behave otherwise.
	contrary = testserver.NewShared(func() (*mysqltest.Server, error) {
		return mysqltest.Start(context.Background(),
			"--character-set-server=utf16", "--collation-server=utf16_turkish_ci", "--skip-character-set-client-handshake",
			"--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH", "--autocommit=0", "--completion-type=CHAIN",
			"--transaction-isolation=SERIALIZABLE", "--default-storage-engine=MyISAM", "--default-time-zone=+05:45",
			"--lower-case-table-names=1", "--innodb-lock-wait-timeout=1000")
	})

	// node is one of a Galera cluster.
	node = testserver.NewShared(startNode)
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, server := range []*testserver.Shared[*mysqltest.Server]{plain, contrary, node} {
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// t0 is when most tests happen.
var t0 = time.Date(2025, 1, 2, 3, 4, 5, 678901000, time.UTC)

// open opens the database, migrated, until the test ends.
func open(t testing.TB, c mysql.Config) *mysql.Store {
	t.Helper()
	c.Migrate = true
	s, err := mysql.Open(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("got error %v, want none", err)
	}
}

func user(name string) domain.User {
	return domain.User{
		ID: domain.UserID("id-of-" + name), Email: domain.Email(name + "@example.com"),
		Status: domain.StatusActive, CreatedAt: t0, LastAccess: t0,
	}
}

func session(id domain.SessionID) domain.Session {
	return domain.Session{
		ID: id, UserID: "id-of-ann", Secret: domain.HashSecret("first"),
		CreatedAt: t0, RotatedAt: t0, ExpiresAt: t0.Add(time.Hour), EndsAt: t0.Add(24 * time.Hour),
	}
}

// connections returns the numbers of those that are open to a database.
func connections(t testing.TB, server *mysqltest.Server, c mysql.Config) []string {
	t.Helper()
	list, err := server.Query(t.Context(), `SELECT COALESCE(GROUP_CONCAT(id), '') FROM information_schema.processlist
		WHERE db = '`+c.Database+`'`)
	must(t, err)
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// eventually ends the test unless holds does within 10 s.
func eventually(t testing.TB, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatal("got nothing in 10s")
		case <-again.C:
		}
	}
}
