package sqlstore

import "database/sql"

// Dialect is what differs between databases, and nothing more. Its methods are safe for
// concurrent use.
type Dialect interface {
	// Name begins the text of every error, such as "sqlite".
	Name() string

	// IsDuplicate reports whether err, or an error in its chain, says that a primary
	// key or unique value is taken.
	IsDuplicate(err error) bool

	// IsRetryable reports whether err, or an error in its chain, says that the
	// database has undone the statement or transaction and that the same work may
	// succeed if it is done again, as after a deadlock. It is false when the outcome is
	// unknown, as after a lost connection.
	IsRetryable(err error) bool

	// Bytewise returns an expression that compares and sorts as the bytes of the column of
	// text do, blanks at the end included.
	Bytewise(column string) string

	// TxOptions are those of a unit of work. Its isolation must be at least READ
	// COMMITTED. Nil means the defaults of the database.
	TxOptions() *sql.TxOptions
}
