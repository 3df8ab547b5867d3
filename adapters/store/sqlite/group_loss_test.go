package sqlite_test

import (
	"context"
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/core/port"
)

func groupLossCases() []groupCase {
	const ruleReplay = "When SQLite has ended the transaction, the members are done again, each in one of its own."
	const ruleRefusal = "What a member was refused in a lost transaction is no answer to it."
	const ruleCommit = "When a COMMIT fails, all members get an error."
	// lose ends the transaction of the group as SQLite does by itself when a disk is full,
	// the first time that it is done.
	lose := func(ctx context.Context, l *lab, calls *int) *call {
		return begin(func() error {
			return sqlite.Transact(ctx, l.Store, func(tx sqlstore.Tx) error {
				if *calls++; *calls > 1 {
					return nil
				}
				_, err := tx.Exec(ctx, `ROLLBACK`)
				return err
			})
		})
	}
	return []groupCase{
		{"group/lost-transaction-is-replayed", ruleReplay, func(t *testing.T, l *lab) {
			release := l.occupy(t)
			before := l.create(t.Context(), "ann")
			unit, gate := l.unit(t.Context(), creates("bob"))
			close(gate)
			lost := 0
			loser := lose(t.Context(), l, &lost)
			after := l.create(t.Context(), "cid")
			release()
			must(t, errors.Join(before.wait(), unit.wait(), loser.wait(), after.wait()))
			l.wantUsers(t, "ann", "bob", "cid")
			if lost != 2 {
				t.Errorf("got the one in whose turn it was lost called %d times, want 2", lost)
			}
		}},
		{"group/lost-answers-are-asked-again", ruleReplay, func(t *testing.T, l *lab) {
			// A conflict with a neighbour's write is none when the neighbour changes its mind.
			own := errors.New("own")
			release := l.occupy(t)
			calls := 0
			fickle := begin(func() error {
				return l.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
					if calls++; calls > 1 {
						return own
					}
					return r.Users.Create(ctx, user("ann"))
				})
			})
			heir := user("ann")
			heir.ID = "id-of-heir"
			second := begin(func() error { return l.Repos().Users.Create(t.Context(), heir) })
			lost := 0
			loser := lose(t.Context(), l, &lost)
			release()
			wantError(t, fickle.wait(), own)
			must(t, errors.Join(second.wait(), loser.wait()))
			l.wantUsers(t, "heir")
		}},
		{"group/lost-panic-is-not-called-again", ruleReplay, func(t *testing.T, l *lab) {
			release := l.occupy(t)
			calls := 0
			panics := begin(func() error {
				defer func() { _ = recover() }()
				return l.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
					calls++
					_ = r.Users.Create(ctx, user("ann"))
					panic("at the disco")
				})
			})
			lost := 0
			loser := lose(t.Context(), l, &lost)
			after := l.create(t.Context(), "bob")
			release()
			<-panics.done
			must(t, errors.Join(loser.wait(), after.wait()))
			if calls != 1 {
				t.Errorf("got it called %d times, want 1", calls)
			}
			l.wantUsers(t, "bob")
		}},
		{"group/lost-alone-is-an-error", ruleReplay, func(t *testing.T, l *lab) {
			err := sqlite.Transact(t.Context(), l.Store, func(tx sqlstore.Tx) error {
				_, err := tx.Exec(t.Context(), `ROLLBACK`)
				return err
			})
			wantNoAnswer(t, err)
			must(t, l.Repos().Users.Create(t.Context(), user("ann")))
		}},
		{"group/lost-alone-keeps-no-refusal", ruleRefusal, func(t *testing.T, l *lab) {
			own := errors.New("own")
			err := sqlite.Transact(t.Context(), l.Store, func(tx sqlstore.Tx) error {
				_, err := tx.Exec(t.Context(), `ROLLBACK`)
				return errors.Join(own, err)
			})
			wantNoAnswer(t, err)
			if errors.Is(err, own) {
				t.Errorf("got error %v, which may rest on what was lost", err)
			}
		}},
		{"group/lost-replay-keeps-no-refusal", ruleRefusal, func(t *testing.T, l *lab) {
			release := l.occupy(t)
			calls, broken := 0, 0
			breaks := begin(func() error {
				return sqlite.Transact(t.Context(), l.Store, func(sqlstore.Tx) error {
					if broken++; broken == 1 {
						return nil
					}
					return sqlite.BreakSavepoints(l.Store)
				})
			})
			refused := begin(func() error {
				return l.Do(t.Context(), func(context.Context, port.Repos) error {
					calls++
					return port.ErrConflict
				})
			})
			lost := 0
			loser := lose(t.Context(), l, &lost)
			release()
			must(t, errors.Join(breaks.wait(), loser.wait()))
			wantNoAnswer(t, refused.wait())
			if calls != 1 {
				t.Errorf("got the refused one called %d times, want 1: nothing was lost in between", calls)
			}
		}},
		{"group/full-disk-spares-who-fits", ruleReplay, func(t *testing.T, l *lab) {
			must(t, l.Repos().Users.Create(t.Context(), user("old")))
			must(t, sqlite.Transact(t.Context(), l.Store, func(tx sqlstore.Tx) error {
				var pages int
				if err := tx.Get(t.Context(), &pages, `PRAGMA page_count`); err != nil {
					return err
				}
				// As many as there are: SQLite takes no smaller bound.
				return tx.Get(t.Context(), &pages, `PRAGMA max_page_count = 1`)
			}))
			release := l.occupy(t)
			before := l.create(t.Context(), "ann")
			big := begin(func() error { return sqlite.Execute(t.Context(), l.Store, manyRoles) })
			after := l.create(t.Context(), "bob")
			release()
			must(t, errors.Join(before.wait(), after.wait()))
			wantNoAnswer(t, big.wait())
			l.wantUsers(t, "ann", "bob", "old")
		}},
		{"group/nothing-runs-after-a-failure", "SQLite may have ended the transaction with a statement that failed.", func(t *testing.T, l *lab) {
			release := l.occupy(t)
			var first, second error
			unit := begin(func() error {
				return sqlite.Transact(t.Context(), l.Store, func(tx sqlstore.Tx) error {
					_, first = tx.Exec(t.Context(), `INSERT INTO roles (id, name, app_access, admin_access) VALUES ('id', 'name', 'no number', 0)`)
					_, second = tx.Exec(t.Context(), `INSERT INTO roles (id, name, app_access, admin_access) VALUES ('id', 'name', 0, 0)`)
					return nil
				})
			})
			release()
			must(t, unit.wait())
			wantNoAnswer(t, first)
			wantError(t, second, first)
			if _, err := l.Repos().Roles.ByID(t.Context(), "id"); !errors.Is(err, port.ErrNotFound) {
				t.Errorf("got error %v, want %v: the second statement has run", err, port.ErrNotFound)
			}
		}},
		{"group/failed-commit-leaves-nothing-open", ruleCommit, func(t *testing.T, l *lab) {
			// A constraint that is looked at with the COMMIT; SQLite leaves the transaction
			// open for repairs. It can be turned on between transactions only.
			must(t, sqlite.Execute(t.Context(), l.Store, `COMMIT; PRAGMA foreign_keys = ON;
				CREATE TABLE parents (id TEXT PRIMARY KEY);
				CREATE TABLE children (parent TEXT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);
				BEGIN IMMEDIATE; SAVEPOINT member`))
			first, gate := l.unit(t.Context(), creates("first"))
			bad := begin(func() error { return sqlite.Execute(t.Context(), l.Store, `INSERT INTO children VALUES ('nobody')`) })
			good := l.create(t.Context(), "ann")
			close(gate)
			for _, c := range []*call{first, bad, good} {
				wantNoAnswer(t, c.wait())
			}
			must(t, l.Repos().Users.Create(t.Context(), user("bob")))
			l.wantUsers(t, "bob")
		}},
		{"group/failed-commit-answers-all", ruleCommit, func(t *testing.T, l *lab) {
			own := errors.New("own")
			first, gate := l.unit(t.Context(), creates("bob"))
			stored := l.create(t.Context(), "ann")
			conflict := l.create(t.Context(), "ann")
			refused := begin(func() error {
				return l.Do(t.Context(), func(context.Context, port.Repos) error { return own })
			})
			l.refuse.Store(true)
			close(gate)
			for name, c := range map[string]*call{
				"stored": stored, "conflict": conflict, "refused": refused, "first": first,
			} {
				err := c.wait()
				wantNoAnswer(t, err)
				if errors.Is(err, own) {
					t.Errorf("%s: got error %v, which may rest on what was lost", name, err)
				}
			}
			l.wantUsers(t)
			must(t, l.Repos().Users.Create(t.Context(), user("cid")))
			l.wantUsers(t, "cid")
		}},
	}
}
