// Package mysql keeps everything in a MySQL (8.0 or newer) or MariaDB (10.6 or newer)
// database, which several instances of the service may share, also over the nodes of a Galera
// cluster.
//
// A lost connection leaves the outcome of a write unknown and is an error; what the server
// itself has undone, as after a deadlock, is done again. Of a server's settings only what
// nobody changes for one program is taken as it is: character set, SQL mode, isolation and
// the like are set on each connection.
package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.Store = (*Store)(nil)

// Store is a port.Store on a MySQL or MariaDB database.
type Store struct {
	*sqlstore.Store
	db      *sql.DB
	timeout time.Duration
}

// Open connects to the database, which must exist. It returns ErrSchemaNewer, or
// ErrSchemaOlder unless c.Migrate is set, when the schema is not the one that this package
// knows, and an error when the server takes no writes: it is read-only, or its settings do not
// go with them. Its errors, like those of the Store, name neither the server nor the user nor the
// password, and repeat no value.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := open(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("mysql: open database: %w", err)
	}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func open(ctx context.Context, c Config) (*Store, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	connector, err := c.connector(c.Timeout)
	if err != nil {
		return nil, err
	}
	db := c.pool(connector)
	if err := c.prepare(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	// The name is the one by which sqlx knows how MySQL writes arguments.
	pool := sqlx.NewDb(db, "mysql")
	store := sqlstore.New(pool, sqlstore.Pool(pool, dialect{}.TxOptions()), dialect{}, sqlstore.Timeout(c.Timeout))
	return &Store{store, db, c.Timeout}, nil
}

func (c Config) prepare(ctx context.Context, db *sql.DB) error {
	if err := c.warm(ctx, db); err != nil {
		return err
	}
	return requireSchema(ctx, c, db)
}

// warm opens the connections that the pool starts with.
func (c Config) warm(ctx context.Context, db *sql.DB) (err error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	for range max(c.MinConnections, 1) {
		conn, failed := db.Conn(ctx)
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, conn.Close()) }()
	}
	return nil
}

// pool returns connections by connector, as many as c allows.
func (c Config) pool(connector *connector) *sql.DB {
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(c.MaxConnections)
	db.SetMaxIdleConns(c.MaxConnections)
	db.SetConnMaxIdleTime(idleTime)
	return db
}
