package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func groupAnswerCases() []groupCase {
	return []groupCase{
		{"group/takes-what-waits", "Writes that wait are committed together.", func(t *testing.T, l *lab) {
			release := l.occupy(t)
			var calls []*call
			for i := range 20 {
				calls = append(calls, l.create(t.Context(), fmt.Sprintf("%02d", i)))
			}
			unit, gate := l.unit(t.Context(), creates("unit"))
			close(gate)
			release()
			for _, c := range append(calls, unit) {
				must(t, c.wait())
			}
			l.wantCommits(t, 1)
		}},
		{"group/waits-for-nobody", "Nobody waits for a group to fill.", func(t *testing.T, l *lab) {
			for i := range 3 {
				c := l.create(t.Context(), fmt.Sprint(i))
				if !c.answered() {
					t.Fatal("got no answer though nobody else is there")
				}
				must(t, c.err)
				l.wantCommits(t, int64(i+1))
			}
		}},
		{"group/answers-after-commit", "All members, refused ones too, are answered after the COMMIT.", func(t *testing.T, l *lab) {
			release := l.occupy(t)
			own := errors.New("own")
			stored := l.create(t.Context(), "ann")
			conflict := l.create(t.Context(), "ann")
			var seen error
			refused := begin(func() error {
				return l.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
					_, seen = r.Users.ByID(ctx, "id-of-ann")
					return own
				})
			})
			last, gate := l.unit(t.Context(), creates("bob"))
			released := begin(func() error { release(); return nil })

			for name, c := range map[string]*call{
				"stored": stored, "conflict": conflict, "refused": refused, "first": released, "last": last,
			} {
				if c.answered() {
					t.Errorf("%s: got an answer before the commit", name)
				}
			}
			l.wantUsers(t) // nobody yet
			must(t, seen)  // though the refused one has seen its neighbour's
			close(gate)
			must(t, errors.Join(released.wait(), stored.wait(), last.wait()))
			wantError(t, conflict.wait(), port.ErrConflict)
			wantError(t, refused.wait(), own)
			l.wantUsers(t, "ann", "bob")
			l.wantCommits(t, 1)
		}},
		{"group/one-rotation-wins", "Statements of one group see each other.", func(t *testing.T, l *lab) {
			first := session("s")
			must(t, l.Sessions().Create(t.Context(), first))
			release := l.occupy(t)
			calls := make([]*call, 16)
			for i := range calls {
				calls[i] = begin(func() error {
					_, err := l.Sessions().Rotate(t.Context(), port.Rotation{
						ID: first.ID, Old: first.Secret, Next: domain.HashSecret(fmt.Sprint(i)),
						Now: t0, ExpiresAt: t0.Add(time.Hour),
					})
					return err
				})
			}
			release()
			won := 0
			for _, c := range calls {
				switch err := c.wait(); {
				case err == nil:
					won++
				case !errors.Is(err, port.ErrStale):
					t.Errorf("got error %v, want none or %v", err, port.ErrStale)
				}
			}
			if won != 1 {
				t.Errorf("got %d winners, want 1", won)
			}
			l.wantCommits(t, 2)
		}},
		{"group/answers-what-it-took-before-closing", "Close lets the members under way end; who still waits gets an error.", func(t *testing.T, l *lab) {
			taken, gate := l.unit(t.Context(), creates("ann"))
			waiting := l.create(t.Context(), "bob")
			closed := begin(l.Close)
			if !waiting.answered() {
				t.Error("got no answer for who waits, want an error")
			}
			if closed.answered() {
				t.Error("got the store closed under a unit of work")
			}
			close(gate)
			// The store is closed, so the unit of work rolls itself back; it is told so.
			wantNoAnswer(t, taken.wait())
			wantNoAnswer(t, waiting.wait())
			must(t, closed.wait())
			wantNoAnswer(t, l.create(t.Context(), "cid").wait())
		}},
		{"group/late-statements-fail", "What a unit of work was given is of no use afterwards.", func(t *testing.T, l *lab) {
			var kept port.Repos
			must(t, l.Do(t.Context(), func(_ context.Context, r port.Repos) error {
				kept = r
				return nil
			}))
			release := l.occupy(t) // the transaction of another
			_, err := kept.Users.ByID(t.Context(), "id-of-ann")
			wantError(t, err, sqlite.ErrOver)
			wantError(t, kept.Users.Create(t.Context(), user("ann")), sqlite.ErrOver)
			release()
			l.wantUsers(t)
		}},
		{"group/panic-comes-back", "A driver that panics does so at the caller.", func(t *testing.T, l *lab) {
			release := l.occupy(t)
			before := l.create(t.Context(), "ann")
			panics := begin(func() error {
				return sqlite.ExecutePanic(t.Context(), l.Store, `INSERT INTO roles (id, name, app_access, admin_access) VALUES ('panic', '', 0, 0)`, "oh")
			})
			after := l.create(t.Context(), "bob")
			release()
			must(t, errors.Join(before.wait(), after.wait()))
			if err := panics.wait(); !sqlite.IsPanic(err) {
				t.Errorf("got error %v, want the panic", err)
			}
			if _, err := l.Repos().Roles.ByID(t.Context(), "panic"); !errors.Is(err, port.ErrNotFound) {
				t.Errorf("got error %v, want %v: what it wrote has stayed", err, port.ErrNotFound)
			}
			l.wantUsers(t, "ann", "bob")
			l.wantCommits(t, 1)
		}},
		{"group/panic-comes-back-from-a-lost-transaction", "A driver that panics does so at the caller.", func(t *testing.T, l *lab) {
			if err := sqlite.ExecutePanic(t.Context(), l.Store, `ROLLBACK`, "oh"); !sqlite.IsPanic(err) {
				t.Errorf("got error %v, want the panic", err)
			}
			must(t, l.Repos().Users.Create(t.Context(), user("ann")))
			l.wantUsers(t, "ann")
		}},
	}
}
