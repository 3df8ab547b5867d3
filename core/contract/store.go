package contract

import (
	"context"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// RunStore runs StoreCases, each on what open returns: an empty port.Store that t.Cleanup
// closes.
func RunStore(t *testing.T, open func(t testing.TB) port.Store, opts ...Option) {
	t.Helper()
	run(t, "store", StoreCases(), open, opts)
}

// StoreCases returns the rules of port.Store and of every port that it hands out.
func StoreCases() []Case[port.Store] {
	return slices.Concat(
		lift(usersOf, UsersCases()),
		lift(rolesOf, RolesCases()),
		lift(permissionsOf, PermissionsCases()),
		lift(identitiesOf, IdentitiesCases()),
		lift(tokensOf, OneTimeTokensCases()),
		lift(queueOf, MailQueueCases()),
		lift(port.Store.Sessions, SessionsCases()),
		lift(port.Store.Limiter, LimiterCases()),
		lift(port.Store.Events, EventsCases()),
		lift(port.Store.SigningKeys, SigningKeysCases()),
		UnitOfWorkCases(),
		storeOwnCases(),
	)
}

func usersOf(s port.Store) port.Users { return s.Repos().Users }

func rolesOf(s port.Store) port.Roles { return s.Repos().Roles }

func permissionsOf(s port.Store) port.Permissions { return s.Repos().Permissions }

func identitiesOf(s port.Store) port.Identities { return s.Repos().Identities }

func tokensOf(s port.Store) port.OneTimeTokens { return s.Repos().OneTimeTokens }

func queueOf(s port.Store) port.MailQueue { return s.Repos().MailQueue }

func storeOf(s port.Store) port.Store { return s }

// storeOwnCases returns the rules that only a whole store can be asked about.
func storeOwnCases() []Case[port.Store] {
	own := []Case[port.Store]{
		{"store/ping", "Ping returns nil when the store can be read and written to.", func(t testing.TB, store port.Store) {
			must(t, store.Ping(t.Context()))
		}},
		{"store/close-twice-is-no-error", "Calls that come later fail; closing twice is no error.", func(t testing.TB, store port.Store) {
			must(t, store.Close())
			must(t, store.Close())
		}},
		{"store/repos-commit-each-call", "Repos returns repositories that commit each call by itself.", func(t testing.TB, store port.Store) {
			r := store.Repos()
			must(t, r.Users.Create(t.Context(), sampleUser("ann")))
			if r.Users.Create(t.Context(), sampleUser("ann")) == nil {
				t.Fatal("got no error for a user who is there")
			}
			must(t, r.Users.Create(t.Context(), sampleUser("bob")))
			must(t, r.Roles.Create(t.Context(), sampleRole("editors")))
			wantUsers(t, store, "ann", "bob")
			wantEqual(t, value(store.Repos().Roles.ByID(t.Context(), "id-of-editors"))(t), sampleRole("editors"))
		}},
	}
	return slices.Concat(
		own,
		storeMethods().cancelled(),
		closedCases(usersMethods(), usersOf),
		closedCases(rolesMethods(), rolesOf),
		closedCases(permissionsMethods(), permissionsOf),
		closedCases(identitiesMethods(), identitiesOf),
		closedCases(oneTimeTokensMethods(), tokensOf),
		closedCases(mailQueueMethods(), queueOf),
		closedCases(sessionsMethods(), port.Store.Sessions),
		closedCases(limiterMethods(), port.Store.Limiter),
		closedCases(eventsMethods(), port.Store.Events),
		closedCases(signingKeysMethods(), port.Store.SigningKeys),
		closedCases(uowMethods(), storeOf),
		closedCases(storeMethods(), storeOf),
	)
}

// storeMethods has those of port.Store's own that take a context; those of its parts are
// with the parts.
func storeMethods() methods[port.Store] {
	return methods[port.Store]{
		port:      "store",
		seed:      func(testing.TB, port.Store) {},
		untouched: func(testing.TB, port.Store) {},
		list: []method[port.Store]{
			{"Ping", func(ctx context.Context, store port.Store) error { return store.Ping(ctx) }},
		},
	}
}
