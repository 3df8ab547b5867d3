package sqlite

import (
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

var _ sqlstore.Dialect = dialect{}

type dialect struct{}

func (dialect) Name() string { return "sqlite" }

func (dialect) IsDuplicate(err error) bool {
	code := resultCode(err)
	return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

// IsRetryable leaves out the plain SQLITE_BUSY: it comes after the whole busy timeout, and
// waiting as long again would only keep the caller longer.
func (dialect) IsRetryable(err error) bool {
	code := resultCode(err)
	return code == sqlite3.SQLITE_BUSY_SNAPSHOT || code == sqlite3.SQLITE_BUSY_RECOVERY
}

// Bytewise has nothing to do: a column compares so unless its schema says otherwise.
func (dialect) Bytewise(column string) string { return column }

func (dialect) TxOptions() *sql.TxOptions { return nil }

// isBusy reports whether err says that another holds a lock.
func isBusy(err error) bool { return resultCode(err)&0xff == sqlite3.SQLITE_BUSY }

// resultCode returns the extended result code of SQLite in err, or SQLITE_OK when there
// is none.
func resultCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return sqlite3.SQLITE_OK
}
