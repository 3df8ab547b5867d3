package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/port"
)

func groupBoundCases() []groupCase {
	return []groupCase{
		{"group/size-is-bounded", "A group takes in a bounded number.", func(t *testing.T, l *lab) {
			release := l.occupy(t)
			calls := make([]*call, 2*sqlite.MaxMembers)
			for i := range calls {
				calls[i] = l.create(t.Context(), fmt.Sprintf("%03d", i))
			}
			release()
			for _, c := range calls {
				must(t, c.wait())
			}
			l.wantCommits(t, 3) // with the one who has occupied it
		}},
		{"group/time-is-bounded", "A group that takes long takes nobody in any more.", func(t *testing.T, l *lab) {
			release := l.occupy(t)
			slow := begin(func() error {
				return l.Do(t.Context(), func(context.Context, port.Repos) error {
					<-time.After(sqlite.LongestGroup + 1) // of the bubble's time
					return nil
				})
			})
			next, gate := l.unit(t.Context(), creates("bob"))
			release()
			must(t, slow.wait())
			if next.answered() {
				t.Error("got both in one group")
			}
			close(gate)
			must(t, next.wait())
			l.wantCommits(t, 2)
		}},
		{"group/slow-unit-is-bounded", "A unit of work that takes longer than the timeout is rolled back, and the others go on.", func(t *testing.T, l *lab) {
			begun := time.Now()
			gate := make(chan struct{})
			var late error
			slow := begin(func() error {
				return l.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
					if err := r.Users.Create(ctx, user("ann")); err != nil {
						return err
					}
					<-gate
					late = r.Users.Create(ctx, user("bob"))
					return nil
				})
			})
			other := l.create(t.Context(), "cid")
			must(t, other.wait())
			if took := time.Since(begun); took != 5*time.Second {
				t.Errorf("got the other answered after %s, want the timeout of 5s", took)
			}
			if slow.answered() {
				t.Error("got an answer while the function still runs")
			}
			close(gate)
			wantError(t, slow.wait(), sqlite.ErrSlow)
			wantError(t, late, sqlite.ErrOver)
			l.wantUsers(t, "cid")
		}},
		{"group/slow-unit-may-end-badly", "A unit of work that takes longer than the timeout is rolled back, and the others go on.", func(t *testing.T, l *lab) {
			gate := make(chan struct{})
			var got any
			slow := begin(func() error {
				defer func() { got = recover() }()
				return l.Do(t.Context(), func(context.Context, port.Repos) error {
					<-gate
					panic("too late")
				})
			})
			must(t, l.create(t.Context(), "ann").wait())
			close(gate)
			<-slow.done
			if got != "too late" {
				t.Errorf("got panic %v, want the callback's", got)
			}
			must(t, l.create(t.Context(), "bob").wait())
		}},
		{"group/deadlock-ends", "A unit of work that writes around its transaction fails after the timeout.", func(t *testing.T, l *lab) {
			var inner error
			err := l.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				ctx, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				inner = l.Repos().Users.Create(ctx, user("ann"))
				return r.Users.Create(ctx, user("bob"))
			})
			wantError(t, err, sqlite.ErrSlow)
			must(t, inner) // once it had its turn
			l.wantUsers(t, "ann")
		}},
	}
}

func TestSlowStatement(t *testing.T) {
	t.Run("group/slow-statement-is-bounded", func(t *testing.T) {
		// Not in a bubble: its time stands still while SQLite works.
		s, err := sqlite.Open(t.Context(), sqlite.Config{Path: newPath(t), Migrate: true, BusyTimeout: time.Second})
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		entered, gate := make(chan struct{}), make(chan struct{})
		errs := make(chan error, 3)
		go func() {
			errs <- s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				select {
				case <-entered: // called again, since the transaction was lost
				default:
					close(entered)
				}
				<-gate
				return r.Users.Create(ctx, user("ann"))
			})
		}()
		<-entered
		slow := make(chan error)
		go func() {
			slow <- sqlite.Execute(t.Context(), s, `INSERT INTO roles (id, name, app_access, admin_access) SELECT 'role ' || value, '', 0, 0 FROM (
				WITH RECURSIVE numbers(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers)
				SELECT value FROM numbers WHERE value < 0)`)
		}()
		go func() { errs <- s.Repos().Users.Create(t.Context(), user("bob")) }()
		close(gate)
		must(t, errors.Join(<-errs, <-errs))
		wantError(t, <-slow, sqlite.ErrSlow)
		list, err := s.Repos().Users.List(t.Context(), "", 10)
		must(t, err)
		if len(list) != 2 {
			t.Errorf("got %d users, want 2", len(list))
		}
	})
}
