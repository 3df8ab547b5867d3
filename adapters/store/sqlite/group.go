package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

var _ sqlstore.Writer = (*group)(nil)

// errClosed is the answer to a write that comes after Close. It is no sentinel of the port.
var errClosed = errors.New("database is closed")

// group is a sqlstore.Writer that commits together what waits together, since most of a
// small write is the wait for the disk. One goroutine takes the writes that wait, the
// members, into one transaction, each behind a savepoint, and answers all of them after the
// COMMIT: refusals, too, since they may rest on what a neighbour has written. Nobody waits
// for a group to fill: it ends when nobody else is there.
//
// What one member does must not be felt by another. So statements run under a context that
// does not end with the caller's: SQLite would end the whole transaction with an interrupted
// statement. A caller's context is looked at before its savepoint is made and before it is
// released. When SQLite has ended the transaction nevertheless, as it may when the disk is
// full, the members are done again, each in a transaction of its own. When a COMMIT fails,
// all members get an error.
type group struct {
	db      *sqlx.DB      // one connection
	timeout time.Duration // for the statements of one member together
	queue   chan *member  // without a buffer: whoever is not taken yet may still leave
	closing chan struct{}
	close   sync.Once
	ended   chan struct{}

	// Only the goroutine of serve uses what follows.
	conn       *sqlx.Conn // nil until it is needed, and after one that was in doubt
	statements map[string]*sqlx.Stmt
}

// newGroup returns a group that writes on the one connection of db, which it owns. timeout
// bounds what one member may take.
func newGroup(db *sqlx.DB, timeout time.Duration) *group {
	g := &group{
		db:      db,
		timeout: timeout,
		queue:   make(chan *member),
		closing: make(chan struct{}),
		ended:   make(chan struct{}),
	}
	go g.serve()
	return g
}

// Close lets the members under way end and closes the connection.
func (g *group) Close() error {
	g.close.Do(func() { close(g.closing) })
	<-g.ended
	return g.db.Close()
}

func (g *group) serve() {
	defer close(g.ended)
	for {
		select {
		case first := <-g.queue:
			g.together(first)
		case <-g.closing:
			g.leave()
			return
		}
	}
}

// together commits first and whoever waits beside it.
func (g *group) together(first *member) {
	if err := g.begin(first.ctx); err != nil {
		first.answer <- err
		return
	}
	begun := time.Now()
	var members []*member
	for m := first; m != nil; m = g.another(len(members), begun) {
		members = append(members, m)
		if err := g.take(m); err != nil {
			g.drop()
			g.apart(members, err)
			return
		}
	}
	err := g.commit()
	for _, m := range members {
		m.conclude(err)
	}
}

const (
	// maxMembers bounds a group, and by it what is lost with a transaction.
	maxMembers = 128

	// longestGroup is how long a group that began takes in others. It keeps a row of slow
	// units of work from delaying the answers of those before them.
	longestGroup = 100 * time.Millisecond
)

// another returns one who waits, or nil when nobody does or the group has to end.
func (g *group) another(members int, begun time.Time) *member {
	if members >= maxMembers || time.Since(begun) > longestGroup {
		return nil
	}
	select {
	case m := <-g.queue:
		return m
	default:
		return nil
	}
}

// apart does the members of a lost transaction again, one by one. Those whose answer holds
// whatever was lost are not asked again. cause is how the loss was noticed.
func (g *group) apart(members []*member, cause error) {
	for _, m := range members {
		switch {
		case m.final:
			m.conclude(nil)
		case len(members) == 1:
			m.conclude(lost(m.err, cause))
		default:
			g.again(m)
		}
	}
}

// lost is the answer to a member whose transaction was lost with cause. What its work
// returned, if it came that far, is told but cannot be found in it: whoever looks for an
// answer would take it for one that holds.
func lost(returned, cause error) error {
	if returned == nil {
		return fmt.Errorf("transaction lost: %w", cause)
	}
	return fmt.Errorf("transaction lost: %w (after: %v)", cause, returned)
}

