package mysql_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

// beat is how often the holder of a lease says that it lives: long for a statement on a machine
// that is busy.
const beat = 300 * time.Millisecond

func TestLease(t *testing.T) {
	server := plain.Get(t)

	t.Run("is held by one at a time", func(t *testing.T) {
		db := mysql.Raw(t, server.Database(t))
		var inside, most, runs atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				err := mysql.Alone(t.Context(), db, beat, func(context.Context) error {
					if now := inside.Add(1); now > most.Load() {
						most.Store(now)
					}
					runs.Add(1)
					inside.Add(-1)
					return nil
				})
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
			})
		}
		all.Wait()
		if most.Load() != 1 || runs.Load() != 8 {
			t.Errorf("got %d at once and %d in all, want 1 and 8", most.Load(), runs.Load())
		}
	})

	t.Run("of a holder who lives is not taken over", func(t *testing.T) {
		db := mysql.Raw(t, server.Database(t))
		err := mysql.Alone(t.Context(), db, beat, func(ctx context.Context) error {
			// Longer than the expiry, which is 8 beats.
			waiting, cancel := context.WithTimeout(ctx, 16*beat)
			defer cancel()
			err := mysql.Alone(waiting, db, beat, func(context.Context) error {
				t.Error("got the lease for two, want it for one")
				return nil
			})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
			}
			return ctx.Err()
		})
		must(t, err)
	})

	t.Run("is not let go before what it has run has ended", func(t *testing.T) {
		db := mysql.Raw(t, server.Database(t))
		ctx, cancel := context.WithCancel(t.Context())
		err := mysql.Alone(ctx, db, beat, func(held context.Context) error {
			cancel()
			<-held.Done()
			waiting, cancel := context.WithTimeout(t.Context(), 16*beat)
			defer cancel()
			err := mysql.Alone(waiting, db, beat, func(context.Context) error { return nil })
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("another: got error %v, want %v", err, context.DeadlineExceeded)
			}
			return held.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
		must(t, mysql.Alone(t.Context(), db, beat, func(context.Context) error { return nil }))
	})

	t.Run("of a holder who is gone is taken over", func(t *testing.T) {
		db := mysql.Raw(t, server.Database(t))
		must(t, mysql.Alone(t.Context(), db, beat, func(context.Context) error { return nil }))
		_, err := db.ExecContext(t.Context(), `INSERT INTO migration_lease (id, holder, beat) VALUES (1, 'somebody', 7)`)
		must(t, err)
		begun, ran := time.Now(), false
		must(t, mysql.Alone(t.Context(), db, beat, func(context.Context) error {
			ran = true
			return nil
		}))
		if took := time.Since(begun); !ran || took < 8*beat {
			t.Errorf("ran %t after %v, want it after the expiry of %v", ran, took, 8*beat)
		}
		must(t, mysql.Alone(t.Context(), db, beat, func(context.Context) error { return nil }))
	})

	t.Run("is taken over by who has seen it as it is, once", func(t *testing.T) {
		db := mysql.Raw(t, server.Database(t))
		must(t, mysql.Alone(t.Context(), db, beat, func(context.Context) error { return nil }))
		_, err := db.ExecContext(t.Context(), `INSERT INTO migration_lease (id, holder, beat) VALUES (1, 'somebody', 7)`)
		must(t, err)
		for _, seen := range []struct {
			holder string
			beat   int64
			want   int64
		}{{"somebody", 6, 0}, {"another", 7, 0}, {"somebody", 7, 1}, {"somebody", 7, 0}} {
			result, err := db.ExecContext(t.Context(), mysql.TakeOverLease, "me", seen.holder, seen.beat)
			must(t, err)
			if got, err := result.RowsAffected(); err != nil || got != seen.want {
				t.Errorf("seen of %s at beat %d: got %d rows and error %v, want %d", seen.holder, seen.beat, got, err, seen.want)
			}
		}
	})

	t.Run("that another has ends the work of its holder", func(t *testing.T) {
		db := mysql.Raw(t, server.Database(t))
		err := mysql.Alone(t.Context(), db, beat, func(ctx context.Context) error {
			_, err := db.ExecContext(ctx, `UPDATE migration_lease SET holder = 'somebody'`)
			must(t, err)
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, migration.ErrLockLost) {
			t.Errorf("got error %v, want %v", err, migration.ErrLockLost)
		}
		var holder string
		must(t, db.QueryRowContext(t.Context(), `SELECT holder FROM migration_lease`).Scan(&holder))
		if holder != "somebody" {
			t.Errorf("got the lease with %q, want it left with the other", holder)
		}
	})

	t.Run("that the database does not confirm ends the work of its holder", func(t *testing.T) {
		c := server.Database(t)
		db := mysql.Raw(t, c)
		err := mysql.Alone(t.Context(), db, beat, func(ctx context.Context) error {
			must(t, server.Pause())
			defer func() { must(t, server.Resume()) }()
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, migration.ErrLockLost) {
			t.Errorf("got error %v, want %v", err, migration.ErrLockLost)
		}
	})

	t.Run("is free again after work that fails or panics", func(t *testing.T) {
		db := mysql.Raw(t, server.Database(t))
		failure := errors.New("no")
		if err := mysql.Alone(t.Context(), db, beat, func(context.Context) error { return failure }); !errors.Is(err, failure) {
			t.Errorf("got error %v, want %v", err, failure)
		}
		begun := time.Now()
		must(t, mysql.Alone(t.Context(), db, beat, func(context.Context) error { return nil }))
		if took := time.Since(begun); took > 4*beat {
			t.Errorf("took %v, want less than any expiry", took)
		}
	})
}
