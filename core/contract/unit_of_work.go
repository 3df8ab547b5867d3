package contract

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunUnitOfWork runs UnitOfWorkCases, each on what open returns: an empty port.Store that
// t.Cleanup closes.
func RunUnitOfWork(t *testing.T, open func(t testing.TB) port.Store, opts ...Option) {
	t.Helper()
	run(t, "unit of work", UnitOfWorkCases(), open, opts)
}

// errFlow is an error of the function inside a unit of work.
type errFlow struct{ why string }

func (e *errFlow) Error() string { return e.why }

// wantUsers ends the case unless these sample users, and no others, are what everybody sees.
func wantUsers(t testing.TB, store port.Store, names ...string) {
	t.Helper()
	ids := make([]domain.UserID, len(names))
	for i, name := range names {
		ids[i] = sampleUser(name).ID
	}
	wantEqual(t, userIDs(value(store.Repos().Users.List(t.Context(), "", 100))(t)), ids)
}

// UnitOfWorkCases returns the rules of port.UnitOfWork.
func UnitOfWorkCases() []Case[port.Store] {
	var cases []Case[port.Store]
	cases = append(cases, uowCommitCases()...)
	cases = append(cases, uowRollbackCases()...)
	cases = append(cases, uowDoomCases()...)
	cases = append(cases, uowMailCases()...)
	cases = append(cases, uowIdentityCases()...)
	cases = append(cases, uowPermissionCases()...)
	cases = append(cases, uowReserveCases()...)
	return append(cases, uowMethods().cancelled()...)
}

func uowCommitCases() []Case[port.Store] {
	const rule = "Do calls fn with repositories bound to one transaction and commits when fn returns nil."
	return []Case[port.Store]{
		{"uow/commits", rule, func(t testing.TB, store port.Store) {
			createUsers(t, store.Repos().Users, "ann")
			must(t, store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				if err := r.Roles.Create(ctx, sampleRole("editors")); err != nil {
					return err
				}
				if err := r.Users.Create(ctx, sampleUser("bob")); err != nil {
					return err
				}
				if err := r.Users.Touch(ctx, "id-of-bob", at(0)); err != nil {
					return err
				}
				return errorOf(r.Users.Update(ctx, changedAnn()))
			}))
			ann, bob := changedAnn(), sampleUser("bob")
			ann.Version = 2
			bob.LastAccess = at(0)
			wantStored(t, store.Repos().Users, ann, bob)
			wantEqual(t, value(store.Repos().Roles.ByID(t.Context(), "id-of-editors"))(t), sampleRole("editors"))
		}},
		{"uow/sees-its-own-writes", rule, func(t testing.TB, store port.Store) {
			createUsers(t, store.Repos().Users, "ann")
			var byID, byEmail domain.User
			var list []domain.User
			var role domain.Role
			must(t, store.Do(t.Context(), func(ctx context.Context, r port.Repos) (err error) {
				if err = r.Users.Create(ctx, sampleUser("bob")); err != nil {
					return err
				}
				if err = r.Roles.Create(ctx, sampleRole("editors")); err != nil {
					return err
				}
				if byID, err = r.Users.ByID(ctx, "id-of-bob"); err != nil {
					return err
				}
				if byEmail, err = r.Users.ByEmail(ctx, "BOB@example.com"); err != nil {
					return err
				}
				if list, err = r.Users.List(ctx, "", 10); err != nil {
					return err
				}
				role, err = r.Roles.ByID(ctx, "id-of-editors")
				return err
			}))
			wantEqual(t, byID, sampleUser("bob"))
			wantEqual(t, byEmail, sampleUser("bob"))
			wantEqual(t, list, []domain.User{sampleUser("ann"), sampleUser("bob")})
			wantEqual(t, role, sampleRole("editors"))
		}},
		{"uow/invisible-until-commit", "Until the commit nobody else sees the writes.", invisible(
			func(ctx context.Context, r port.Repos) error { return r.Users.Create(ctx, sampleUser("bob")) },
			func(ctx context.Context, r port.Repos) bool {
				_, err := r.Users.ByID(ctx, "id-of-bob")
				return err == nil
			},
		)},
		{"uow/one-after-the-other", rule, func(t testing.TB, store port.Store) {
			// Read, change, write: none may be lost. Who comes too late is told so.
			createUsers(t, store.Repos().Users, "ann")
			got := race(t, racers, func(int) error {
				return store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
					ann, err := r.Users.ByID(ctx, "id-of-ann")
					if err != nil {
						return err
					}
					ann.Epoch++
					return errorOf(r.Users.Update(ctx, ann))
				})
			})
			won := int64(0)
			for _, err := range got {
				if err == nil {
					won++
				}
			}
			if won == 0 {
				t.Fatalf("got no unit of work through; errors: %v", []error(got))
			}
			ann := value(store.Repos().Users.ByID(t.Context(), "id-of-ann"))(t)
			wantEqual(t, ann.Epoch, sampleUser("ann").Epoch+won)
			wantEqual(t, ann.Version, 1+won)
		}},
	}
}

