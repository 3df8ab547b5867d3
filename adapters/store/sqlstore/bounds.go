package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Timeout ends each statement outside of a unit of work, and each unit as a whole, after d:
// the wait for a connection, repetitions and the commit included. So a server that does not
// answer keeps nobody longer than that. A commit without an answer has an unknown outcome and
// is not repeated. Drivers whose commit heeds no context need a bound of their own beside it.
func Timeout(d time.Duration) Option {
	return func(s *Store) { s.timeout = d }
}

// Describe gives the errors of the driver a text by describe, for drivers whose own has
// addresses, names or values of rows in it. The driver's error stays in the chain. describe is
// not asked about nil, sql.ErrNoRows and errors of this package.
func Describe(describe func(error) string) Option {
	return func(s *Store) { s.describe = describe }
}

// bounded returns ctx with the time that a statement or unit has.
func (s *Store) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.timeout)
}

// described returns err, which the driver has returned, with a text that may be shown.
func (s *Store) described(err error) error {
	if s.describe == nil || err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return Described(err, s.describe(err))
}

// Described returns err with another text. It matches whatever err matches.
func Described(err error, text string) error { return &described{text, err} }

type described struct {
	text  string
	cause error
}

func (d *described) Error() string { return d.text }
func (d *described) Unwrap() error { return d.cause }
