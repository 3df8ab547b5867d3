package contract

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunIdentities runs IdentitiesCases, each on what open returns: an empty port.Identities
// that t.Cleanup closes.
func RunIdentities(t *testing.T, open func(t testing.TB) port.Identities, opts ...Option) {
	t.Helper()
	run(t, "identities", IdentitiesCases(), open, opts)
}

// IdentitiesCases returns the rules of port.Identities.
func IdentitiesCases() []Case[port.Identities] {
	var cases []Case[port.Identities]
	cases = append(cases, identitiesLinkCases()...)
	cases = append(cases, identitiesOtherCases()...)
	cases = append(cases, identitiesKeyed().cases()...)
	return append(cases, identitiesMethods().cancelled()...)
}

func link(t testing.TB, identities port.Identities, list ...domain.Identity) {
	t.Helper()
	for _, i := range list {
		must(t, identities.Link(t.Context(), i))
	}
}

// wantIdentities ends the case unless these are the identities of the user.
func wantIdentities(t testing.TB, identities port.Identities, user domain.UserID, want ...domain.Identity) {
	t.Helper()
	wantEqual(t, value(identities.OfUser(t.Context(), user))(t), want)
}

func identitiesLinkCases() []Case[port.Identities] {
	const rule = "Link stores i, or returns ErrConflict when its Provider has its Subject already, whoever's it is, and then stores nothing."
	const ruleOne = "Of many concurrent calls with one Provider and Subject, exactly one succeeds."
	ann := sampleIdentity("ann", "id-of-ann")
	return []Case[port.Identities]{
		{"identities/link/taken-is-conflict", rule, func(t testing.TB, identities port.Identities) {
			link(t, identities, ann)
			wantError(t, identities.Link(t.Context(), sampleIdentity("ann", "id-of-bob")), port.ErrConflict)
		}},
		{"identities/link/own-again-is-conflict", rule, func(t testing.TB, identities port.Identities) {
			link(t, identities, ann)
			wantError(t, identities.Link(t.Context(), ann), port.ErrConflict)
		}},
		{"identities/link/conflict-stores-nothing", rule, func(t testing.TB, identities port.Identities) {
			link(t, identities, ann)
			if identities.Link(t.Context(), sampleIdentity("ann", "id-of-bob")) == nil {
				t.Fatal("got no error for an identity that is taken")
			}
			wantEqual(t, value(identities.Find(t.Context(), ann.Provider, ann.Subject))(t), ann)
			wantIdentities(t, identities, "id-of-bob")
		}},
		{"identities/link/one-winner", ruleOne, func(t testing.TB, identities port.Identities) {
			race(t, racers, func(i int) error {
				return identities.Link(t.Context(), sampleIdentity("wanted", domain.UserID(fmt.Sprint("user", i))))
			}).want(t, 1, nil)
		}},
	}
}

func identitiesOtherCases() []Case[port.Identities] {
	const ruleFind = "Find returns the identity, or ErrNotFound."
	const ruleOfUser = "OfUser returns all identities of the user, and nobody else's, ordered by Provider and then by Subject, both byte by byte."
	const ruleUnlink = "Unlink removes the identity, or returns ErrNotFound."
	ann := sampleIdentity("ann", "id-of-ann")
	of := func(provider, subject string) domain.Identity {
		return domain.Identity{Provider: provider, Subject: subject, UserID: "id-of-ann"}
	}
	return []Case[port.Identities]{
		{"identities/find/missing-is-not-found", ruleFind, func(t testing.TB, identities port.Identities) {
			link(t, identities, ann)
			wantError(t, errorOf(identities.Find(t.Context(), ann.Provider, "subject of bob")), port.ErrNotFound)
		}},
		{"identities/find/providers-apart", "One provider's subject is not another's.", func(t testing.TB, identities port.Identities) {
			other := domain.Identity{Provider: "Google", Subject: ann.Subject, UserID: "id-of-bob"}
			link(t, identities, ann)
			if i, err := identities.Find(t.Context(), other.Provider, other.Subject); err == nil {
				t.Fatalf("got user %q for a subject of another provider", i.UserID)
			}
			link(t, identities, other)
			wantEqual(t, value(identities.Find(t.Context(), ann.Provider, ann.Subject))(t), ann)
			wantEqual(t, value(identities.Find(t.Context(), other.Provider, other.Subject))(t), other)
		}},
		{"identities/of-user/order", ruleOfUser, func(t testing.TB, identities port.Identities) {
			link(t, identities, of("b", "9"), of("b", "10"), of("B", "2"), of("a", "11"))
			wantIdentities(t, identities, "id-of-ann", of("B", "2"), of("a", "11"), of("b", "10"), of("b", "9"))
		}},
		{"identities/of-user/nobody-elses", ruleOfUser, func(t testing.TB, identities port.Identities) {
			link(t, identities, sampleIdentity("bob", "id-of-bob"), ann, sampleIdentity("cid", "ID-of-ann"))
			wantIdentities(t, identities, "id-of-ann", ann)
			wantIdentities(t, identities, "id-of-nobody")
		}},
		{"identities/unlink/removes", ruleUnlink, func(t testing.TB, identities port.Identities) {
			second := sampleIdentity("ann at home", "id-of-ann")
			link(t, identities, ann, second)
			must(t, identities.Unlink(t.Context(), ann.Provider, ann.Subject))
			wantError(t, errorOf(identities.Find(t.Context(), ann.Provider, ann.Subject)), port.ErrNotFound)
			wantIdentities(t, identities, "id-of-ann", second)
		}},
		{"identities/unlink/missing-is-not-found", ruleUnlink, func(t testing.TB, identities port.Identities) {
			link(t, identities, ann)
			wantError(t, identities.Unlink(t.Context(), "Google", ann.Subject), port.ErrNotFound)
			wantError(t, identities.Unlink(t.Context(), ann.Provider, "subject of bob"), port.ErrNotFound)
			wantEqual(t, value(identities.Find(t.Context(), ann.Provider, ann.Subject))(t), ann)
		}},
		{"identities/unlink/free-again", "It is free to be linked from then on.", func(t testing.TB, identities port.Identities) {
			link(t, identities, ann)
			_ = identities.Unlink(t.Context(), ann.Provider, ann.Subject)
			next := sampleIdentity("ann", "id-of-bob")
			link(t, identities, next)
			wantEqual(t, value(identities.Find(t.Context(), ann.Provider, ann.Subject))(t), next)
		}},
	}
}

