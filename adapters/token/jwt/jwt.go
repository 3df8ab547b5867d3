// Package jwt signs and reads access tokens: JSON Web Tokens (RFC 7519) in compact form. They
// are signed with HMAC-SHA-256 (HS256 of RFC 7518, section 3.2) under a secret that the operator
// shares with whoever verifies them, or with Ed25519 (EdDSA of RFC 8037) or ECDSA on P-256
// (ES256 of RFC 7518, section 3.4) under keys of which everybody may know the public half. There
// is one algorithm at a time: a token of another one is refused, whoever has signed it.
//
// The claims are id, role, app_access, admin_access, session, gen, iat, exp and iss. An
// empty role is null; an empty session and generation 0 are left out and read back as such.
package jwt

import (
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

// The algorithms, by their names in the header of a token.
const (
	HS256 = "HS256"
	EdDSA = "EdDSA"
	ES256 = "ES256"
)

// Config says which tokens are ours.
type Config struct {
	// Algorithm is HS256, EdDSA or ES256; empty means HS256.
	Algorithm string

	// Keys sign and verify with EdDSA and ES256. Nil with HS256.
	Keys KeySource

	// Secret signs, and verifies, with HS256. At least MinSecretBytes, random. None with
	// another algorithm: a secret and key pairs are never taken together (RFC 8725, 2.1).
	Secret []byte

	// Previous secrets still verify, so that a change of Secret logs nobody out. They
	// are held to the same rules; none is fine.
	Previous [][]byte

	// Issuer is the `iss` claim; empty means DefaultIssuer.
	Issuer string
}

// Tokens issues and verifies access tokens. It is safe for concurrent use.
type Tokens struct {
	method jwt.SigningMethod
	keys   keys
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
	method, keys, err := keysOf(c)
	if err != nil {
		return nil, err
	}
	t := &Tokens{
		method: method,
		keys:   keys,
		issuer: c.Issuer,
		// Claims are checked in claims.go and not by the library: there the time is an
		// argument, the types are those of the wire and expiry is told from the rest.
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{method.Alg()}),
			jwt.WithStrictDecoding(),
			jwt.WithoutClaimsValidation(),
		),
	}
	if t.issuer == "" {
		t.issuer = DefaultIssuer
	}
	if err := port.CheckKey(t.issuer); err != nil {
		return nil, fmt.Errorf("jwt: issuer: %w", err)
	}
	return t, nil
}