func uowRollbackCases() []Case[port.Store] {
	const rule = "When fn fails or panics, nothing that fn wrote remains, and Do returns fn's error (or panics again)."
	// write changes all that a transaction can touch.
	write := func(ctx context.Context, r port.Repos) error {
		return errors.Join(
			r.Users.Create(ctx, sampleUser("bob")),
			r.Users.Touch(ctx, "id-of-ann", at(0)),
			errorOf(r.Users.Update(ctx, changedAnn())),
			r.Roles.Create(ctx, sampleRole("editors")),
		)
	}
	nothingRemains := func(t testing.TB, store port.Store) {
		t.Helper()
		wantStored(t, store.Repos().Users, sampleUser("ann"))
		wantNoRole(t, store.Repos().Roles, "id-of-editors")
	}
	// wrote ends the case unless the writes of fn went through, since their absence would
	// prove nothing otherwise.
	wrote := func(t testing.TB, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("inside the unit of work: %v", err)
		}
	}
	return []Case[port.Store]{
		{"uow/rollback-on-error", rule, func(t testing.TB, store port.Store) {
			createUsers(t, store.Repos().Users, "ann")
			var inside error
			err := store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				inside = write(ctx, r)
				return &errFlow{"changed my mind"}
			})
			wrote(t, inside)
			if err == nil {
				t.Fatal("got no error from Do though fn failed")
			}
			nothingRemains(t, store)
		}},
		{"uow/rollback-on-panic", rule, func(t testing.TB, store port.Store) {
			createUsers(t, store.Repos().Users, "ann")
			var inside error
			recovered(func() {
				_ = store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
					inside = write(ctx, r)
					panic("in the middle")
				})
			})
			wrote(t, inside)
			nothingRemains(t, store)
		}},
		{"uow/panics-again", rule, func(t testing.TB, store port.Store) {
			got := recovered(func() {
				_ = store.Do(t.Context(), func(context.Context, port.Repos) error { panic("in the middle") })
			})
			if got != "in the middle" {
				t.Fatalf("got a panic with %v, want %q", got, "in the middle")
			}
		}},
		{"uow/works-after-a-panic", rule, func(t testing.TB, store port.Store) {
			for range 3 { // a transaction that nobody ends holds on to its connection
				recovered(func() {
					_ = store.Do(t.Context(), func(context.Context, port.Repos) error { panic("in the middle") })
				})
			}
			done := make(chan struct{})
			var err error
			go func() {
				defer close(done)
				err = store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
					return r.Users.Create(ctx, sampleUser("bob"))
				})
			}()
			await(t, done, "a unit of work after three that panicked")
			must(t, err)
			wantUsers(t, store, "bob")
		}},
		{"uow/rollback-on-cancel", "A context that is done before the commit rolls back, too.", func(t testing.TB, store port.Store) {
			createUsers(t, store.Repos().Users, "ann")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var inside error
			err := store.Do(ctx, func(ctx context.Context, r port.Repos) error {
				inside = write(ctx, r)
				cancel()
				return nil
			})
			wrote(t, inside)
			if err == nil {
				t.Fatal("got no error from Do though nothing can have been committed")
			}
			nothingRemains(t, store)
		}},
		{"uow/error-identity", rule, func(t testing.TB, store port.Store) {
			own := &errFlow{"changed my mind"}
			err := store.Do(t.Context(), func(context.Context, port.Repos) error {
				return fmt.Errorf("flow: %w", own)
			})
			if got, ok := errors.AsType[*errFlow](err); !ok || got != own {
				t.Fatalf("got error %v, want fn's own", err)
			}
			err = store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				return errorOf(r.Users.ByID(ctx, "id-of-nobody"))
			})
			wantError(t, err, port.ErrNotFound)
		}},
	}
}

