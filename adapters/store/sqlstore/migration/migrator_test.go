package migration

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"
)

// silent is a server that answers nothing until the context ends, and then tells who it is.
type silent struct{}

var errAtAddress = errors.New("no answer of 192.0.2.7")

func (s silent) Connect(ctx context.Context) (driver.Conn, error) {
	<-ctx.Done()
	return nil, errors.Join(errAtAddress, ctx.Err())
}
func (s silent) Driver() driver.Driver { return nil }

func TestMigratorOnASilentServer(t *testing.T) {
	db := sql.OpenDB(silent{})
	t.Cleanup(func() { _ = db.Close() })
	m := New(db, Database{
		Name: "test", Dialect: goose.DialectSQLite3, Files: fstest.MapFS{"00001_a.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}},
		Timeout: 10 * time.Millisecond,
		Alone: func(ctx context.Context, fn func(context.Context) error) error {
			return errors.Join(ErrLockLost, fn(ctx))
		},
		Describe: func(error) error { return errors.New("no answer in time") },
	})
	// Only so that a test that fails does so.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	begun := time.Now()
	for name, look := range map[string]func() error{
		"status":  func() error { _, err := m.Status(ctx); return err },
		"pending": func() error { _, err := m.Pending(ctx); return err },
		"up":      func() error { _, err := m.Up(ctx); return err },
		"down":    func() error { _, err := m.Down(ctx); return err },
		"require": func() error { return m.Require(ctx, true) },
	} {
		err := look()
		if err == nil || strings.Contains(err.Error(), "192.0.2.7") || !strings.Contains(err.Error(), "no answer in time") {
			t.Errorf("%s: got error %v, want one that is described", name, err)
		}
		if lock := name == "up" || name == "down"; lock && !errors.Is(err, ErrLockLost) {
			t.Errorf("%s: got error %v, want %v", name, err, ErrLockLost)
		}
	}
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("took %s, want a timeout of 10ms each", took)
	}
}
