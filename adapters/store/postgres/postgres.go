// Package postgres keeps everything in a PostgreSQL database, 13 or newer, that any number of
// instances share. Its encoding must be UTF8. Whoever connects owns the tables or may make
// them; the schema is the first of the search path.
//
// PgBouncer may sit between, in transaction mode too, with default_query_exec_mode=exec in
// Config.ConnectionString. Then nothing is prepared, and the settings of the session are left
// to the pooler.
//
// No error has an address, a name or a value in its text; the driver's error is in the chain.
package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.Store = (*Store)(nil)

// Store is a port.Store on one PostgreSQL database.
type Store struct{ *sqlstore.Store }

// Open connects to the database that c names. It returns migration.ErrSchemaNewer, or
// migration.ErrSchemaOlder unless c.Migrate is set, when the schema is not the one that this
// package knows. Several instances may migrate at once: one does, the others wait for it.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := open(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("postgres: open database: %w", err)
	}
	return s, nil
}

func open(ctx context.Context, c Config) (*Store, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	if err := checkSchema(ctx, c); err != nil {
		return nil, err
	}
	db, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	return &Store{sqlstore.New(db, sqlstore.Pool(db, dialect{}.TxOptions()), dialect{},
		sqlstore.Timeout(c.Timeout), sqlstore.Describe(describe))}, nil
}

// connect opens the pool that serves requests, with its first connections.
func connect(ctx context.Context, c Config) (*sqlx.DB, error) {
	settings, err := c.settings(forRequests)
	if err != nil {
		return nil, err
	}
	db := sqlx.NewDb(stdlib.OpenDB(*settings), "pgx")
	db.SetMaxOpenConns(c.MaxConnections)
	db.SetMaxIdleConns(c.MaxConnections)
	db.SetConnMaxIdleTime(idleTime)
	if err := warm(ctx, c, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// warm opens the connections that the pool starts with, and makes sure that every text can
// be kept.
func warm(ctx context.Context, c Config, db *sqlx.DB) (err error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	for range max(c.MinConnections, 1) {
		conn, connErr := db.Connx(ctx)
		if connErr != nil {
			return described(connErr)
		}
		defer func() { err = errors.Join(err, conn.Close()) }()
		if err := checkEncoding(ctx, conn); err != nil {
			return err
		}
	}
	return nil
}

func checkEncoding(ctx context.Context, conn *sqlx.Conn) error {
	var encoding string
	if err := conn.GetContext(ctx, &encoding, `SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()`); err != nil {
		return described(err)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the encoding of the database is %s: make one with ENCODING 'UTF8'", encoding)
	}
	return nil
}