func identitiesKeyed() keyed[port.Identities] {
	type call = func(ctx context.Context, identities port.Identities, key string) error
	return keyed[port.Identities]{
		port: "identities",
		put: func(ctx context.Context, identities port.Identities, key string) error {
			return identities.Link(ctx, domain.Identity{Provider: "GitHub", Subject: key, UserID: "id-of-ann"})
		},
		has: func(ctx context.Context, identities port.Identities, key string) (bool, error) {
			i, err := identities.Find(ctx, "GitHub", key)
			if errors.Is(err, port.ErrNotFound) {
				return false, nil
			}
			return i.Subject == key, err
		},
		keys: []call{
			func(ctx context.Context, identities port.Identities, key string) error {
				return identities.Link(ctx, domain.Identity{Provider: "GitHub", Subject: key, UserID: "id-of-ann"})
			},
			func(ctx context.Context, identities port.Identities, key string) error {
				return identities.Link(ctx, domain.Identity{Provider: key, Subject: "subject", UserID: "id-of-ann"})
			},
			func(ctx context.Context, identities port.Identities, key string) error {
				return identities.Link(ctx, domain.Identity{Provider: "GitHub", Subject: "subject", UserID: domain.UserID(key)})
			},
			func(ctx context.Context, identities port.Identities, key string) error {
				return errorOf(identities.Find(ctx, key, "subject"))
			},
			func(ctx context.Context, identities port.Identities, key string) error {
				return errorOf(identities.Find(ctx, "GitHub", key))
			},
			func(ctx context.Context, identities port.Identities, key string) error {
				return errorOf(identities.OfUser(ctx, domain.UserID(key)))
			},
			func(ctx context.Context, identities port.Identities, key string) error {
				return identities.Unlink(ctx, key, "subject")
			},
			func(ctx context.Context, identities port.Identities, key string) error {
				return identities.Unlink(ctx, "GitHub", key)
			},
		},
	}
}

func identitiesMethods() methods[port.Identities] {
	kept := sampleIdentity("ann", "id-of-ann")
	return methods[port.Identities]{
		port: "identities",
		seed: func(t testing.TB, identities port.Identities) { link(t, identities, kept) },
		untouched: func(t testing.TB, identities port.Identities) {
			t.Helper()
			wantIdentities(t, identities, "id-of-ann", kept)
		},
		list: []method[port.Identities]{
			{"Link", func(ctx context.Context, identities port.Identities) error {
				return identities.Link(ctx, sampleIdentity("fresh", "id-of-ann"))
			}},
			{"Find", func(ctx context.Context, identities port.Identities) error {
				return errorOf(identities.Find(ctx, kept.Provider, kept.Subject))
			}},
			{"OfUser", func(ctx context.Context, identities port.Identities) error {
				return errorOf(identities.OfUser(ctx, kept.UserID))
			}},
			{"Unlink", func(ctx context.Context, identities port.Identities) error {
				return identities.Unlink(ctx, kept.Provider, kept.Subject)
			}},
		},
	}
}
