package sqlite_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

// silence is short for a lease and long for a statement on a local file.
const silence = 500 * time.Millisecond

// A lease is for other databases. This one is the nearest that keeps its statements.
func TestLease(t *testing.T) {
	newLease := func(t *testing.T) migration.Lease {
		t.Helper()
		path := newPath(t)
		open(t, path)
		db := raw(t, path)
		db.SetMaxOpenConns(1) // two would be refused, without waiting for each other
		return migration.Lease{DB: db, Silence: silence}
	}
	execute := func(t *testing.T, l migration.Lease, query string) {
		t.Helper()
		_, err := l.DB.ExecContext(t.Context(), query)
		must(t, err)
	}

	t.Run("is held by one at a time", func(t *testing.T) {
		l := newLease(t)
		var all sync.WaitGroup
		var inside, most, done atomic.Int32
		for range 8 {
			all.Go(func() {
				err := l.Alone(t.Context(), func(context.Context) error {
					if n := inside.Add(1); n > most.Load() {
						most.Store(n)
					}
					defer inside.Add(-1)
					done.Add(1)
					return nil
				})
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
			})
		}
		all.Wait()
		if most.Load() != 1 || done.Load() != 8 {
			t.Errorf("got %d at once and %d in all, want 1 and 8", most.Load(), done.Load())
		}
	})

	t.Run("returns the error of what it has run, and is free then", func(t *testing.T) {
		l, failure := newLease(t), errors.New("failure")
		if err := l.Alone(t.Context(), func(context.Context) error { return failure }); !errors.Is(err, failure) {
			t.Errorf("got error %v, want %v", err, failure)
		}
		before := time.Now()
		must(t, l.Alone(t.Context(), func(context.Context) error { return nil }))
		if took := time.Since(before); took >= silence {
			t.Errorf("the next waited for %s, want less than %s", took, silence)
		}
	})

	t.Run("is kept for longer than the silence", func(t *testing.T) {
		l := newLease(t)
		must(t, l.Alone(t.Context(), func(held context.Context) error {
			wait, cancel := context.WithTimeout(t.Context(), 3*silence)
			defer cancel()
			if err := l.Alone(wait, func(context.Context) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("another: got error %v, want %v", err, context.DeadlineExceeded)
			}
			return held.Err()
		}))
	})

	t.Run("outlives a holder that has died for the silence only", func(t *testing.T) {
		l := newLease(t)
		must(t, l.Alone(t.Context(), func(context.Context) error { return nil }))
		execute(t, l, `UPDATE migration_lock SET holder = 'dead'`)
		before := time.Now()
		must(t, l.Alone(t.Context(), func(context.Context) error { return nil }))
		if took := time.Since(before); took < silence || took > 20*silence {
			t.Errorf("waited for %s, want about %s", took, silence)
		}
	})

	t.Run("that another has taken ends what it has run", func(t *testing.T) {
		l := newLease(t)
		err := l.Alone(t.Context(), func(held context.Context) error {
			execute(t, l, `UPDATE migration_lock SET holder = 'other'`)
			<-held.Done()
			return held.Err()
		})
		if !errors.Is(err, migration.ErrLockLost) {
			t.Errorf("got error %v, want %v", err, migration.ErrLockLost)
		}
		var holder string
		must(t, l.DB.QueryRowContext(t.Context(), `SELECT holder FROM migration_lock`).Scan(&holder))
		if holder != "other" {
			t.Errorf("got holder %q, want the other's lease untouched", holder)
		}
	})

	t.Run("that cannot be kept ends what it has run", func(t *testing.T) {
		l := newLease(t)
		err := l.Alone(t.Context(), func(held context.Context) error {
			execute(t, l, `DROP TABLE migration_lock`)
			<-held.Done()
			return held.Err()
		})
		if !errors.Is(err, migration.ErrLockLost) {
			t.Errorf("got error %v, want %v", err, migration.ErrLockLost)
		}
	})
}
