package sqlstore

import (
	"context"
	"database/sql"

	"github.com/jmoiron/sqlx"
)

// Tx runs statements in one transaction. Its methods are safe for concurrent use, as long
// as the transaction is under way.
type Tx interface {
	// Exec runs a statement and returns how many rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)

	// Get reads one row into dest, as Scan does.
	Get(ctx context.Context, dest any, query string, args ...any) error

	// Select reads all rows into dest, a pointer to a slice.
	Select(ctx context.Context, dest any, query string, args ...any) error
}

// Writer is the side of a database that changes. Its methods are safe for concurrent use.
// Whoever implements it decides when to commit; what it acknowledges has been committed. An
// error that is not the driver's answer to the statement, and not fn's, leaves the outcome
// unknown.
type Writer interface {
	// Exec runs a statement, commits it and returns how many rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)

	// Transact calls fn with a transaction and commits when fn returns nil. When fn fails
	// or panics, nothing that it wrote remains, and Transact returns its error as it is, or
	// panics again. A context that is done before the commit rolls back, too.
	Transact(ctx context.Context, fn func(Tx) error) error

	// Close lets go of the connections once the work under way is done. Closing twice is
	// no error.
	Close() error
}

// Pool returns a Writer that commits each statement and each transaction by itself on a
// connection of db, which it owns. options are those of Dialect.TxOptions.
func Pool(db *sqlx.DB, options *sql.TxOptions) Writer { return pool{db, options} }

type pool struct {
	db      *sqlx.DB
	options *sql.TxOptions
}

func (p pool) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return rowsAffected(p.db.ExecContext(ctx, query, args...))
}

func (p pool) Transact(ctx context.Context, fn func(Tx) error) error {
	tx, err := p.db.BeginTxx(ctx, p.options)
	if err != nil {
		return err
	}
	// Also while fn panics, and without effect after the commit. A roll-back that fails
	// closes the connection, which rolls back, too.
	defer func() { _ = tx.Rollback() }()

	if err := fn(poolTx{tx}); err != nil {
		return err
	}
	return tx.Commit()
}

func (p pool) Close() error { return p.db.Close() }

type poolTx struct{ tx *sqlx.Tx }

func (t poolTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return rowsAffected(t.tx.ExecContext(ctx, query, args...))
}

func (t poolTx) Get(ctx context.Context, dest any, query string, args ...any) error {
	return Scan(t.tx.QueryRowxContext(ctx, query, args...), dest)
}

func (t poolTx) Select(ctx context.Context, dest any, query string, args ...any) error {
	return t.tx.SelectContext(ctx, dest, query, args...)
}

func rowsAffected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
