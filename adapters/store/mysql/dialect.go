package mysql

import (
	"database/sql"
	"errors"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

var _ sqlstore.Dialect = dialect{}

type dialect struct{}

func (dialect) Name() string { return "mysql" }

func (dialect) IsDuplicate(err error) bool {
	n := number(err)
	return n == duplicateEntry || n == duplicateKeyName
}

// IsRetryable holds for statements and for commits alike. With a deadlock (on a cluster: a
// conflict with another node) the transaction has been rolled back. After a wait for a lock
// only the statement has, or the commit, which waits for a backup; whoever repeats a unit of
// work rolls back first. A node that is not ready refuses a statement before it looks at it.
//
// There is no time left for another try after a lastAnswer.
//
// A commit that failed (1180) is left out: a node that loses its cluster in the middle of it
// says so as well, when its changes may have reached the others. An invalid connection is
// left out for the same reason.
func (dialect) IsRetryable(err error) bool {
	if _, ok := errors.AsType[*lastAnswer](err); ok {
		return false
	}
	switch number(err) {
	case deadlock, lockWaitTimeout, recordChanged, notReady:
		return true
	}
	return false
}

// Bytewise casts: a binary collation takes a text with blanks at its end for the one without.
func (dialect) Bytewise(column string) string { return "CAST(" + column + " AS BINARY)" }

// TxOptions are none: the isolation is set for all that a connection does.
func (dialect) TxOptions() *sql.TxOptions { return nil }
