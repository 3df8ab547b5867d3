package sqlstore

import (
	"context"
	"errors"
	"sync"

	"github.com/sallyport-auth/sallyport/core/port"
)

// unit is one transaction. The first error in it, save that something was not found, dooms
// it: PostgreSQL has aborted the transaction by then, MySQL may have rolled it back and
// would commit whatever comes next by itself.
type unit struct {
	tx Tx

	mu    sync.Mutex
	cause error
}

func (u *unit) fail(cause error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.cause == nil {
		u.cause = cause
	}
}

func (u *unit) doom() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.cause
}

// Do runs fn in one transaction; see port.UnitOfWork. fn is called again, in a new
// transaction, when the database asks for it, at most four times in all.
func (s *Store) Do(ctx context.Context, fn func(ctx context.Context, r port.Repos) error) error {
	if err := s.usable(ctx); err != nil {
		return s.failed(ctx, "unit of work", err)
	}
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	return retry(ctx, func() (bool, error) { return s.try(ctx, fn) })
}

// try runs fn in one transaction, once. again says that the database asks for a repetition.
func (s *Store) try(ctx context.Context, fn func(context.Context, port.Repos) error) (again bool, err error) {
	err = s.writer.Transact(ctx, func(tx Tx) error {
		u := &unit{tx: tx}
		err := fn(ctx, s.repos(u))
		if cause := u.doom(); cause != nil {
			if err == nil {
				err = s.failed(ctx, "unit of work rolled back", cause)
			}
			return &refusal{err, s.dialect.IsRetryable(cause)}
		}
		if err != nil {
			return &refusal{err, false}
		}
		if err := s.usable(ctx); err != nil {
			return &refusal{s.failed(ctx, "unit of work rolled back", err), false}
		}
		return nil
	})
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.again, r.error
	}
	return s.dialect.IsRetryable(err), s.failed(ctx, "unit of work", s.described(err))
}

// refusal tells the error with which a unit ends itself from those of the Writer.
type refusal struct {
	error
	again bool
}
