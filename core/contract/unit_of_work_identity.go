package contract

import (
	"context"
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// uowIdentityCases are about identities inside a unit of work: a first login by OAuth makes
// the user and the link, or neither.
func uowIdentityCases() []Case[port.Store] {
	const ruleCommits = "Do calls fn with repositories bound to one transaction and commits when fn returns nil."
	const ruleRollback = "When fn fails or panics, nothing that fn wrote remains, and Do returns fn's error (or panics again)."
	old, fresh := sampleIdentity("old", "id-of-ann"), sampleIdentity("fresh", "id-of-ann")
	identities := func(store port.Store) port.Identities { return store.Repos().Identities }
	return []Case[port.Store]{
		{"uow/commits-identities", ruleCommits, func(t testing.TB, store port.Store) {
			link(t, identities(store), old)
			var inside []domain.Identity
			must(t, store.Do(t.Context(), func(ctx context.Context, r port.Repos) (err error) {
				if err := r.Users.Create(ctx, sampleUser("ann")); err != nil {
					return err
				}
				if err := r.Identities.Unlink(ctx, old.Provider, old.Subject); err != nil {
					return err
				}
				if err := r.Identities.Link(ctx, fresh); err != nil {
					return err
				}
				inside, err = r.Identities.OfUser(ctx, "id-of-ann")
				return err
			}))
			wantEqual(t, inside, []domain.Identity{fresh})
			wantUsers(t, store, "ann")
			wantIdentities(t, identities(store), "id-of-ann", fresh)
		}},
		{"uow/rollback-identities", ruleRollback, rollsBack(
			func(t testing.TB, store port.Store) { link(t, identities(store), old) },
			func(ctx context.Context, r port.Repos) error {
				return errors.Join(r.Identities.Unlink(ctx, old.Provider, old.Subject), r.Identities.Link(ctx, fresh))
			},
			func(t testing.TB, store port.Store) {
				t.Helper()
				wantIdentities(t, identities(store), "id-of-ann", old)
			},
		)},
		{"uow/identity-invisible-until-commit", "Until the commit nobody else sees the writes.", invisible(
			func(ctx context.Context, r port.Repos) error { return r.Identities.Link(ctx, fresh) },
			func(ctx context.Context, r port.Repos) bool {
				_, err := r.Identities.Find(ctx, fresh.Provider, fresh.Subject)
				return err == nil
			},
		)},
		{"uow/identity-taken-dooms", "After any error from r other than ErrNotFound the transaction is rolled back, whatever fn returns.", func(t testing.TB, store port.Store) {
			link(t, identities(store), old)
			err := store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				if err := r.Users.Create(ctx, sampleUser("bob")); err != nil {
					return err
				}
				_ = r.Identities.Link(ctx, sampleIdentity("old", "id-of-bob"))
				return nil
			})
			if err == nil {
				t.Fatal("got no error from Do though nothing can have been committed")
			}
			wantUsers(t, store)
		}},
	}
}
