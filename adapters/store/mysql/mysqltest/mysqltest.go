// Package mysqltest starts a private MariaDB or MySQL server for tests, on a free port of the
// loopback device and in a folder of its own. Nothing that it holds outlives a crash of the
// machine: it does not wait for the disk.
package mysqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	driver "github.com/go-sql-driver/mysql"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

// The user that a Server lets in, who may do everything.
const (
	User     = "sallyport"
	Password = "a p@ssword/with:all?sorts#of%"
)

const install = "apt-get install mariadb-server"

// Server is a server with its data. It is safe for concurrent use. Its Process can be killed,
// paused and started again; what was committed is still there, as the operating system lives.
type Server struct {
	*testserver.Process
	Host string
	Port int

	folder    string
	admin     *sql.DB // by the socket, as root
	databases atomic.Int64
}

// Start makes a data folder, which takes some seconds, and starts a server on it, with
// arguments beside those that it needs. The error is a *testserver.MissingError when none is
// installed. The caller stops it.
//
// Tests share one by testserver.NewShared(func() (*mysqltest.Server, error) { … }).
func Start(ctx context.Context, arguments ...string) (*Server, error) {
	program, err := testserver.Look(install, "mariadbd", "mysqld")
	if err != nil {
		return nil, err
	}
	folder, err := testserver.MakeFolder("")
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, program, folder, arguments)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, nil
}

func start(ctx context.Context, program, folder string, arguments []string) (*Server, error) {
	if err := initialize(ctx, program, filepath.Join(folder, "data")); err != nil {
		return nil, fmt.Errorf("mysqltest: make data folder: %w", err)
	}
	port, err := testserver.Port()
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(folder, "s")
	admin, err := openAdmin(socket)
	if err != nil {
		return nil, err
	}
	process, err := testserver.Launch(ctx, testserver.Command{
		Path:  program,
		Args:  append(serverArguments(folder, socket, port), arguments...),
		Ready: admin.PingContext,
	})
	if err != nil {
		return nil, errors.Join(err, admin.Close())
	}
	s := &Server{Process: process, Host: "127.0.0.1", Port: port, folder: folder, admin: admin}
	if err := s.letIn(ctx); err != nil {
		return nil, errors.Join(err, s.Process.Stop(), admin.Close())
	}
	return s, nil
}

// initialize makes a data folder whose root has no password. MariaDB has a program for it.
func initialize(ctx context.Context, program, data string) error {
	maker, err := testserver.Look(install, "mariadb-install-db", "mysql_install_db")
	arguments := []string{"--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal", "--skip-test-db", smallLog}
	if err != nil {
		maker, arguments = program, []string{"--no-defaults", "--datadir=" + data, "--initialize-insecure"}
	}
	_, err = testserver.Run(ctx, testserver.Command{Path: maker, Args: append(arguments, asRoot()...)})
	return err
}

// smallLog keeps a server of a test from taking 96 MiB of the disk before it holds anything.
const smallLog = "--innodb-log-file-size=32M"

// asRoot is what the server wants to hear from root.
func asRoot() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}

func serverArguments(folder, socket string, port int) []string {
	return append([]string{
		"--no-defaults", "--datadir=" + filepath.Join(folder, "data"), "--socket=" + socket,
		"--pid-file=" + filepath.Join(folder, "pid"), "--bind-address=127.0.0.1", "--port=" + strconv.Itoa(port),
		"--skip-log-bin", "--skip-name-resolve", "--performance-schema=OFF", "--max-connections=500",
		"--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync", "--innodb-doublewrite=0",
		"--innodb-buffer-pool-size=64M", "--loose-" + smallLog[2:], "--loose-debug-no-sync",
	}, asRoot()...)
}

// openAdmin returns connections as root, none of which is opened yet.
func openAdmin(socket string) (*sql.DB, error) {
	c := driver.NewConfig()
	c.Net, c.Addr, c.User, c.Logger = "unix", socket, "root", &driver.NopLogger{}
	c.ReadTimeout = time.Minute
	// Whatever the server's arguments say.
	c.Params = map[string]string{"autocommit": "1", "completion_type": "0", "sql_mode": "''"}
	connector, err := driver.NewConnector(c)
	if err != nil {
		return nil, fmt.Errorf("mysqltest: %w", err)
	}
	return sql.OpenDB(connector), nil
}

// letIn makes the user, twice: an anonymous one at the server's own host would come before
// one for any host.
func (s *Server) letIn(ctx context.Context) error {
	for _, host := range []string{"%", "127.0.0.1", "localhost"} {
		for _, query := range []string{
			`CREATE USER '` + User + `'@'` + host + `' IDENTIFIED BY '` + Password + `'`,
			`GRANT ALL ON *.* TO '` + User + `'@'` + host + `'`,
		} {
			if err := s.Exec(ctx, query); err != nil {
				return err
			}
		}
	}
	return nil
}

// Exec runs a statement as root, outside of any database, and commits it.
func (s *Server) Exec(ctx context.Context, query string) error {
	if _, err := s.admin.ExecContext(ctx, query); err != nil {
		return fmt.Errorf("mysqltest: %w", err)
	}
	return nil
}

// Query returns one value, which root reads.
func (s *Server) Query(ctx context.Context, query string) (value string, err error) {
	if err := s.admin.QueryRowContext(ctx, query).Scan(&value); err != nil {
		return "", fmt.Errorf("mysqltest: %w", err)
	}
	return value, nil
}

// NewDatabase makes an empty database and returns how to open it, without Migrate.
func (s *Server) NewDatabase(ctx context.Context) (mysql.Config, error) {
	name := "d" + strconv.FormatInt(s.databases.Add(1), 10)
	if err := s.Exec(ctx, `CREATE DATABASE `+name); err != nil {
		return mysql.Config{}, err
	}
	return mysql.Config{Host: s.Host, Port: s.Port, Database: name, User: User, Password: Password}, nil
}

// Folder returns where the server's socket is, by the name of s.
func (s *Server) Folder() string { return s.folder }

// URL returns what NewDatabase returned as a connection string.
func (s *Server) URL(c mysql.Config) string {
	u := url.URL{
		Scheme: "mysql", User: url.UserPassword(c.User, c.Password),
		Host: net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), Path: "/" + c.Database,
	}
	return u.String()
}

// Database is NewDatabase for a test, at whose end the database is dropped.
func (s *Server) Database(t testing.TB) mysql.Config {
	t.Helper()
	c, err := s.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Exec(context.Background(), `DROP DATABASE IF EXISTS `+c.Database); err != nil {
			t.Error(err)
		}
	})
	return c
}

// Stop stops the server and removes its data.
func (s *Server) Stop() error {
	return errors.Join(s.admin.Close(), s.Process.Stop(), os.RemoveAll(s.folder))
}
