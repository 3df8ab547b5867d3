package intercept

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Hasher returns p with hooks around its methods.
func Hasher(p port.PasswordHasher, h Hooks) port.PasswordHasher { return hasher{p, h} }

type hasher struct {
	inner port.PasswordHasher
	hooks Hooks
}

func (r hasher) Hash(ctx context.Context, password string) (string, error) {
	return asked(ctx, r.hooks, "Hasher.Hash", func() (string, error) { return r.inner.Hash(ctx, password) })
}

func (r hasher) Verify(ctx context.Context, encoded, password string) (ok, rehash bool, err error) {
	type verdict struct{ ok, rehash bool }
	v, err := asked(ctx, r.hooks, "Hasher.Verify", func() (verdict, error) {
		ok, rehash, err := r.inner.Verify(ctx, encoded, password)
		return verdict{ok, rehash}, err
	})
	return v.ok, v.rehash, err
}

// Issuer returns p with hooks around its method.
func Issuer(p port.TokenIssuer, h Hooks) port.TokenIssuer { return issuer{p, h} }

type issuer struct {
	inner port.TokenIssuer
	hooks Hooks
}

func (r issuer) Issue(ctx context.Context, c domain.Claims) (string, error) {
	return asked(ctx, r.hooks, "Issuer.Issue", func() (string, error) { return r.inner.Issue(ctx, c) })
}

// Asserter returns p with hooks around its method.
func Asserter(p port.AssertionIssuer, h Hooks) port.AssertionIssuer { return asserter{p, h} }

type asserter struct {
	inner port.AssertionIssuer
	hooks Hooks
}

func (r asserter) Assert(ctx context.Context, a domain.Assertion) (string, error) {
	return asked(ctx, r.hooks, "Asserter.Assert", func() (string, error) { return r.inner.Assert(ctx, a) })
}

// Verifier returns p with hooks around its method.
func Verifier(p port.TokenVerifier, h Hooks) port.TokenVerifier { return verifier{p, h} }

type verifier struct {
	inner port.TokenVerifier
	hooks Hooks
}

func (r verifier) Verify(ctx context.Context, token string, now time.Time) (domain.Claims, error) {
	return asked(ctx, r.hooks, "Verifier.Verify", func() (domain.Claims, error) { return r.inner.Verify(ctx, token, now) })
}

// PasswordChecker returns p with hooks around its method.
func PasswordChecker(p port.PasswordChecker, h Hooks) port.PasswordChecker {
	return passwordChecker{p, h}
}

type passwordChecker struct {
	inner port.PasswordChecker
	hooks Hooks
}

func (r passwordChecker) Check(ctx context.Context, c port.PasswordCandidate) (port.PasswordWeakness, error) {
	return asked(ctx, r.hooks, "PasswordChecker.Check", func() (port.PasswordWeakness, error) { return r.inner.Check(ctx, c) })
}
