package jwt

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	// AssertionType is the `typ` of an assertion (RFC 8725, section 3.11).
	AssertionType = "assertion+jwt"

	// AssertionScope is the claim `scope` of an assertion, for those who do not look at `typ`.
	AssertionScope = "assertion"
)

var _ port.AssertionIssuer = (*Tokens)(nil)

// Assert implements port.AssertionIssuer. The claims are iss, sub, aud, email, role, scope, iat
// and exp; an empty address is left out, and an empty role is null. With EdDSA and ES256 the key
// is the one of access tokens, which is published. With HS256 it is AssertionKey of the secret in
// use, so that no application can make assertions for another.
func (t *Tokens) Assert(ctx context.Context, a domain.Assertion) (string, error) {
	token, err := t.assert(ctx, a)
	if err != nil {
		return "", fmt.Errorf("jwt: assert: %w", err)
	}
	return token, nil
}

func (t *Tokens) assert(ctx context.Context, a domain.Assertion) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := checkAssertion(a); err != nil {
		return "", err
	}
	kid, key, err := t.keys.asserting(ctx, a.Audience)
	if err != nil {
		return "", fmt.Errorf("find the signing key: %w", err)
	}
	claims := jwt.MapClaims{
		claimIssuer: t.issuer, "sub": a.Subject, "aud": a.Audience, claimScope: AssertionScope,
		claimRole: nil, claimIssuedAt: a.IssuedAt.Unix(), claimExpiry: a.ExpiresAt.Unix(),
	}
	if a.Email != "" {
		claims["email"] = a.Email
	}
	if a.Role != "" {
		claims[claimRole] = a.Role
	}
	return t.signed(claims, AssertionType, kid, key)
}

func checkAssertion(a domain.Assertion) error {
	if err := port.CheckKey(a.Audience, string(a.Subject), string(a.Email), string(a.Role)); err != nil {
		return err
	}
	if a.Subject == "" || a.Audience == "" {
		return fmt.Errorf("no subject or no audience: %w", port.ErrInvalid)
	}
	if !wholeSecond(a.IssuedAt) || !wholeSecond(a.ExpiresAt) {
		return fmt.Errorf("time that is no whole second: %w", port.ErrInvalid)
	}
	return nil
}

// AssertionKey is the key of HS256 that signs assertions for one audience: 32 bytes, derived from
// the secret of access tokens by HKDF with SHA-256 (RFC 5869), no salt, and the info "sallyport
// assertion " before the audience. Whoever has it can make no access token.
func AssertionKey(secret []byte, audience string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "sallyport assertion "+audience, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("jwt: derive assertion key: %w", err)
	}
	return key, nil
}
