package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"
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
	again time.Duration // what has to be left for a statement to be tried anew
	spent bool
}

// errTooLarge is for a statement that the driver would prepare first, which we never want.
var errTooLarge = errors.New("the statement is larger than a packet may be")

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.wholeConn.ExecContext(ctx, query, args)
	return result, c.judgeWithin(ctx, err)
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.wholeConn.QueryContext(ctx, query, args)
	return rows, c.judgeWithin(ctx, err)
}

// BeginTx implements driver.ConnBeginTx.
func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	begun, err := c.wholeConn.BeginTx(ctx, options)
	if err != nil {
		return nil, c.judge(err)
	}
	return &tx{begun, c, ctx}, nil
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

// judgeWithin also takes from an answer that it asks for another try, when that could not be
// ended by the server before ctx is: a connection given up while a write waits for a lock
// leaves the write to happen later.
func (c *conn) judgeWithin(ctx context.Context, err error) error {
	err = c.judge(err)
	if until, bounded := ctx.Deadline(); bounded && (dialect{}).IsRetryable(err) && time.Until(until) < c.again {
		return &lastAnswer{err}
	}
	return err
}

// lastAnswer is one after which nothing is tried again.
type lastAnswer struct{ error }

func (l *lastAnswer) Unwrap() error { return l.error }

// tx is a transaction whose end is looked at, and that ends with the context of its beginning.
// The driver's own end heeds no context.
type tx struct {
	driver.Tx
	conn *conn
	ctx  context.Context
}

// Commit implements driver.Tx.
func (t *tx) Commit() error { return t.end(`COMMIT`) }

// Rollback implements driver.Tx. Where the context is done it leaves it to the end of the
// connection.
func (t *tx) Rollback() error { return t.end(`ROLLBACK`) }

// end gives the connection up when the transaction may go on: a statement that comes later
// would be acknowledged as a part of it, and never be committed.
func (t *tx) end(query string) error {
	_, err := t.conn.ExecContext(t.ctx, query, nil)
	if err != nil {
		t.conn.spent = true
	}
	return err
}
