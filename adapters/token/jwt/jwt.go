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

	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	// MinSecretBytes is the shortest secret that New takes: the size of the hash, as RFC
	// 7518, section 3.2, wants it.
	MinSecretBytes = 32

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
			jwt.WithJSONNumber(),
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

// minDistinct is how many different bytes a secret holds at least. Random ones have more,
// whatever they are spelt in, decimal digits included.
const minDistinct = 6

func checkSecret(secret []byte) error {
	if len(secret) < MinSecretBytes {
		return fmt.Errorf("%d bytes, at least %d are needed", len(secret), MinSecretBytes)
	}
	var seen [256]bool
	distinct := 0
	for _, b := range secret {
		if !seen[b] {
			seen[b] = true
			distinct++
		}
	}
	if distinct < minDistinct {
		return errors.New("repeats a few bytes, random ones are needed")
	}
	for _, known := range publishedSecrets() {
		if string(secret) == known {
			return errors.New("is an example from published documentation, random bytes are needed")
		}
	}
	return nil
}

// publishedSecrets lists values of sufficient length that set-up guides print and that get
// copied along with the rest.
func publishedSecrets() []string {
	return []string{
		"replace-with-secure-random-value",
		"6116487b-cda1-52c2-b5b5-c8022c45e263",
		"255d861b-5ea1-5996-9aa3-922530ec40b1",
		"your-256-bit-secret-your-256-bit-secret",
		"a-string-secret-at-least-256-bits-long",
	}
}
