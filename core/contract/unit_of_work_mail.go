package contract

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// uowMailCases are about one-time tokens and letters inside a unit of work.
func uowMailCases() []Case[port.Store] {
	const ruleCommits = "Do calls fn with repositories bound to one transaction and commits when fn returns nil."
	const ruleRollback = "When fn fails or panics, nothing that fn wrote remains, and Do returns fn's error (or panics again)."
	const ruleInvisible = "Until the commit nobody else sees the writes."
	held, fresh := sampleToken("held", "id-of-ann"), sampleToken("fresh", "id-of-ann")
	return []Case[port.Store]{
		{"uow/commits-tokens-and-letters", ruleCommits, func(t testing.TB, store port.Store) {
			putTokens(t, store.Repos().OneTimeTokens, held)
			must(t, store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				if err := errorOf(r.OneTimeTokens.Consume(ctx, held.Purpose, held.Hash, at(0))); err != nil {
					return err
				}
				if err := r.OneTimeTokens.Put(ctx, fresh); err != nil {
					return err
				}
				return r.MailQueue.Put(ctx, sampleLetter("ann"))
			}))
			wantSpent(t, store.Repos().OneTimeTokens, held)
			wantEqual(t, value(getToken(t, store.Repos().OneTimeTokens, fresh, at(0)))(t), fresh)
			wantEqual(t, claimOne(t, store.Repos().MailQueue, at(0)).Letter, sampleLetter("ann"))
		}},
		{"uow/sees-its-own-tokens", ruleCommits, func(t testing.TB, store port.Store) {
			var got domain.OneTimeToken
			var again error
			_ = store.Do(t.Context(), func(ctx context.Context, r port.Repos) (err error) {
				if err = r.OneTimeTokens.Put(ctx, fresh); err != nil {
					return err
				}
				if got, err = r.OneTimeTokens.Get(ctx, fresh.Purpose, fresh.Hash, at(0)); err != nil {
					return err
				}
				if err = r.OneTimeTokens.SpendUser(ctx, fresh.UserID, fresh.Purpose); err != nil {
					return err
				}
				again = errorOf(r.OneTimeTokens.Consume(ctx, fresh.Purpose, fresh.Hash, at(0)))
				return again
			})
			wantEqual(t, got, fresh)
			wantError(t, again, port.ErrStale)
		}},
		{"uow/rollback-tokens", ruleRollback, rollsBack(
			func(t testing.TB, store port.Store) { putTokens(t, store.Repos().OneTimeTokens, held) },
			func(ctx context.Context, r port.Repos) error {
				return errors.Join(
					errorOf(r.OneTimeTokens.Consume(ctx, held.Purpose, held.Hash, at(0))),
					r.OneTimeTokens.Put(ctx, fresh),
				)
			},
			func(t testing.TB, store port.Store) {
				wantUnspent(t, store.Repos().OneTimeTokens, held)
				putTokens(t, store.Repos().OneTimeTokens, fresh)
			},
		)},
		{"uow/rollback-letters", ruleRollback, rollsBack(
			func(t testing.TB, store port.Store) { putLetters(t, store.Repos().MailQueue, sampleLetter("ann")) },
			func(ctx context.Context, r port.Repos) error {
				leases, err := r.MailQueue.Claim(ctx, at(0), at(loan), 1)
				for _, l := range leases {
					err = errors.Join(err, r.MailQueue.Done(ctx, l))
				}
				return errors.Join(err, r.MailQueue.Put(ctx, sampleLetter("bob")))
			},
			func(t testing.TB, store port.Store) {
				wantEqual(t, claimOne(t, store.Repos().MailQueue, at(0)).Letter, sampleLetter("ann"))
			},
		)},
		{"uow/token-invisible-until-commit", ruleInvisible, invisible(
			func(ctx context.Context, r port.Repos) error { return r.OneTimeTokens.Put(ctx, fresh) },
			func(ctx context.Context, r port.Repos) bool {
				_, err := r.OneTimeTokens.Get(ctx, fresh.Purpose, fresh.Hash, at(0))
				return err == nil
			},
		)},
		{"uow/letter-invisible-until-commit", ruleInvisible, invisible(
			func(ctx context.Context, r port.Repos) error { return r.MailQueue.Put(ctx, sampleLetter("ann")) },
			func(ctx context.Context, r port.Repos) bool {
				leases, _ := r.MailQueue.Claim(ctx, at(0), at(0), 10)
				return len(leases) > 0
			},
		)},
	}
}

// rollsBack wants nothing to remain of write, neither when fn fails nor when it panics.
func rollsBack(
	seed func(t testing.TB, store port.Store), write func(ctx context.Context, r port.Repos) error,
	nothingRemains func(t testing.TB, store port.Store),
) func(testing.TB, port.Store) {
	return func(t testing.TB, store port.Store) {
		seed(t, store)
		var inside error
		err := store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			inside = write(ctx, r)
			return &errFlow{"changed my mind"}
		})
		must(t, inside)
		if err == nil {
			t.Fatal("got no error from Do though fn failed")
		}
		recovered(func() {
			_ = store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				inside = write(ctx, r)
				panic("in the middle")
			})
		})
		must(t, inside) // it could not write again what had remained
		nothingRemains(t, store)
	}
}

// invisible wants that sees, asked beside a unit of work in which write has been done, is
// false until the commit and true after it.
func invisible(write func(ctx context.Context, r port.Repos) error, sees func(ctx context.Context, r port.Repos) bool) func(testing.TB, port.Store) {
	return func(t testing.TB, store port.Store) {
		ctx := t.Context()
		asked, answered, ending := make(chan struct{}), make(chan struct{}), make(chan struct{})
		var ask, end sync.Once // fn may be called again, for a retry
		var seen, early bool
		go func() {
			defer close(answered)
			<-asked
			// It may be made to wait until the commit, and may then see what was written.
			seen = sees(ctx, store.Repos())
			select {
			case <-ending:
			default:
				early = true
			}
		}()
		err := store.Do(ctx, func(ctx context.Context, r port.Repos) error {
			if err := write(ctx, r); err != nil {
				return err
			}
			ask.Do(func() { close(asked) })
			giveWay(answered)
			end.Do(func() { close(ending) })
			return nil
		})
		ask.Do(func() { close(asked) })
		must(t, err)
		await(t, answered, "the reader beside the transaction")
		if seen && early {
			t.Fatal("got what a transaction has written that has not been committed")
		}
		if !sees(ctx, store.Repos()) {
			t.Fatal("what was written is not there after the commit")
		}
	}
}
