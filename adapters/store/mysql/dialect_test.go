package mysql_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"

	driverpkg "github.com/go-sql-driver/mysql"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
)

func TestDialect(t *testing.T) {
	server := func(number uint16) error { return &driverpkg.MySQLError{Number: number} }
	for name, c := range map[string]struct {
		err              error
		duplicate, again bool
	}{
		"duplicate key":                        {server(1062), true, false},
		"duplicate key with its name":          {server(1586), true, false},
		"deadlock":                             {server(1213), false, true},
		"lock wait time-out":                   {server(1205), false, true},
		"changed since the snapshot":           {server(1020), false, true},
		"node not ready":                       {server(1047), false, true},
		"commit that may have reached others":  {server(1180), false, false},
		"too long":                             {server(1406), false, false},
		"read-only":                            {server(1290), false, false},
		"statement ended by the administrator": {server(1317), false, false},
		"connection lost in a write":           {driverpkg.ErrInvalidConn, false, false},
		"connection never used":                {driver.ErrBadConn, false, false},
		"none":                                 {nil, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, err := range []error{c.err, mysql.WithoutNames(c.err), fmt.Errorf("while writing: %w", mysql.WithoutNames(c.err))} {
				if c.err == nil {
					err = nil
				}
				if got := mysql.Dialect().IsDuplicate(err); got != c.duplicate {
					t.Errorf("%v: got duplicate %t, want %t", err, got, c.duplicate)
				}
				if got := mysql.Dialect().IsRetryable(err); got != c.again {
					t.Errorf("%v: got retryable %t, want %t", err, got, c.again)
				}
			}
		})
	}

	t.Run("knows what the server says", func(t *testing.T) {
		server := plain.Get(t)
		c := server.Database(t)
		open(t, c)
		db := mysql.Raw(t, c)
		insert := `INSERT INTO roles (id, name, app_access, admin_access) VALUES ('a', '', 0, 0)`
		_, err := db.ExecContext(t.Context(), insert)
		must(t, err)
		if _, err := db.ExecContext(t.Context(), insert); !mysql.Dialect().IsDuplicate(err) {
			t.Errorf("got error %v, want a duplicate", err)
		}
		_, err = db.ExecContext(t.Context(), `SELECT id FROM nothing`)
		if e, ok := errors.AsType[*driverpkg.MySQLError](err); !ok || e.Number != 1146 {
			t.Errorf("got error %v, want the driver's in its chain", err)
		}
	})
}
