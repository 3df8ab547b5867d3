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

// TokensWorld is a TokenIssuer with the TokenVerifier and the AssertionIssuer of the same
// service, and forgers beside them.
type TokensWorld struct {
	Issuer   port.TokenIssuer
	Verifier port.TokenVerifier
	// Asserter is the same service, too.
	Asserter port.AssertionIssuer
	// ReadAssertion is what an application does that believes the assertions made for audience
	// by this service: it returns the assertion, or an error for any other token.
	ReadAssertion func(t testing.TB, token, audience string, now time.Time) (domain.Assertion, error)
	// OtherKey issues in the name of Issuer, with a key that Verifier does not know.
	OtherKey port.TokenIssuer
	// OtherIssuer issues with the key of Issuer, in the name of somebody else.
	OtherIssuer port.TokenIssuer
	// Unsigned returns a token of c in the name of Issuer that says that it needs no
	// signature, and has none ("alg": "none").
	Unsigned func(t testing.TB, c domain.Claims) string
	// OtherAlgorithm returns a token of c in the name of Issuer, rightly signed with its
	// key by an algorithm that Verifier does not use.
	OtherAlgorithm func(t testing.TB, c domain.Claims) string
}

// RunTokens runs TokensCases, each on what open returns.
func RunTokens(t *testing.T, open func(t testing.TB) TokensWorld, opts ...Option) {
	t.Helper()
	run(t, "tokens", TokensCases(), open, opts)
}

// TokensCases returns the rules of port.TokenIssuer, port.TokenVerifier and
// port.AssertionIssuer.
func TokensCases() []Case[TokensWorld] {
	var cases []Case[TokensWorld]
	cases = append(cases, issuerCases()...)
	cases = append(cases, verifierExpiryCases()...)
	cases = append(cases, verifierForgeryCases()...)
	cases = append(cases, assertionCases()...)
	cases = append(cases, issuerMethods().cancelled()...)
	cases = append(cases, asserterMethods().cancelled()...)
	return append(cases, verifierMethods().cancelled()...)
}

// sampleClaims returns claims with every field set, live from sampleClaims().IssuedAt for a
// quarter of an hour. Their times are whole seconds.
func sampleClaims() domain.Claims {
	issued := at(0).Truncate(time.Second)
	return domain.Claims{
		Subject: "id-of-ann", Role: "role-of-ann", App: true, Admin: true, EnforceTFA: true,
		Session: "id-of-laptop", Generation: 3,
		IssuedAt: issued, ExpiresAt: issued.Add(15 * time.Minute),
	}
}

// expiredClaims returns claims that were over long before at(0).
func expiredClaims() domain.Claims {
	c := sampleClaims()
	c.IssuedAt, c.ExpiresAt = c.IssuedAt.Add(-2*time.Hour), c.ExpiresAt.Add(-2*time.Hour)
	return c
}

func issue(t testing.TB, issuer port.TokenIssuer, c domain.Claims) string {
	t.Helper()
	return value(issuer.Issue(t.Context(), c))(t)
}

// wantRejected ends the case unless Verify refuses token at now with target.
func wantRejected(t testing.TB, w TokensWorld, token string, now time.Time, target error) {
	t.Helper()
	wantError(t, errorOf(w.Verifier.Verify(t.Context(), token, now)), target)
}

