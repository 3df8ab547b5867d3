package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/port"
)

// repo is how the methods of all ports reach the database: each statement by itself on the
// pools, or all of them in one unit of work.
type repo struct {
	store *Store
	unit  *unit // nil outside of a unit of work
}

// call runs fn as the body of a port's method: not at all when ctx is done, the store is
// closed or the unit is doomed already, and with its error named after what was being done.
func (r repo) call(ctx context.Context, what string, fn func() error) error {
	err := r.store.usable(ctx)
	if err == nil && r.unit != nil {
		err = r.unit.doom()
	}
	if err == nil {
		err = fn()
	}
	err = r.store.failed(ctx, what, err)
	if r.unit != nil && err != nil && !errors.Is(err, port.ErrNotFound) {
		r.unit.fail(err)
	}
	return err
}

// exec runs a statement that writes and returns how many rows it changed. A value that
// is taken is port.ErrConflict.
func (r repo) exec(ctx context.Context, query string, args ...any) (rows int64, err error) {
	err = r.attempt(ctx, func(ctx context.Context) (err error) {
		if r.unit != nil {
			rows, err = r.unit.tx.Exec(ctx, r.store.bound[query], args...)
		} else {
			rows, err = r.store.writer.Exec(ctx, r.store.bound[query], args...)
		}
		return err
	})
	if err != nil && r.store.dialect.IsDuplicate(err) {
		// Without the driver's error: MySQL's repeats the value, which may be an address.
		return 0, port.ErrConflict
	}
	return rows, err
}

// get reads one row, found by its key, into dest; see Scan. No row is port.ErrNotFound.
func (r repo) get(ctx context.Context, dest any, query string, args ...any) error {
	err := r.attempt(ctx, func(ctx context.Context) error {
		switch {
		case r.unit != nil:
			return r.unit.tx.Get(ctx, dest, r.store.bound[query], args...)
		case r.store.prepared != nil:
			return r.store.prepared.get(ctx, dest, r.store.bound[query], args...)
		}
		return Scan(r.store.reader.QueryRowxContext(ctx, r.store.bound[query], args...), dest)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return port.ErrNotFound
	}
	return err
}

// count reads the one value of a query that looks at many rows, so that it ends with ctx on
// every database.
func (r repo) count(ctx context.Context, query string, args ...any) (n int, err error) {
	err = r.attempt(ctx, func(ctx context.Context) error {
		if r.unit != nil {
			return r.unit.tx.Get(ctx, &n, r.store.bind(query), args...)
		}
		return r.read(ctx, func() error {
			return Scan(r.store.reader.QueryRowxContext(ctx, r.store.bind(query), args...), &n)
		})
	})
	return n, err
}

// list reads all rows into dest, a pointer to a slice.
func (r repo) list(ctx context.Context, dest any, query string, args ...any) error {
	return r.attempt(ctx, func(ctx context.Context) error {
		if r.unit != nil {
			return r.unit.tx.Select(ctx, dest, r.store.bind(query), args...)
		}
		return r.read(ctx, func() error {
			return r.store.reader.SelectContext(ctx, dest, r.store.bind(query), args...)
		})
	})
}

// bind returns the query as the driver wants it.
func (s *Store) bind(query string) string {
	if bound, ok := s.bound[query]; ok {
		return bound
	}
	return s.reader.Rebind(query) // one that was put together for this call
}

// read runs a read that is not prepared, in the same places as those that are.
func (r repo) read(ctx context.Context, statement func() error) error {
	p := r.store.prepared
	if p == nil {
		return statement()
	}
	if err := p.enter(ctx); err != nil {
		return err
	}
	defer p.leave()
	return statement()
}

// attempt runs one statement, again if the database asks for it. Inside a unit only the
// whole unit can be repeated, and has its own time.
func (r repo) attempt(ctx context.Context, statement func(context.Context) error) error {
	if r.unit != nil {
		return r.store.described(statement(ctx))
	}
	ctx, cancel := r.store.bounded(ctx)
	defer cancel()
	return r.store.described(retry(ctx, func() (bool, error) {
		err := statement(ctx)
		return r.store.dialect.IsRetryable(err), err
	}))
}

func (s *Store) usable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed.Load() {
		return errClosed
	}
	return nil
}

// failed names what was being done. Drivers have errors of their own for a statement that a
// context ended; whoever asks with errors.Is still finds the context's.
func (s *Store) failed(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	if done := ctx.Err(); done != nil && !errors.Is(err, done) && !isAnswer(err) {
		return fmt.Errorf("%s: %s: %w: %w", s.dialect.Name(), what, done, err)
	}
	return fmt.Errorf("%s: %s: %w", s.dialect.Name(), what, err)
}

// isAnswer reports whether err is something that the database found out.
func isAnswer(err error) bool {
	return errors.Is(err, port.ErrNotFound) || errors.Is(err, port.ErrConflict) ||
		errors.Is(err, port.ErrStale) || errors.Is(err, port.ErrExpired) || errors.Is(err, port.ErrInvalid)
}
