package e2e

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres/postgrestest"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

// The servers that tests share, each with databases of their own.
var (
	mariadb = testserver.NewShared(func() (*mysqltest.Server, error) {
		return mysqltest.Start(context.Background())
	})
	postgresql = testserver.NewShared(func() (*postgrestest.Server, error) {
		return postgrestest.Start()
	})
)

func stopServers() {
	for _, err := range []error{mariadb.Stop(), postgresql.Stop(), redisServer.Stop()} {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

// forEachServer runs a test on every database that instances can share, with the settings of a
// service on an empty one.
func forEachServer(t *testing.T, test func(t *testing.T, env []string)) {
	t.Helper()
	t.Run("mysql", func(t *testing.T) { test(t, mariadbSettings(t)) })
	t.Run("pg", func(t *testing.T) { test(t, postgresqlSettings(t)) })
}

func mariadbSettings(t *testing.T) []string {
	t.Helper()
	return inMariaDB(t).env
}

func postgresqlSettings(t *testing.T) []string {
	t.Helper()
	return inPostgreSQL(t).env
}

// onServer are all settings of a service on a database server.
func onServer(t testing.TB, client, host string, port int, database, user, password string) []string {
	t.Helper()
	return append(cheap(t.TempDir()), leadTo(client, host, port, database, user, password)...)
}

// leadTo are the settings that lead a program to a database server.
func leadTo(client, host string, port int, database, user, password string) []string {
	return []string{
		"DB_CLIENT=" + client, "DB_HOST=" + host, fmt.Sprintf("DB_PORT=%d", port), "DB_DATABASE=" + database,
		"DB_USER=" + user, "DB_PASSWORD=" + password,
		// Instances on one database server have their keys in common, and make none themselves.
		"SECRET=EgFyMHcBrUq3Zr5vI0ob7wiXhcvUGdm6",
		"DATA_KEY=aWq9oZb2hA4tVYk1jLr8sNc5xTfu3Pe0",
	}
}
