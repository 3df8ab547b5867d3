package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io/fs"
	"testing"
	"time"

	driverpkg "github.com/go-sql-driver/mysql"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// Dialect is what the store knows of the database.
func Dialect() sqlstore.Dialect { return dialect{} }

// Raw returns connections as the store has them, until the test ends.
func Raw(t testing.TB, c Config) *sql.DB {
	t.Helper()
	c, err := c.complete()
	if err != nil {
		t.Fatal(err)
	}
	connector, err := c.connector(c.Timeout)
	if err != nil {
		t.Fatal(err)
	}
	db := c.pool(connector)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// DriverConfig returns what the driver is told.
func DriverConfig(c Config) (*driverpkg.Config, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	return c.driverConfig(c.Timeout)
}

// WithoutNames returns err as the store shows it.
func WithoutNames(err error) error { return withoutNames(err) }

// Judged returns inner as the pool gets it.
func Judged(inner wholeConn) driver.Conn { return &conn{wholeConn: inner} }

// WholeConn is a connection of the driver.
type WholeConn = wholeConn

// Migrations returns the files of the schema.
func Migrations() (fs.FS, error) { return fs.Sub(migrations, "migrations") }

// TakeOverLease is the statement by which a waiter takes the lease over.
const TakeOverLease = takeOverLease

// Alone runs fn under the lock for migrations. Its times are beat, its fourfold and its
// eightfold.
func Alone(ctx context.Context, db *sql.DB, beat time.Duration, fn func(context.Context) error) error {
	l := newLease(db, time.Minute)
	l.poll, l.beat, l.giveUp, l.expiry = beat/10, beat, 4*beat, 8*beat
	return l.alone(ctx, fn)
}

// ConnectForMigration makes one connection that waits for answers for ever once it is made.
func ConnectForMigration(ctx context.Context, c Config) error {
	c, err := c.complete()
	if err != nil {
		return err
	}
	connector, err := c.connector(0)
	if err != nil {
		return err
	}
	made, err := connector.Connect(ctx)
	if err != nil {
		return err
	}
	return made.Close()
}
