package postgres

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

// Dialect is what the store tells sqlstore.
func Dialect() sqlstore.Dialect { return dialect{} }

// Describe is the text of an error of the driver.
func Describe(err error) string { return describe(err) }

// Settings returns how the driver connects for requests.
func Settings(c Config) (*pgx.ConnConfig, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	return c.settings(forRequests)
}

// OpenLock returns the lock of migrations with another patience, on a pool of its own.
func OpenLock(ctx context.Context, c Config, silence time.Duration) (migration.Lock, *sql.DB, error) {
	c, err := c.complete()
	if err != nil {
		return nil, nil, err
	}
	db, err := openForMigrations(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	return advisory{db, c.Timeout, silence}.alone, db, nil
}

// ReadText returns the text that a query reads on a connection like those of the store,
// without a transaction.
func ReadText(t testing.TB, c Config, query string) string {
	t.Helper()
	c, err := c.complete()
	if err != nil {
		t.Fatal(err)
	}
	db, err := connect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	if err := errors.Join(db.GetContext(t.Context(), &text, query), db.Close()); err != nil {
		t.Fatal(err)
	}
	return text
}
