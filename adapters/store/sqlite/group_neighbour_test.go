package sqlite_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/core/port"
)

// manyRoles is a statement that takes a while and can be interrupted.
const manyRoles = `INSERT INTO roles (id, name, app_access, admin_access) SELECT 'role ' || value, '', 0, 0 FROM (
	WITH RECURSIVE numbers(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < 20000)
	SELECT value FROM numbers)`

func groupNeighbourCases() []groupCase {
	const rule = "What one member does is not felt by another."
	// between runs hurt in one group with two others, and wants that they are stored by
	// the one COMMIT that there is.
	between := func(t *testing.T, l *lab, hurt func() *call) *call {
		t.Helper()
		release := l.occupy(t)
		before := l.create(t.Context(), "ann")
		c := hurt()
		after := l.create(t.Context(), "bob")
		release()
		must(t, errors.Join(before.wait(), after.wait()))
		<-c.done
		l.wantUsers(t, "ann", "bob")
		l.wantCommits(t, 1)
		return c
	}
	return []groupCase{
		{"group/cancel-hurts-nobody/while-it-waits", rule, func(t *testing.T, l *lab) {
			c := between(t, l, func() *call {
				ctx, cancel := context.WithCancel(t.Context())
				c := l.create(ctx, "cid")
				cancel()
				if !c.answered() {
					t.Error("got it still waiting, want it gone at once")
				}
				return c
			})
			wantError(t, c.err, context.Canceled)
		}},
		{"group/cancel-hurts-nobody/in-a-statement", rule, func(t *testing.T, l *lab) {
			ctx, cancel := context.WithCancel(t.Context())
			rows := 0
			sqlite.OnRow(t, l.Store, func() {
				if rows++; rows == 100 {
					cancel()
				}
			})
			l.commits.Store(0)
			c := between(t, l, func() *call {
				return begin(func() error { return sqlite.Execute(ctx, l.Store, manyRoles) })
			})
			wantError(t, c.err, context.Canceled)
			if rows < 20_000 {
				t.Errorf("got the statement interrupted after %d rows, want it to end", rows)
			}
			if _, err := l.Repos().Roles.ByID(t.Context(), "role 1"); !errors.Is(err, port.ErrNotFound) {
				t.Errorf("got error %v, want %v: the statement was committed", err, port.ErrNotFound)
			}
		}},
		{"group/cancel-hurts-nobody/in-a-statement-of-a-unit", rule, func(t *testing.T, l *lab) {
			ctx, cancel := context.WithCancel(t.Context())
			rows := 0
			sqlite.OnRow(t, l.Store, func() {
				if rows++; rows == 100 {
					cancel()
				}
			})
			l.commits.Store(0)
			c := between(t, l, func() *call {
				return begin(func() error {
					return sqlite.Transact(ctx, l.Store, func(tx sqlstore.Tx) error {
						_, err := tx.Exec(ctx, manyRoles)
						return err
					})
				})
			})
			wantError(t, c.err, context.Canceled)
		}},
		{"group/cancel-hurts-nobody/between-statements", rule, func(t *testing.T, l *lab) {
			ctx, cancel := context.WithCancel(t.Context())
			c := between(t, l, func() *call {
				return begin(func() error {
					return l.Do(ctx, func(ctx context.Context, r port.Repos) error {
						err := r.Users.Create(ctx, user("cid"))
						cancel()
						return err
					})
				})
			})
			wantError(t, c.err, context.Canceled)
		}},
		{"group/conflict-hurts-nobody/of-a-statement", rule, func(t *testing.T, l *lab) {
			c := between(t, l, func() *call { return l.create(t.Context(), "ann") })
			wantError(t, c.err, port.ErrConflict)
		}},
		{"group/conflict-hurts-nobody/of-a-unit", rule, func(t *testing.T, l *lab) {
			c := between(t, l, func() *call {
				return begin(func() error {
					return l.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
						_ = r.Users.Create(ctx, user("cid"))
						_ = r.Users.Create(ctx, user("ann"))
						return nil
					})
				})
			})
			wantError(t, c.err, port.ErrConflict)
		}},
		{"group/error-hurts-nobody", rule, func(t *testing.T, l *lab) {
			own := errors.New("own")
			c := between(t, l, func() *call {
				return begin(func() error {
					return l.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
						_ = r.Users.Create(ctx, user("cid"))
						return own
					})
				})
			})
			if c.err != own { //nolint:errorlint // it is the very error that is wanted
				t.Errorf("got error %v, want %v itself", c.err, own)
			}
		}},
		{"group/panic-hurts-nobody", rule, func(t *testing.T, l *lab) {
			var got any
			between(t, l, func() *call {
				return begin(func() error {
					defer func() { got = recover() }()
					return l.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
						_ = r.Users.Create(ctx, user("cid"))
						panic("at the disco")
					})
				})
			})
			if got != "at the disco" {
				t.Errorf("got panic %v, want the callback's", got)
			}
		}},
		{"group/exit-hurts-nobody", rule, func(t *testing.T, l *lab) {
			between(t, l, func() *call {
				return begin(func() error {
					return l.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
						_ = r.Users.Create(ctx, user("cid"))
						runtime.Goexit()
						return nil
					})
				})
			})
		}},
	}
}