func (g *group) again(m *member) {
	if err := g.begin(m.ctx); err != nil {
		m.answer <- err
		return
	}
	if err := g.take(m); err != nil {
		g.drop()
		g.apart([]*member{m}, err)
		return
	}
	m.conclude(g.commit())
}

const (
	beginGroup     = `BEGIN IMMEDIATE`
	commitGroup    = `COMMIT`
	beginMember    = `SAVEPOINT member`
	endMember      = `RELEASE member`
	rollBackMember = `ROLLBACK TO member`
)

// begin starts a transaction. It waits for other processes as long as the busy timeout
// says, unless ctx ends before: nobody else is in the transaction yet.
func (g *group) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if g.conn == nil {
		conn, err := g.db.Connx(ctx)
		if err != nil {
			return err
		}
		g.conn, g.statements = conn, map[string]*sqlx.Stmt{}
	}
	_, err := g.conn.ExecContext(ctx, beginGroup)
	if err != nil && !isBusy(err) {
		g.drop() // it may have begun all the same
	}
	return err
}

// take lets m do its work behind a savepoint, and leaves of it what m is answered. It
// returns an error when the transaction is lost.
func (g *group) take(m *member) error {
	m.err, m.final = nil, false // an earlier turn's is lost with its transaction
	if err := m.ctx.Err(); err != nil {
		m.refuse(err)
		return nil
	}
	if err := g.exec(beginMember); err != nil {
		return err
	}
	g.run(m)
	if m.err == nil {
		if err := m.ctx.Err(); err != nil {
			m.refuse(err)
		}
	}
	if m.err != nil {
		if err := g.exec(rollBackMember); err != nil {
			return err
		}
	}
	return g.exec(endMember)
}

// run lets m do its work and returns when it is over, be it that its time is.
func (g *group) run(m *member) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(m.ctx), g.timeout)
	defer cancel()
	t := &turn{group: g, ctx: ctx}
	m.err = m.do(t)
	t.end(errOver)
	_, hasPanicked := errors.AsType[*panicked](m.err)
	switch {
	case m.err == nil:
	case hasPanicked, errors.Is(m.err, errGone):
		m.refuse(m.err) // what has panicked is not called again
	case ctx.Err() != nil:
		m.refuse(fmt.Errorf("%w (%s)", errSlow, g.timeout))
	}
}

func (g *group) commit() error {
	err := g.exec(commitGroup)
	if err != nil {
		g.drop()
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// exec runs a statement that belongs to no member, whatever time it takes: only SQLite
// knows whether it has begun or committed.
func (g *group) exec(query string) error {
	statement, err := g.prepared(query)
	if err != nil {
		return err
	}
	_, err = statement.ExecContext(context.Background())
	return err
}

// prepared returns the statement, compiled once for each connection.
func (g *group) prepared(query string) (*sqlx.Stmt, error) {
	if statement, ok := g.statements[query]; ok {
		return statement, nil
	}
	statement, err := g.conn.PreparexContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	g.statements[query] = statement
	return statement, nil
}

// drop closes a connection in doubt, which rolls back whatever it has begun. The next
// transaction opens another.
func (g *group) drop() {
	if g.conn == nil {
		return
	}
	// ErrBadConn makes the pool close the connection instead of keeping it. SQLite would
	// keep it open, with its transaction, for a statement that is not closed.
	g.closeStatements()
	_ = g.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = g.conn.Close()
	g.conn = nil
}

func (g *group) closeStatements() {
	for _, statement := range g.statements {
		_ = statement.Close() // its error is that of its last use
	}
	g.statements = nil
}

// leave returns the connection to the pool, which is about to be closed.
func (g *group) leave() {
	if g.conn == nil {
		return
	}
	g.closeStatements()
	_ = g.conn.Close()
	g.conn = nil
}
