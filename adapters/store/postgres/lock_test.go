package postgres_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

// silence is short for a lock and long for a statement on this machine.
const silence = 2 * time.Second

func newLock(t testing.TB, c postgres.Config) migration.Lock {
	t.Helper()
	lock, db, err := postgres.OpenLock(t.Context(), c, silence)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return lock
}

func nothing(context.Context) error { return nil }

func TestLock(t *testing.T) {
	t.Run("is held by one at a time", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Migrated(t))
		var all sync.WaitGroup
		var inside, most, done atomic.Int32
		for range 6 {
			lock := newLock(t, c)
			all.Go(func() {
				err := lock(t.Context(), func(context.Context) error {
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
		if most.Load() != 1 || done.Load() != 6 {
			t.Errorf("got %d at once and %d in all, want 1 and 6", most.Load(), done.Load())
		}
	})

	t.Run("is one for each database", func(t *testing.T) {
		s := server.Get(t)
		one, other := newLock(t, s.Config(s.Migrated(t))), newLock(t, s.Config(s.Migrated(t)))
		must(t, one(t.Context(), func(context.Context) error { return other(t.Context(), nothing) }))
	})

	t.Run("returns the error of what it has run, and is free then", func(t *testing.T) {
		s := server.Get(t)
		c, failure := s.Config(s.Migrated(t)), errors.New("failure")
		lock := newLock(t, c)
		if err := lock(t.Context(), func(context.Context) error { return failure }); err != failure {
			t.Errorf("got error %v, want %v", err, failure)
		}
		must(t, newLock(t, c)(t.Context(), nothing))
	})

	t.Run("is kept for longer than the silence, and the wait for it ends with the context", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Migrated(t))
		lock, other := newLock(t, c), newLock(t, c)
		must(t, lock(t.Context(), func(held context.Context) error {
			wait, cancel := context.WithTimeout(t.Context(), 3*silence)
			defer cancel()
			if err := other(wait, nothing); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("another: got error %v, want %v", err, context.DeadlineExceeded)
			}
			return held.Err()
		}))
	})

	t.Run("outlives a holder whose machine is gone for the silence only", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Migrated(t))
		network := newRelay(t, s.Port, nil)
		away := c
		away.Port = network.port()
		lock, other := newLock(t, away), newLock(t, c)
		err := lock(t.Context(), func(held context.Context) error {
			network.silence(true) // the connection stays
			wait, cancel := context.WithTimeout(t.Context(), 20*silence)
			defer cancel()
			if err := other(wait, nothing); err != nil {
				t.Errorf("the other: got error %v, want none", err)
			}
			<-held.Done()
			return held.Err()
		})
		if !errors.Is(err, migration.ErrLockLost) {
			t.Errorf("got error %v, want %v", err, migration.ErrLockLost)
		}
	})

	t.Run("that an administrator ends is lost", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Migrated(t))
		err := newLock(t, c)(t.Context(), func(held context.Context) error {
			s.Execute(t, "postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = '`+c.Database+`' AND state = 'idle in transaction'`)
			<-held.Done()
			return held.Err()
		})
		if !errors.Is(err, migration.ErrLockLost) {
			t.Errorf("got error %v, want %v", err, migration.ErrLockLost)
		}
	})

	t.Run("is not let go before what it has run has ended", func(t *testing.T) {
		s := server.Get(t)
		c := s.Config(s.Migrated(t))
		lock, other := newLock(t, c), newLock(t, c)
		ctx, cancel := context.WithCancel(t.Context())
		err := lock(ctx, func(held context.Context) error {
			cancel()
			<-held.Done()
			wait, cancel := context.WithTimeout(t.Context(), 3*silence)
			defer cancel()
			if err := other(wait, nothing); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("another: got error %v, want %v", err, context.DeadlineExceeded)
			}
			return held.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
		must(t, other(t.Context(), nothing))
	})
}
