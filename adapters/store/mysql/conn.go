package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
)

// wholeConn is what database/sql may ask of a connection.
type wholeConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// conn is a connection that is used no more once it cannot be relied on, though it works, and
// whose errors name nobody.
type conn struct {
	wholeConn
	spent bool
}

// errTooLarge is for a statement that the driver would prepare first, which we never want.
var errTooLarge = errors.New("the statement is larger than a packet may be")

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.wholeConn.ExecContext(ctx, query, args)
	return result, c.judge(err)
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.wholeConn.QueryContext(ctx, query, args)
	return rows, c.judge(err)
}

// BeginTx implements driver.ConnBeginTx.
func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	begun, err := c.wholeConn.BeginTx(ctx, options)
	if err != nil {
		return nil, c.judge(err)
	}
	return &tx{begun, c}, nil
}

// Ping implements driver.Pinger.
func (c *conn) Ping(ctx context.Context) error { return c.judge(c.wholeConn.Ping(ctx)) }

// IsValid implements driver.Validator: whether the connection goes back to the pool.
func (c *conn) IsValid() bool { return !c.spent && c.wholeConn.IsValid() }

// judge looks at what the server says of itself, and takes the names out of it.
func (c *conn) judge(err error) error {
	if errors.Is(err, driver.ErrSkip) {
		return errTooLarge
	}
	if refusesService(err) {
		c.spent = true
	}
	return withoutNames(err)
}

// tx is a transaction whose end is looked at.
type tx struct {
	driver.Tx
	conn *conn
}

// Commit implements driver.Tx.
func (t *tx) Commit() error { return t.end(t.Tx.Commit()) }

// Rollback implements driver.Tx.
func (t *tx) Rollback() error { return t.end(t.Tx.Rollback()) }

// end gives the connection up when the transaction may go on: a statement that comes later
// would be acknowledged as a part of it, and never be committed.
func (t *tx) end(err error) error {
	if err != nil {
		t.conn.spent = true
	}
	return t.conn.judge(err)
}
