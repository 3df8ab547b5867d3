package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// member is one write of a group.
type member struct {
	ctx    context.Context   // the caller's
	work   func(*turn) error // called by the group, again if the transaction is lost
	answer chan error        // holds the one answer, so that the group never waits

	// Only the group uses what follows until it has answered.
	err   error
	final bool // err holds whatever becomes of the transaction
}

// errGone is the error of a member whose caller has panicked or ended its goroutine.
var errGone = errors.New("the caller is gone")

// panicked is the error of a statement that panicked, which it does again at its caller.
type panicked struct{ with any }

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.with) }

// join waits until a group takes the work in.
func (g *group) join(ctx context.Context, work func(*turn) error) (*member, error) {
	m := &member{ctx: ctx, work: work, answer: make(chan error, 1)}
	select {
	case g.queue <- m:
		return m, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-g.closing:
		return nil, errClosed
	}
}

// do does the work and turns a panic into an error: one member must not end the group.
func (m *member) do(t *turn) (err error) {
	defer func() {
		if with := recover(); with != nil {
			err = &panicked{with}
		}
	}()
	return m.work(t)
}

// refuse sets an error that holds whatever becomes of the transaction.
func (m *member) refuse(err error) { m.err, m.final = err, true }

// conclude answers m after its transaction, which ended with err.
func (m *member) conclude(err error) {
	if err == nil || m.final {
		err = m.err
	}
	m.answer <- err
}

// Exec runs one statement as a member of a group; see sqlstore.Writer. A context that ends
// while the statement waits for its turn ends the wait; later it is looked at once more,
// before the commit.
func (g *group) Exec(ctx context.Context, query string, args ...any) (rows int64, err error) {
	m, err := g.join(ctx, func(t *turn) (err error) {
		rows, err = t.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		return 0, err
	}
	err = <-m.answer
	if p, ok := errors.AsType[*panicked](err); ok {
		panic(p.with)
	}
	if err != nil {
		return 0, err
	}
	return rows, nil
}

// Transact runs fn as a member of a group, on the caller's goroutine; see sqlstore.Writer.
// Others wait meanwhile, so fn has the group's timeout and no more: then its statements
// fail, nothing of it is committed, and the others go on. fn is called again when SQLite has
// ended the transaction for another member's sake.
func (g *group) Transact(ctx context.Context, fn func(sqlstore.Tx) error) error {
	turns, results := make(chan *turn), make(chan error, 1)
	m, err := g.join(ctx, func(t *turn) error {
		turns <- t
		select {
		case err := <-results:
			return err
		case <-t.ctx.Done():
			return errSlow
		}
	})
	if err != nil {
		return err
	}
	for {
		select {
		case t := <-turns:
			attempt(fn, t, results)
		case err := <-m.answer:
			return err
		}
	}
}

// attempt calls fn and hands its result on, also when it never returns.
func attempt(fn func(sqlstore.Tx) error, t *turn, results chan<- error) {
	err := errGone
	defer func() { results <- err }()
	err = fn(t)
}