func issuerCases() []Case[TokensWorld] {
	const rule = "Issue returns a token from which Verify reads equal claims."
	readsBack := func(c domain.Claims) func(testing.TB, TokensWorld) {
		return func(t testing.TB, w TokensWorld) {
			got := value(w.Verifier.Verify(t.Context(), issue(t, w.Issuer, c), c.IssuedAt))(t)
			wantEqual(t, got, c)
		}
	}
	flags := func(app, admin, enforce bool) domain.Claims {
		c := sampleClaims()
		c.App, c.Admin, c.EnforceTFA = app, admin, enforce
		return c
	}
	bare := domain.Claims{Subject: "id-of-ann", IssuedAt: sampleClaims().IssuedAt, ExpiresAt: sampleClaims().ExpiresAt}
	odd := sampleClaims()
	odd.Subject, odd.Role, odd.Session = "\U0001F511 <&>\" \\ ", " \u2028 ", "id "
	big := sampleClaims()
	big.Generation = 1<<53 + 1
	refused := func(bad string) func(testing.TB, TokensWorld) {
		return func(t testing.TB, w TokensWorld) {
			for _, change := range []func(c *domain.Claims){
				func(c *domain.Claims) { c.Subject = domain.UserID(bad) },
				func(c *domain.Claims) { c.Role = domain.RoleID(bad) },
				func(c *domain.Claims) { c.Session = domain.SessionID(bad) },
			} {
				c := sampleClaims()
				change(&c)
				wantError(t, errorOf(w.Issuer.Issue(t.Context(), c)), port.ErrInvalid)
			}
		}
	}
	return []Case[TokensWorld]{
		{"issuer/claims-come-back-equal", rule, readsBack(sampleClaims())},
		{"issuer/empty-stays-empty", rule, readsBack(bare)},
		{"issuer/flags-are-told-apart", rule, func(t testing.TB, w TokensWorld) {
			readsBack(flags(true, false, false))(t, w)
			readsBack(flags(false, true, false))(t, w)
			readsBack(flags(false, false, true))(t, w)
		}},
		{"issuer/odd-texts", rule, readsBack(odd)},
		{"issuer/big-generation", rule, readsBack(big)}, // beyond what a float64 holds
		{"issuer/utc", "Times keep microseconds and come back in UTC; the caller passes no finer ones.", func(t testing.TB, w TokensWorld) {
			c := sampleClaims()
			c.IssuedAt, c.ExpiresAt = elsewhere(c.IssuedAt), elsewhere(c.ExpiresAt)
			got := value(w.Verifier.Verify(t.Context(), issue(t, w.Issuer, c), at(0)))(t)
			wantUTC(t, got.IssuedAt, got.ExpiresAt)
		}},
		{"issuer/keys/nul-is-invalid", ruleText, refused("ke\x00y")},
		{"issuer/keys/broken-utf8-is-invalid", ruleText, refused("ke\xc3\x28y")},
		{"issuer/keys/too-long-is-invalid", ruleText, refused(strings.Repeat("k", port.MaxKeyBytes+1))},
	}
}

func verifierExpiryCases() []Case[TokensWorld] {
	const rule = "Verify returns the claims of a token that this service signed and that is live at now."
	const ruleExpired = "ErrExpired: differs from a good one only in that now is not before ExpiresAt."
	return []Case[TokensWorld]{
		{"verifier/live-to-the-end", rule, func(t testing.TB, w TokensWorld) {
			c := sampleClaims()
			got := value(w.Verifier.Verify(t.Context(), issue(t, w.Issuer, c), c.ExpiresAt.Add(-time.Microsecond)))(t)
			wantEqual(t, got.Subject, c.Subject)
		}},
		{"verifier/expiry-boundary", ruleExpired, func(t testing.TB, w TokensWorld) {
			c := sampleClaims()
			wantRejected(t, w, issue(t, w.Issuer, c), c.ExpiresAt, port.ErrExpired)
		}},
		{"verifier/long-expired", ruleExpired, func(t testing.TB, w TokensWorld) {
			c := sampleClaims()
			wantRejected(t, w, issue(t, w.Issuer, c), c.ExpiresAt.AddDate(10, 0, 0), port.ErrExpired)
		}},
		{
			"verifier/time-is-an-argument", "Time is an argument. No adapter asks its own clock or its database's.",
			func(t testing.TB, w TokensWorld) {
				for _, years := range []int{-50, 50} {
					c := sampleClaims()
					c.IssuedAt, c.ExpiresAt = c.IssuedAt.AddDate(years, 0, 0), c.ExpiresAt.AddDate(years, 0, 0)
					wantEqual(t, value(w.Verifier.Verify(t.Context(), issue(t, w.Issuer, c), c.IssuedAt))(t).Subject, c.Subject)
				}
			},
		},
		{"verifier/expired-only-if-nothing-else-is-wrong", ruleExpired, func(t testing.TB, w TokensWorld) {
			expired := expiredClaims()
			wantRejected(t, w, issue(t, w.OtherKey, expired), at(0), port.ErrInvalid)
			wantRejected(t, w, w.Unsigned(t, expired), at(0), port.ErrInvalid)
			wantRejected(t, w, w.OtherAlgorithm(t, expired), at(0), port.ErrInvalid)
			wantRejected(t, w, withByteChanged(issue(t, w.Issuer, expired), -1), at(0), port.ErrInvalid)
			wantRejected(t, w, issue(t, w.OtherIssuer, expired), at(0), port.ErrNotFound)
		}},
	}
}

// withByteChanged returns token with one byte replaced, counted from the end where i is
// negative.
func withByteChanged(token string, i int) string {
	b := []byte(token)
	if i < 0 {
		i += len(b)
	}
	if b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	return string(b)
}

