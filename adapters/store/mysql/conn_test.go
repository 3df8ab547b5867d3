package mysql_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	driverpkg "github.com/go-sql-driver/mysql"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
)

// failing is a connection that is in order and whose every statement fails with err.
type failing struct {
	mysql.WholeConn
	err error
}

func (f failing) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return nil, f.err
}

func (f failing) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return nil, f.err
}
func (f failing) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) { return f, nil }
func (f failing) Commit() error                                                { panic("commits without a context") }

func (f failing) Rollback() error { panic("rolls back without a context") }
func (f failing) IsValid() bool   { return true }

func TestConn(t *testing.T) {
	calls := map[string]func(c driver.Conn) error{
		"a write": func(c driver.Conn) error {
			_, err := c.(driver.ExecerContext).ExecContext(context.Background(), "", nil)
			return err
		},
		"a read": func(c driver.Conn) error {
			_, err := c.(driver.QueryerContext).QueryContext(context.Background(), "", nil)
			return err
		},
		"a commit": func(c driver.Conn) error {
			tx, err := c.(driver.ConnBeginTx).BeginTx(context.Background(), driver.TxOptions{})
			must(t, err)
			return tx.Commit()
		},
		"a roll-back": func(c driver.Conn) error {
			tx, err := c.(driver.ConnBeginTx).BeginTx(context.Background(), driver.TxOptions{})
			must(t, err)
			return tx.Rollback()
		},
	}
	statement := []string{"a write", "a read"}
	end := []string{"a commit", "a roll-back"}
	for name, c := range map[string]struct {
		err   error
		kept  []string // the calls after which the connection is used again
		spent []string
	}{
		"success":              {nil, append(statement, end...), nil},
		"a deadlock":           {&driverpkg.MySQLError{Number: 1213}, statement, end},
		"a value that is held": {&driverpkg.MySQLError{Number: 1062}, statement, end},
		"a node cut off":       {&driverpkg.MySQLError{Number: 1047}, nil, append(statement, end...)},
		"a server shut down":   {&driverpkg.MySQLError{Number: 1053}, nil, append(statement, end...)},
		"a server read-only":   {&driverpkg.MySQLError{Number: 1290}, nil, append(statement, end...)},
		"MySQL read-only":      {&driverpkg.MySQLError{Number: 1836}, nil, append(statement, end...)},
		"a connection killed":  {&driverpkg.MySQLError{Number: 1927}, nil, append(statement, end...)},
	} {
		for call, do := range calls {
			t.Run("after "+name+" of "+call, func(t *testing.T) {
				conn := mysql.Judged(failing{err: c.err})
				if err := do(conn); !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
					t.Errorf("got error %v, want %v", err, c.err)
				}
				got := conn.(driver.Validator).IsValid()
				for _, want := range c.kept {
					if want == call && !got {
						t.Error("got the connection given up, want it kept")
					}
				}
				for _, want := range c.spent {
					if want == call && got {
						t.Error("got the connection kept, want it given up")
					}
				}
			})
		}
	}

	t.Run("prepares nothing", func(t *testing.T) {
		conn := mysql.Judged(failing{err: driver.ErrSkip})
		if err := calls["a write"](conn); err == nil || errors.Is(err, driver.ErrSkip) {
			t.Errorf("got error %v, want another", err)
		}
	})
}

// settings are what a session must have, whatever the server has.
var settings = map[string]string{
	"character_set_client": "utf8mb4", "character_set_connection": "utf8mb4", "character_set_results": "utf8mb4",
	"collation_connection": "utf8mb4_bin", "autocommit": "1", "completion_type": "NO_CHAIN", "sql_safe_updates": "0",
	"sql_mode":                 "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
	"innodb_lock_wait_timeout": "1", "lock_wait_timeout": "1", "wait_timeout": "600",
}

func TestSession(t *testing.T) {
	for name, server := range map[string]*mysqltest.Server{"plain": plain.Get(t), "contrary": contrary.Get(t)} {
		t.Run("is the same on the server that is "+name, func(t *testing.T) {
			c := server.Database(t)
			fields := c
			c = mysql.Config{ConnectionString: server.URL(c)}
			for form, c := range map[string]mysql.Config{
				"fields": fields,
				"DSN": {ConnectionString: fields.User + ":" + fields.Password + "@tcp(" + hostPort(fields) + ")/" + fields.Database +
					"?sql_mode=''&autocommit=0&charset=latin1&collation=latin1_swedish_ci&tx_isolation='SERIALIZABLE'"},
				"URL": c,
			} {
				c.Timeout = 5_000_000_000
				db := mysql.Raw(t, c)
				for name, want := range settings {
					var got string
					must(t, db.QueryRowContext(t.Context(), `SELECT @@SESSION.`+name).Scan(&got))
					if got != want {
						t.Errorf("%s: got %s %q, want %q", form, name, got, want)
					}
				}
				wantVariable(t, c, "READ-COMMITTED", "tx_isolation", "transaction_isolation")
				wantVariable(t, c, "3", "wsrep_sync_wait")
			}
		})

		t.Run("refuses what does not fit on the server that is "+name, func(t *testing.T) {
			c := server.Database(t)
			open(t, c)
			db := mysql.Raw(t, c)
			for column, value := range map[string]any{
				"id":           strings.Repeat("k", 255),
				"admin_access": 1 << 20,
				"app_access":   "no number",
			} {
				row := map[string]any{"id": "id", "admin_access": 0, "app_access": 0}
				row[column] = value
				_, err := db.ExecContext(t.Context(), `INSERT INTO roles (id, name, app_access, admin_access) VALUES (?, '', ?, ?)`,
					row["id"], row["app_access"], row["admin_access"])
				if err == nil {
					t.Errorf("%s: got no error, want the value refused", column)
				}
			}
			var rows int
			must(t, db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM roles`).Scan(&rows))
			if rows != 0 {
				t.Errorf("got %d rows, want none", rows)
			}
		})
	}
}

// wantVariable wants each of the variables that the server knows to have the value.
func wantVariable(t testing.TB, c mysql.Config, want string, names ...string) {
	t.Helper()
	rows, err := mysql.Raw(t, c).QueryContext(t.Context(), `SHOW SESSION VARIABLES WHERE Variable_name IN ('`+strings.Join(names, `', '`)+`')`)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	found := 0
	for ; rows.Next(); found++ {
		var name, got string
		must(t, rows.Scan(&name, &got))
		if got != want {
			t.Errorf("got %s %q, want %q", name, got, want)
		}
	}
	must(t, rows.Err())
	if found == 0 {
		t.Errorf("got none of %q, want one", names)
	}
}
