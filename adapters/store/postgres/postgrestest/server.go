// Package postgrestest starts a private PostgreSQL server for the tests of one binary, and
// makes a database for each of them. It needs initdb and postgres of PostgreSQL 13 or newer.
package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

const (
	// User is a superuser, for whom the server does not look at the password: to check one
	// takes longer than most tests. It does so for every other user.
	User = "sallyport_test"
	// Password is the one of User.
	Password = "sallyport-test-password"

	install = "apt-get install postgresql"
	account = "postgres" // runs the server where root runs the tests

	patience = 30 * time.Second
)

// Server is a private server. It is safe for concurrent use.
type Server struct {
	*testserver.Process
	Port int // on 127.0.0.1

	folder string
	made   atomic.Int64 // databases

	mu    sync.Mutex
	kinds map[string]*kind // of migrated databases, by the options that they are made with
}

// Start starts a server with settings such as "fsync=on" beside those that make tests fast:
// nothing is flushed to the disk, so that data outlives the end of the server but not of the
// machine. The caller stops it. Without PostgreSQL the error is a *testserver.MissingError.
func Start(settings ...string) (*Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	s, err := start(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("postgrestest: start server: %w", err)
	}
	return s, nil
}

func start(ctx context.Context, settings []string) (_ *Server, err error) {
	initdb, err := testserver.Look(install, "initdb")
	if err != nil {
		return nil, err
	}
	program, err := testserver.Look(install, "postgres")
	if err != nil {
		return nil, err
	}
	folder, err := testserver.MakeFolder(account)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}()
	data := filepath.Join(folder, "data")
	if err := initialize(ctx, initdb, folder, data); err != nil {
		return nil, err
	}
	port, err := testserver.Port()
	if err != nil {
		return nil, err
	}
	s := &Server{Port: port, folder: folder, kinds: map[string]*kind{}}
	arguments := []string{"-D", data, "-p", strconv.Itoa(port)}
	for _, setting := range append([]string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=" + folder, "max_connections=300",
		"shared_buffers=32MB", "fsync=off", "full_page_writes=off",
	}, settings...) {
		arguments = append(arguments, "-c", setting)
	}
	s.Process, err = testserver.Launch(ctx, testserver.Command{
		Path: program, Args: arguments, Dir: folder, Account: account,
		Ready: func(ctx context.Context) error { return s.execute(ctx, "postgres", `SELECT 1`) },
	})
	return s, err
}

func initialize(ctx context.Context, initdb, folder, data string) error {
	secret := filepath.Join(folder, "password")
	if err := os.WriteFile(secret, []byte(Password), 0o644); err != nil { // the folder is shut
		return err
	}
	_, err := testserver.Run(ctx, testserver.Command{
		Path: initdb, Dir: folder, Account: account,
		Args: []string{
			"-D", data, "--username=" + User, "--pwfile=" + secret, "--auth=scram-sha-256",
			"--encoding=UTF8", "--no-locale", "--no-sync",
		},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(whoMayEnter), 0o600)
}

const whoMayEnter = `
local all ` + User + ` trust
host  all ` + User + ` 127.0.0.1/32 trust
host  all all 127.0.0.1/32 scram-sha-256
`

// Stop stops the server and removes its data.
func (s *Server) Stop() error {
	return errors.Join(s.Process.Stop(), os.RemoveAll(s.folder))
}

// Socket is the folder of the server's Unix socket.
func (s *Server) Socket() string { return s.folder }

// ConnectionString returns the URL of a database.
func (s *Server) ConnectionString(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(User, Password), Path: "/" + database,
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)), RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Config returns how the store and the migrator reach a database.
func (s *Server) Config(database string) postgres.Config {
	return postgres.Config{Host: "127.0.0.1", Port: s.Port, Database: database, User: User, Password: Password}
}

// Create makes an empty database, which is dropped at the end of the test, and returns its
// name. options follow CREATE DATABASE, such as "ENCODING 'LATIN1' TEMPLATE template0".
func (s *Server) Create(t testing.TB, options string) string {
	t.Helper()
	name := "test_" + strconv.FormatInt(s.made.Add(1), 10)
	s.Execute(t, "postgres", "CREATE DATABASE "+name+" "+options)
	t.Cleanup(func() { s.Execute(t, "postgres", "DROP DATABASE "+name+" WITH (FORCE)") })
	return name
}

// Migrated returns the name of a database that has the newest schema and no rows. Once the
// test has closed its stores the next may get it: to change its schema, take one from Create.
// options are those of Create.
func (s *Server) Migrated(t testing.TB, options ...string) string {
	t.Helper()
	k := s.kind(strings.Join(options, " "))
	k.migrate.Do(func() { k.failure = s.makeTemplate(k) })
	if k.failure != nil {
		t.Fatal(k.failure)
	}
	name := s.reuse(k)
	if name == "" {
		name = "migrated_" + strconv.FormatInt(s.made.Add(1), 10)
		s.Execute(t, "postgres", "CREATE DATABASE "+name+" TEMPLATE "+k.template)
	}
	t.Cleanup(func() {
		s.Execute(t, name, emptyAll)
		s.mu.Lock()
		defer s.mu.Unlock()
		k.free = append(k.free, name)
	})
	return name
}

// kind is what migrated databases of the same options share.
type kind struct {
	options  string
	template string

	migrate sync.Once
	failure error

	free []string // that nobody uses; guarded by the server's mu
}

func (s *Server) kind(options string) *kind {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.kinds[options]
	if !ok {
		k = &kind{options: options, template: "template_" + strconv.Itoa(len(s.kinds))}
		s.kinds[options] = k
	}
	return k
}

// emptyAll deletes all rows of the schema, save those that say how it was made.
const emptyAll = `DO $$
	DECLARE name TEXT;
	BEGIN
		FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' LOOP
			EXECUTE format('DELETE FROM %I', name);
		END LOOP;
	END $$`

// reuse returns a database that another test has had, or "".
func (s *Server) reuse(k *kind) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(k.free) == 0 {
		return ""
	}
	last := len(k.free) - 1
	name := k.free[last]
	k.free = k.free[:last]
	return name
}

func (s *Server) makeTemplate(k *kind) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.execute(ctx, "postgres", "CREATE DATABASE "+k.template+" "+k.options); err != nil {
		return err
	}
	c := s.Config(k.template)
	c.Migrate = true
	store, err := postgres.Open(ctx, c)
	if err != nil {
		return err
	}
	return store.Close()
}

// Execute runs a statement in a database, as a superuser.
func (s *Server) Execute(t testing.TB, database, statement string) {
	t.Helper()
	// Also after the context of the test.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.execute(ctx, database, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (s *Server) execute(ctx context.Context, database, statement string) (err error) {
	conn, err := pgx.Connect(ctx, s.ConnectionString(database))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
