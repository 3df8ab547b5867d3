package faulty

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type issuer func(ctx context.Context, c domain.Claims) (string, error)

func (f issuer) Issue(ctx context.Context, c domain.Claims) (string, error) { return f(ctx, c) }

type verifier func(ctx context.Context, token string, now time.Time) (domain.Claims, error)

func (f verifier) Verify(ctx context.Context, token string, now time.Time) (domain.Claims, error) {
	return f(ctx, token, now)
}

// issued plants a fault in the claims that go into a token.
func issued(change func(c *domain.Claims)) func(contract.TokensWorld) contract.TokensWorld {
	return func(w contract.TokensWorld) contract.TokensWorld {
		inner := w.Issuer
		w.Issuer = issuer(func(ctx context.Context, c domain.Claims) (string, error) {
			change(&c)
			return inner.Issue(ctx, c)
		})
		return w
	}
}

// verified plants a fault in Verify.
func verified(verify func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error)) func(contract.TokensWorld) contract.TokensWorld {
	return func(w contract.TokensWorld) contract.TokensWorld {
		inner := w.Verifier
		w.Verifier = verifier(func(ctx context.Context, token string, now time.Time) (domain.Claims, error) {
			return verify(ctx, inner, token, now)
		})
		return w
	}
}

// accepted makes Verify accept a token that it has refused as ErrInvalid, if it is live and
// trust says so.
func accepted(trust func(algorithm, signature string) bool) func(contract.TokensWorld) contract.TokensWorld {
	return verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
		claims, err := inner.Verify(ctx, token, now)
		algorithm, signature, unproven, ok := opened(token)
		if errors.Is(err, port.ErrInvalid) && ok && now.Before(unproven.ExpiresAt) && trust(algorithm, signature) {
			return unproven, nil
		}
		return claims, err
	})
}

// opened reads a token of package fakes without looking at its signature.
func opened(token string) (algorithm, signature string, c domain.Claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 4 {
		return "", "", domain.Claims{}, false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[2])
	var content struct {
		Subject   domain.UserID `json:"subject"`
		ExpiresAt int64         `json:"expires_at"`
	}
	if err != nil || json.Unmarshal(text, &content) != nil {
		return "", "", domain.Claims{}, false
	}
	return parts[1], parts[3], domain.Claims{Subject: content.Subject, ExpiresAt: time.Unix(content.ExpiresAt, 0).UTC()}, true
}

// read plants a fault in the claims that Verify returns.
func read(change func(c *domain.Claims)) func(contract.TokensWorld) contract.TokensWorld {
	return verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
		c, err := inner.Verify(ctx, token, now)
		if err == nil {
			change(&c)
		}
		return c, err
	})
}

// changedClaims changes every key in the claims.
func changedClaims(change func(string) string) func(contract.TokensWorld) contract.TokensWorld {
	return issued(func(c *domain.Claims) {
		c.Subject = domain.UserID(change(string(c.Subject)))
		c.Role = domain.RoleID(change(string(c.Role)))
		c.Session = domain.SessionID(change(string(c.Session)))
	})
}

// alphabet is that of the last part of a token.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// endingInAny verifies head with any one character behind it.
func endingInAny(ctx context.Context, inner port.TokenVerifier, head string, now time.Time) (domain.Claims, error) {
	for _, end := range alphabet {
		if c, err := inner.Verify(ctx, head+string(end), now); err == nil {
			return c, nil
		}
	}
	return domain.Claims{}, port.ErrInvalid
}

func tokensFaults() []Fault {
	return slices.Concat(issuerFaults(), verifierFaults(), assertionFaults())
}

func issuerFaults() []Fault {
	return []Fault{
		{
			Name: "generation-forgotten", Turns: []string{"issuer/claims-come-back-equal", "issuer/flags-are-told-apart"},
			Tokens: read(func(c *domain.Claims) {
				if c.Generation == 3 && c.Subject == "id-of-ann" {
					c.Generation = 0
				}
			}),
		},
		{
			Name: "empty-role-is-null", Turns: []string{"issuer/empty-stays-empty"},
			Tokens: read(func(c *domain.Claims) {
				if c.Role == "" {
					c.Role = "null"
				}
			}),
		},
		{
			Name: "admin-claim-is-app", Turns: []string{"issuer/flags-are-told-apart"},
			Tokens: read(func(c *domain.Claims) { c.Admin = c.Admin && c.App }),
		},
		{
			Name: "enforce-claim-is-app", Turns: []string{"issuer/flags-are-told-apart"},
			Tokens: read(func(c *domain.Claims) { c.EnforceTFA = c.EnforceTFA && c.App }),
		},
		{
			Name: "claims-trimmed", Turns: []string{"issuer/odd-texts"},
			Tokens: read(func(c *domain.Claims) { c.Session = domain.SessionID(strings.TrimSpace(string(c.Session))) }),
		},
		{
			Name: "generation-through-float", Turns: []string{"issuer/big-generation"},
			Tokens: read(func(c *domain.Claims) { c.Generation = int64(float64(c.Generation)) }),
		},
		{
			Name: "claims-local", Turns: []string{"issuer/utc"},
			Tokens: read(func(c *domain.Claims) { c.ExpiresAt = c.ExpiresAt.In(elsewhere()) }),
		},
		{Name: "claim-nul-dropped", Turns: []string{"issuer/keys/nul-is-invalid"}, Tokens: changedClaims(withoutNUL)},
		{Name: "claim-utf8-mended", Turns: []string{"issuer/keys/broken-utf8-is-invalid"}, Tokens: changedClaims(validUTF8)},
		{
			Name: "claim-cut", Turns: []string{"issuer/keys/too-long-is-invalid"},
			Tokens: changedClaims(func(s string) string { return s[:min(len(s), port.MaxKeyBytes)] }),
		},
		{
			Name: "ignores-ctx/issuer.issue", Turns: []string{"ctx/cancelled/issuer.issue"},
			Tokens: func(w contract.TokensWorld) contract.TokensWorld {
				inner := w.Issuer
				w.Issuer = issuer(func(ctx context.Context, c domain.Claims) (string, error) {
					return inner.Issue(context.WithoutCancel(ctx), c)
				})
				return w
			},
		},
	}
}

