package postgres

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

var _ sqlstore.Dialect = dialect{}

type dialect struct{}

// The codes of PostgreSQL (https://www.postgresql.org/docs/current/errcodes-appendix.html)
// that decide something.
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
)

func (dialect) Name() string { return "postgres" }

func (dialect) IsDuplicate(err error) bool { return code(err) == uniqueViolation }

// IsRetryable is about what the server has answered only: a connection that is lost, or a
// server that goes away (class 57P), leaves the outcome unknown.
func (dialect) IsRetryable(err error) bool {
	c := code(err)
	return c == serializationFailure || c == deadlockDetected
}

func (dialect) Bytewise(column string) string { return column + ` COLLATE "C"` }

// TxOptions asks for what the server does by default, since an administrator can change it.
func (dialect) TxOptions() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
}

// code returns the SQLSTATE of an answer of the server in err, or "" when there is none. One
// that came while connecting is no answer to a statement.
func code(err error) string {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return ""
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}
