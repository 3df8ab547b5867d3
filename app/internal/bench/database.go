package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres/postgrestest"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/port"
)

// The databases that the service is measured on.
const (
	onSQLite   = "sqlite"
	onMySQL    = "mysql"
	onPostgres = "postgres"
)

// database is where the service keeps its data, with nothing in it yet. What is acknowledged
// is on the disk.
type database struct {
	settings []string // of a service on it, as NAME=VALUE
	open     func(context.Context) (port.Store, error)

	// Another table is changed without the store, through the driver that the store has
	// registered.
	driver, dsn string
	writers     []int // the numbers of connections that can write at once

	stop func() error
}

// openDatabase starts a private server where the database is one.
func openDatabase(ctx context.Context, name, folder string) (database, error) {
	switch name {
	case onMySQL:
		return startMySQL(ctx)
	case onPostgres:
		return startPostgres()
	}
	path := filepath.Join(folder, "sallyport.db")
	return database{
		open: func(ctx context.Context) (port.Store, error) {
			return sqlite.Open(ctx, sqlite.Config{Path: path, Migrate: true})
		},
		driver:  "sqlite",
		dsn:     filepath.Join(folder, "updates.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)",
		writers: []int{one}, // SQLite has one writer
		stop:    func() error { return nil },
	}, nil
}

func startMySQL(ctx context.Context) (database, error) {
	// The server of the tests does not wait for the disk.
	server, err := mysqltest.Start(ctx,
		"--innodb-flush-log-at-trx-commit=1", "--innodb-flush-method=fsync", "--innodb-doublewrite=1", "--loose-debug-no-sync=0")
	if err != nil {
		return database{}, err
	}
	c, err := server.NewDatabase(ctx)
	if err != nil {
		return database{}, errors.Join(err, server.Stop())
	}
	c.Migrate = true
	return database{
		settings: serverSettings("mysql", c.Host, c.Port, c.Database, c.User, c.Password),
		open:     func(ctx context.Context) (port.Store, error) { return mysql.Open(ctx, c) },
		driver:   "mysql",
		dsn:      fmt.Sprintf("%s:%s@tcp(%s)/%s", c.User, c.Password, net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), c.Database),
		writers:  []int{one, some, most},
		stop:     server.Stop,
	}, nil
}

func startPostgres() (database, error) {
	// The server of the tests does not wait for the disk.
	server, err := postgrestest.Start("fsync=on", "synchronous_commit=on", "full_page_writes=on")
	if err != nil {
		return database{}, err
	}
	const name = "postgres" // the one that a new server has
	c := server.Config(name)
	c.Migrate = true
	return database{
		settings: serverSettings("pg", c.Host, c.Port, c.Database, c.User, c.Password),
		open:     func(ctx context.Context) (port.Store, error) { return postgres.Open(ctx, c) },
		driver:   "pgx",
		dsn:      server.ConnectionString(name),
		writers:  []int{one, some, most},
		stop:     server.Stop,
	}, nil
}

// serverSettings are those of a service on a server, which does not make its own keys.
func serverSettings(client, host string, port int, database, user, password string) []string {
	return []string{
		"DB_CLIENT=" + client, "DB_HOST=" + host, "DB_PORT=" + strconv.Itoa(port), "DB_DATABASE=" + database,
		"DB_USER=" + user, "DB_PASSWORD=" + password, "SECRET=" + rand.Text() + rand.Text(), "DATA_KEY=" + rand.Text() + rand.Text(),
	}
}