func verifierFaults() []Fault {
	return []Fault{
		{
			Name: "expires-early", Turns: []string{"verifier/live-to-the-end"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				c, err := inner.Verify(ctx, token, now)
				if err == nil && !now.Before(c.ExpiresAt.Add(-time.Second)) {
					return domain.Claims{}, port.ErrExpired
				}
				return c, err
			}),
		},
		{
			Name: "token-expiry-inclusive", Turns: []string{"verifier/expiry-boundary"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				return inner.Verify(ctx, token, now.Add(-time.Microsecond))
			}),
		},
		{
			Name: "long-expired-is-invalid", Turns: []string{"verifier/long-expired"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				c, err := inner.Verify(ctx, token, now)
				if _, _, unproven, ok := opened(token); ok && now.Sub(unproven.ExpiresAt) > 365*24*time.Hour {
					return c, replaceError(err, port.ErrExpired, port.ErrInvalid)
				}
				return c, err
			}),
		},
		{
			Name: "verifier-own-clock", Turns: []string{"verifier/time-is-an-argument"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				c, err := inner.Verify(ctx, token, now)
				if err == nil && c.ExpiresAt.Before(time.Now().AddDate(-25, 0, 0)) {
					return domain.Claims{}, port.ErrExpired
				}
				return c, err
			}),
		},
		{
			Name: "expiry-before-signature", Turns: []string{"verifier/expired-only-if-nothing-else-is-wrong"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				c, err := inner.Verify(ctx, token, now)
				_, _, unproven, ok := opened(token)
				if late := now.Sub(unproven.ExpiresAt); ok && late > time.Hour && late < 2*time.Hour {
					return c, replaceError(err, port.ErrInvalid, port.ErrExpired)
				}
				return c, err
			}),
		},
		{
			Name: "static-token-is-invalid", Turns: []string{"verifier/no-token-is-not-found"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				c, err := inner.Verify(ctx, token, now)
				if !strings.Contains(token, ".") {
					return c, replaceError(err, port.ErrNotFound, port.ErrInvalid)
				}
				return c, err
			}),
		},
		{
			Name: "issuer-ignored", Turns: []string{"verifier/other-issuer-is-not-found"},
			Tokens: func(w contract.TokensWorld) contract.TokensWorld {
				stranger, ok := w.OtherIssuer.(port.TokenVerifier)
				if !ok {
					panic("faulty: the other issuer has to be one of package fakes")
				}
				return verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
					if c, err := stranger.Verify(ctx, token, now); err == nil {
						return c, nil
					}
					return inner.Verify(ctx, token, now)
				})(w)
			},
		},
		{
			Name: "key-any", Turns: []string{"verifier/other-key", "verifier/changed-byte", "verifier/added-bytes", "verifier/cut-short"},
			Tokens: accepted(func(algorithm, _ string) bool { return algorithm == fakes.Algorithm }),
		},
		{
			Name: "alg-from-header", Turns: []string{"verifier/alg-none"},
			Tokens: accepted(func(algorithm, signature string) bool { return algorithm == "none" && signature == "" }),
		},
		{
			Name: "any-algorithm", Turns: []string{"verifier/other-algorithm"},
			Tokens: accepted(func(algorithm, _ string) bool { return algorithm == "hs512" }),
		},
		{
			Name: "last-byte-not-compared", Turns: []string{"verifier/changed-byte"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				c, err := inner.Verify(ctx, token, now)
				if errors.Is(err, port.ErrInvalid) {
					if trusted, err := endingInAny(ctx, inner, token[:len(token)-1], now); err == nil {
						return trusted, nil
					}
				}
				return c, err
			}),
		},
		{
			Name: "token-trimmed", Turns: []string{"verifier/added-bytes"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				return inner.Verify(ctx, strings.TrimRight(token, "=\n"), now)
			}),
		},
		{
			Name: "signature-prefix-is-enough", Turns: []string{"verifier/cut-short"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				c, err := inner.Verify(ctx, token, now)
				if errors.Is(err, port.ErrInvalid) {
					if trusted, err := endingInAny(ctx, inner, token, now); err == nil {
						return trusted, nil
					}
				}
				return c, err
			}),
		},
		{
			Name: "claims-beside-the-error", Turns: []string{"verifier/claims-are-zero-with-an-error"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				c, err := inner.Verify(ctx, token, now)
				if _, _, unproven, ok := opened(token); ok && errors.Is(err, port.ErrExpired) {
					return unproven, err
				}
				return c, err
			}),
		},
		{
			Name: "ignores-ctx/verifier.verify", Turns: []string{"ctx/cancelled/verifier.verify"},
			Tokens: verified(func(ctx context.Context, inner port.TokenVerifier, token string, now time.Time) (domain.Claims, error) {
				return inner.Verify(context.WithoutCancel(ctx), token, now)
			}),
		},
	}
}
