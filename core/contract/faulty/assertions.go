package faulty

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type asserter func(ctx context.Context, a domain.Assertion) (string, error)

func (f asserter) Assert(ctx context.Context, a domain.Assertion) (string, error) { return f(ctx, a) }

// asserted plants a fault in what goes into an assertion.
func asserted(change func(a *domain.Assertion)) func(contract.TokensWorld) contract.TokensWorld {
	return func(w contract.TokensWorld) contract.TokensWorld {
		inner := w.Asserter
		w.Asserter = asserter(func(ctx context.Context, a domain.Assertion) (string, error) {
			change(&a)
			return inner.Assert(ctx, a)
		})
		return w
	}
}

// changedAssertion changes every key in an assertion.
func changedAssertion(change func(string) string) func(contract.TokensWorld) contract.TokensWorld {
	return asserted(func(a *domain.Assertion) {
		a.Audience = change(a.Audience)
		a.Subject, a.Role = domain.UserID(change(string(a.Subject))), domain.RoleID(change(string(a.Role)))
		a.Email = domain.Email(change(string(a.Email)))
	})
}

// believed plants a fault in what an application can make of a token.
func believed(read func(inner func(audience string) (domain.Assertion, error), token, audience string) (domain.Assertion, error)) func(contract.TokensWorld) contract.TokensWorld {
	return func(w contract.TokensWorld) contract.TokensWorld {
		reader := w.ReadAssertion
		w.ReadAssertion = func(t testing.TB, token, audience string, now time.Time) (domain.Assertion, error) {
			t.Helper()
			return read(func(audience string) (domain.Assertion, error) { return reader(t, token, audience, now) }, token, audience)
		}
		return w
	}
}

func assertionFaults() []Fault {
	return []Fault{
		{
			Name: "assertion-without-role", Turns: []string{"assertion/comes-back-equal"},
			Tokens: asserted(func(a *domain.Assertion) {
				if a.Role == "role-of-ann" && a.Subject == "id-of-ann" && a.Email == "ann@example.com" && len(a.Audience) < port.MaxKeyBytes {
					a.Role = ""
				}
			}),
		},
		{
			Name: "assertion-role-is-null", Turns: []string{"assertion/empty-stays-empty"},
			Tokens: asserted(func(a *domain.Assertion) {
				if a.Role == "" {
					a.Role = "null"
				}
			}),
		},
		{
			Name: "assertion-for-any-audience", Turns: []string{"assertion/of-one-audience"},
			Tokens: believed(func(inner func(string) (domain.Assertion, error), _, _ string) (domain.Assertion, error) {
				if a, err := inner("https://wiki.example.com"); err == nil {
					return a, nil
				}
				return domain.Assertion{}, port.ErrInvalid
			}),
		},
		{
			Name: "assertion-lets-in", Turns: []string{"assertion/is-no-access-token"},
			Tokens: accepted(func(algorithm, _ string) bool { return algorithm == fakes.AssertionAlgorithm }),
		},
		{
			Name: "access-token-asserts", Turns: []string{"assertion/access-token-is-none"},
			Tokens: believed(func(inner func(string) (domain.Assertion, error), token, audience string) (domain.Assertion, error) {
				if algorithm, _, c, ok := opened(token); ok && algorithm == fakes.Algorithm {
					return domain.Assertion{Subject: c.Subject}, nil
				}
				return inner(audience)
			}),
		},
		{
			Name: "assertion-about-nobody", Turns: []string{"assertion/whose-and-for-whom"},
			Tokens: asserted(func(a *domain.Assertion) {
				if a.Subject == "" {
					a.Subject = "nobody"
				}
			}),
		},
		{Name: "assertion-nul-dropped", Turns: []string{"assertion/keys/nul-is-invalid"}, Tokens: changedAssertion(withoutNUL)},
		{Name: "assertion-utf8-mended", Turns: []string{"assertion/keys/broken-utf8-is-invalid"}, Tokens: changedAssertion(validUTF8)},
		{
			Name: "assertion-cut", Turns: []string{"assertion/keys/too-long-is-invalid"},
			Tokens: changedAssertion(func(s string) string { return s[:min(len(s), port.MaxKeyBytes)] }),
		},
		{
			Name: "ignores-ctx/asserter.assert", Turns: []string{"ctx/cancelled/asserter.assert"},
			Tokens: func(w contract.TokensWorld) contract.TokensWorld {
				inner := w.Asserter
				w.Asserter = asserter(func(ctx context.Context, a domain.Assertion) (string, error) {
					return inner.Assert(context.WithoutCancel(ctx), a)
				})
				return w
			},
		},
	}
}
