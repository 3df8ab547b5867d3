// Package jwt signs and reads access tokens: JSON Web Tokens (RFC 7519) in compact form,
// signed with HMAC-SHA-256 (HS256 of RFC 7518, section 3.2) under a secret that the operator
// shares with whoever verifies them.
//
// The claims are id, role, app_access, admin_access, session, gen, iat, exp and iss. An
// empty role is null; an empty session and generation 0 are left out and read back as such.
package jwt

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	// MinSecretBytes is the shortest secret that New takes.
	MinSecretBytes = domain.MinSecretBytes

	// MaxTokenBytes is the longest token that Verify looks into.
	MaxTokenBytes = 8 << 10

	// DefaultIssuer is the `iss` that clients and verifiers of the wire format expect.
	DefaultIssuer = "directus"
)

// Config says which tokens are ours.
type Config struct {
	// Secret signs, and verifies. At least MinSecretBytes, random.
	Secret []byte

	// Previous secrets still verify, so that a change of Secret logs nobody out. They
	// are held to the same rules; none is fine.
	Previous [][]byte

	// Issuer is the `iss` claim; empty means DefaultIssuer.
	Issuer string
}

// Tokens issues and verifies access tokens. It is safe for concurrent use.
type Tokens struct {
	secret []byte
	keys   jwt.VerificationKeySet
	issuer string
	parser *jwt.Parser
}

var (
	_ port.TokenIssuer   = (*Tokens)(nil)
	_ port.TokenVerifier = (*Tokens)(nil)
)

// New returns the Tokens of c. It refuses secrets that are short, that are printed in
// somebody's documentation, or that repeat a few bytes: whoever guesses one is everybody.
func New(c Config) (*Tokens, error) {
	if err := checkSecret(c.Secret); err != nil {
		return nil, fmt.Errorf("jwt: secret: %w", err)
	}
	t := &Tokens{
		secret: bytes.Clone(c.Secret),
		issuer: c.Issuer,
		// Claims are checked in claims.go and not by the library: there the time is an
		// argument, the types are those of the wire and expiry is told from the rest.
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithStrictDecoding(),
			jwt.WithoutClaimsValidation(),
		),
	}
	t.keys.Keys = append(t.keys.Keys, t.secret)
	for i, p := range c.Previous {
		if err := checkSecret(p); err != nil {
			return nil, fmt.Errorf("jwt: previous secret %d: %w", i+1, err)
		}
		t.keys.Keys = append(t.keys.Keys, bytes.Clone(p))
	}
	if t.issuer == "" {
		t.issuer = DefaultIssuer
	}
	if err := port.CheckKey(t.issuer); err != nil {
		return nil, fmt.Errorf("jwt: issuer: %w", err)
	}
	return t, nil
}

func checkSecret(secret []byte) error {
	if weakness := domain.SecretWeakness(string(secret)); weakness != "" {
		return errors.New(weakness)
	}
	return nil
}
