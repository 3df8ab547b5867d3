package contract

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// sampleAssertion returns an assertion with every field set, of at(0) for a minute.
func sampleAssertion() domain.Assertion {
	issued := at(0).Truncate(time.Second)
	return domain.Assertion{
		Audience: "https://wiki.example.com", Subject: "id-of-ann", Email: "ann@example.com", Role: "role-of-ann",
		IssuedAt: issued, ExpiresAt: issued.Add(time.Minute),
	}
}

func assert(t testing.TB, w TokensWorld, a domain.Assertion) string {
	t.Helper()
	return value(w.Asserter.Assert(t.Context(), a))(t)
}

func assertionCases() []Case[TokensWorld] {
	const rule = "Assert returns a token from which the application of that audience reads an equal assertion, and no other application any."
	const rulePurpose = "Neither stands in for the other: to TokenVerifier it is ErrInvalid, and a token of TokenIssuer is no assertion."
	readsBack := func(a domain.Assertion) func(testing.TB, TokensWorld) {
		return func(t testing.TB, w TokensWorld) {
			wantEqual(t, value(w.ReadAssertion(t, assert(t, w, a), a.Audience, at(0)))(t), a)
		}
	}
	bare := sampleAssertion()
	bare.Email, bare.Role = "", ""
	refused := func(bad string) func(testing.TB, TokensWorld) {
		return func(t testing.TB, w TokensWorld) {
			for _, change := range []func(a *domain.Assertion){
				func(a *domain.Assertion) { a.Audience = bad },
				func(a *domain.Assertion) { a.Subject = domain.UserID(bad) },
				func(a *domain.Assertion) { a.Email = domain.Email(bad) },
				func(a *domain.Assertion) { a.Role = domain.RoleID(bad) },
			} {
				a := sampleAssertion()
				change(&a)
				wantError(t, errorOf(w.Asserter.Assert(t.Context(), a)), port.ErrInvalid)
			}
		}
	}
	return []Case[TokensWorld]{
		{"assertion/comes-back-equal", rule, readsBack(sampleAssertion())},
		{"assertion/empty-stays-empty", rule, readsBack(bare)},
		{"assertion/of-one-audience", rule, func(t testing.TB, w TokensWorld) {
			token := assert(t, w, sampleAssertion())
			for _, other := range []string{"", "https://wiki.example", "https://wiki.example.com/", "https://shop.example.com"} {
				if got, err := w.ReadAssertion(t, token, other, at(0)); err == nil {
					t.Fatalf("the application %q reads %+v, want an error", other, got)
				}
			}
		}},
		{"assertion/is-no-access-token", rulePurpose, func(t testing.TB, w TokensWorld) {
			wantRejected(t, w, assert(t, w, sampleAssertion()), at(0), port.ErrInvalid)
		}},
		{"assertion/access-token-is-none", rulePurpose, func(t testing.TB, w TokensWorld) {
			if got, err := w.ReadAssertion(t, issue(t, w.Issuer, sampleClaims()), sampleAssertion().Audience, at(0)); err == nil {
				t.Fatalf("an access token is read as %+v, want an error", got)
			}
		}},
		{"assertion/whose-and-for-whom", "Subject and Audience are not empty, or it is ErrInvalid.", func(t testing.TB, w TokensWorld) {
			nobody, nowhere := sampleAssertion(), sampleAssertion()
			nobody.Subject, nowhere.Audience = "", ""
			for _, a := range []domain.Assertion{nobody, nowhere} {
				if err := errorOf(w.Asserter.Assert(t.Context(), a)); !errors.Is(err, port.ErrInvalid) {
					t.Fatalf("%+v: got error %v, want one that matches %q", a, err, port.ErrInvalid)
				}
			}
		}},
		{"assertion/keys/nul-is-invalid", ruleText, refused("ke\x00y")},
		{"assertion/keys/broken-utf8-is-invalid", ruleText, refused("ke\xc3\x28y")},
		{"assertion/keys/too-long-is-invalid", ruleText, refused(strings.Repeat("k", port.MaxKeyBytes+1))},
	}
}

func asserterMethods() methods[TokensWorld] {
	return methods[TokensWorld]{
		port:      "asserter",
		seed:      func(testing.TB, TokensWorld) {},
		untouched: func(testing.TB, TokensWorld) {}, // it keeps nothing
		list: []method[TokensWorld]{
			{"Assert", func(ctx context.Context, w TokensWorld) error {
				return errorOf(w.Asserter.Assert(ctx, sampleAssertion()))
			}},
		},
	}
}