func uowDoomCases() []Case[port.Store] {
	const rule = "After any error from r other than ErrNotFound the transaction is rolled back, whatever fn returns."
	expired := sampleToken("expired", "id-of-ann")
	expired.ExpiresAt = at(-time.Hour)
	// dooms wants that an error of spoil, which fn swallows, takes the writes around it
	// with it.
	dooms := func(sentinel error, spoil func(ctx context.Context, r port.Repos) error) func(testing.TB, port.Store) {
		return func(t testing.TB, store port.Store) {
			createUsers(t, store.Repos().Users, "ann")
			putTokens(t, store.Repos().OneTimeTokens, expired)
			var inside error
			err := store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				if err := r.Users.Create(ctx, sampleUser("bob")); err != nil {
					return err
				}
				inside = spoil(ctx, r)
				_ = r.Users.Create(ctx, sampleUser("cid"))
				return nil
			})
			wantError(t, inside, sentinel)
			if err == nil {
				t.Fatal("got no error from Do though nothing can have been committed")
			}
			wantUsers(t, store, "ann")
		}
	}
	return []Case[port.Store]{
		{"uow/conflict-dooms", rule, dooms(port.ErrConflict, func(ctx context.Context, r port.Repos) error {
			return r.Users.Create(ctx, sampleUser("ann"))
		})},
		{"uow/stale-dooms", rule, dooms(port.ErrStale, func(ctx context.Context, r port.Repos) error {
			ann := sampleUser("ann")
			ann.Version = 9
			return errorOf(r.Users.Update(ctx, ann))
		})},
		{"uow/invalid-dooms", rule, dooms(port.ErrInvalid, func(ctx context.Context, r port.Repos) error {
			return r.Users.Touch(ctx, "nul\x00", at(0))
		})},
		{"uow/role-conflict-dooms", rule, dooms(port.ErrConflict, func(ctx context.Context, r port.Repos) error {
			if err := r.Roles.Create(ctx, sampleRole("editors")); err != nil {
				return err
			}
			return r.Roles.Create(ctx, sampleRole("editors"))
		})},
		{"uow/expired-token-dooms", rule, dooms(port.ErrExpired, func(ctx context.Context, r port.Repos) error {
			return errorOf(r.OneTimeTokens.Consume(ctx, expired.Purpose, expired.Hash, at(0)))
		})},
		{"uow/spent-token-dooms", rule, dooms(port.ErrStale, func(ctx context.Context, r port.Repos) error {
			if err := r.OneTimeTokens.SpendUser(ctx, expired.UserID, expired.Purpose); err != nil {
				return err
			}
			return errorOf(r.OneTimeTokens.Consume(ctx, expired.Purpose, expired.Hash, at(0)))
		})},
		{"uow/letter-conflict-dooms", rule, dooms(port.ErrConflict, func(ctx context.Context, r port.Repos) error {
			if err := r.MailQueue.Put(ctx, sampleLetter("ann")); err != nil {
				return err
			}
			return r.MailQueue.Put(ctx, sampleLetter("ann"))
		})},
		{"uow/stale-lease-dooms", rule, dooms(port.ErrStale, func(ctx context.Context, r port.Repos) error {
			return r.MailQueue.Done(ctx, port.Lease{Letter: sampleLetter("ann"), Token: "unknown"})
		})},
		{"uow/cancelled-call-dooms", rule, dooms(context.Canceled, func(ctx context.Context, r port.Repos) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return r.Users.Touch(ctx, "id-of-ann", at(0))
		})},
		{"uow/not-found-dooms-nothing", rule, func(t testing.TB, store port.Store) {
			var byID, byEmail, update, role, token error
			must(t, store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				_, byID = r.Users.ByID(ctx, "id-of-bob")
				_, byEmail = r.Users.ByEmail(ctx, "bob@example.com")
				_, update = r.Users.Update(ctx, sampleUser("bob"))
				_, role = r.Roles.ByID(ctx, "id-of-editors")
				_, token = r.OneTimeTokens.Consume(ctx, expired.Purpose, expired.Hash, at(0))
				return r.Users.Create(ctx, sampleUser("bob"))
			}))
			for _, err := range []error{byID, byEmail, update, role, token} {
				wantError(t, err, port.ErrNotFound)
			}
			wantUsers(t, store, "bob")
		}},
	}
}

func uowMethods() methods[port.Store] {
	return methods[port.Store]{
		port:      "uow",
		seed:      func(t testing.TB, store port.Store) { createUsers(t, store.Repos().Users, "ann") },
		untouched: func(t testing.TB, store port.Store) { t.Helper(); wantUsers(t, store, "ann") },
		list: []method[port.Store]{
			{"Do", func(ctx context.Context, store port.Store) error {
				return store.Do(ctx, func(ctx context.Context, r port.Repos) error {
					return r.Users.Create(context.WithoutCancel(ctx), sampleUser("bob"))
				})
			}},
		},
	}
}

// recovered returns what f panicked with, or nil.
func recovered(f func()) (with any) {
	defer func() { with = recover() }()
	f()
	return nil
}

// giveWay waits until done is closed, but not for long: whoever closes it may have to wait
// for the caller.
func giveWay(done <-chan struct{}) {
	limit := time.NewTimer(100 * time.Millisecond)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
	}
}