func verifierForgeryCases() []Case[TokensWorld] {
	const ruleNotFound = "ErrNotFound: not one of ours (no JWT, or another issuer), it may be a static token."
	const ruleInvalid = `ErrInvalid: anything else, such as another key or algorithm, "none", a changed byte.`
	strangers := func() []string {
		return []string{"", " ", "a", strings.Repeat("x", 32), strings.Repeat("Ab0-_", 13), "a.b.c", "..", "Bearer x"}
	}
	return []Case[TokensWorld]{
		{"verifier/no-token-is-not-found", ruleNotFound, func(t testing.TB, w TokensWorld) {
			for _, text := range strangers() {
				wantRejected(t, w, text, at(0), port.ErrNotFound)
			}
		}},
		{"verifier/other-issuer-is-not-found", ruleNotFound, func(t testing.TB, w TokensWorld) {
			wantRejected(t, w, issue(t, w.OtherIssuer, sampleClaims()), at(0), port.ErrNotFound)
		}},
		{"verifier/other-key", ruleInvalid, func(t testing.TB, w TokensWorld) {
			wantRejected(t, w, issue(t, w.OtherKey, sampleClaims()), at(0), port.ErrInvalid)
		}},
		{"verifier/alg-none", ruleInvalid, func(t testing.TB, w TokensWorld) {
			wantRejected(t, w, w.Unsigned(t, sampleClaims()), at(0), port.ErrInvalid)
		}},
		{"verifier/other-algorithm", ruleInvalid, func(t testing.TB, w TokensWorld) {
			wantRejected(t, w, w.OtherAlgorithm(t, sampleClaims()), at(0), port.ErrInvalid)
		}},
		{"verifier/changed-byte", ruleInvalid, func(t testing.TB, w TokensWorld) {
			good := issue(t, w.Issuer, sampleClaims())
			wantRejected(t, w, withByteChanged(good, -1), at(0), port.ErrInvalid)
			for i := range good { // some of them make it no token at all, or another issuer's
				err := errorOf(w.Verifier.Verify(t.Context(), withByteChanged(good, i), at(0)))
				if !errors.Is(err, port.ErrInvalid) && !errors.Is(err, port.ErrNotFound) {
					t.Fatalf("byte %d of %d changed: got error %v, want one that matches %q", i, len(good), err, port.ErrInvalid)
				}
			}
		}},
		{"verifier/added-bytes", ruleInvalid, func(t testing.TB, w TokensWorld) {
			good := issue(t, w.Issuer, sampleClaims())
			for _, end := range []string{"A", "=", "\n"} {
				wantRejected(t, w, good+end, at(0), port.ErrInvalid)
			}
		}},
		{"verifier/cut-short", ruleInvalid, func(t testing.TB, w TokensWorld) {
			good := issue(t, w.Issuer, sampleClaims())
			wantRejected(t, w, good[:len(good)-1], at(0), port.ErrInvalid)
		}},
		{"verifier/claims-are-zero-with-an-error", "With an error the claims are zero.", func(t testing.TB, w TokensWorld) {
			tokens := append(strangers(),
				issue(t, w.Issuer, expiredClaims()), issue(t, w.OtherIssuer, sampleClaims()),
				issue(t, w.OtherKey, sampleClaims()), w.Unsigned(t, sampleClaims()),
				w.OtherAlgorithm(t, sampleClaims()), withByteChanged(issue(t, w.Issuer, sampleClaims()), -1))
			for _, token := range tokens {
				got, err := w.Verifier.Verify(t.Context(), token, at(0))
				if err != nil {
					wantEqual(t, got, domain.Claims{})
				}
			}
		}},
	}
}

func issuerMethods() methods[TokensWorld] {
	return methods[TokensWorld]{
		port:      "issuer",
		seed:      func(testing.TB, TokensWorld) {},
		untouched: func(testing.TB, TokensWorld) {}, // it keeps nothing
		list: []method[TokensWorld]{
			{"Issue", func(ctx context.Context, w TokensWorld) error {
				return errorOf(w.Issuer.Issue(ctx, sampleClaims()))
			}},
		},
	}
}

func verifierMethods() methods[TokensWorld] {
	return methods[TokensWorld]{
		port:      "verifier",
		seed:      func(testing.TB, TokensWorld) {},
		untouched: func(testing.TB, TokensWorld) {},
		list: []method[TokensWorld]{
			{"Verify", func(ctx context.Context, w TokensWorld) error {
				return errorOf(w.Verifier.Verify(ctx, "no token", at(0)))
			}},
		},
	}
}
