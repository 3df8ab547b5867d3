package jwt

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// KeySource has the key pairs of EdDSA and ES256. It is safe for concurrent use, and answers
// from memory nearly always: it is asked for each token.
type KeySource interface {
	// SigningKey returns the key that signs now, and its `kid`. The key is an
	// ed25519.PrivateKey or an *ecdsa.PrivateKey on P-256.
	SigningKey(ctx context.Context) (kid string, key crypto.Signer, err error)

	// PublicKey returns the key of exactly that `kid`, or port.ErrNotFound. Any other
	// error says that it could not be found out.
	PublicKey(ctx context.Context, kid string) (crypto.PublicKey, error)
}

// keys is where the one algorithm has its keys from.
type keys interface {
	// signing returns the key to sign with, and its kid, which is empty where tokens name
	// none.
	signing(ctx context.Context) (kid string, key any, err error)

	// asserting returns the key to sign assertions for the audience with, likewise.
	asserting(ctx context.Context, audience string) (kid string, key any, err error)

	// verifying returns what the library verifies a token of that header with.
	verifying(ctx context.Context, header map[string]any) (any, error)
}

// keysOf returns the algorithm of c and its keys.
func keysOf(c Config) (jwt.SigningMethod, keys, error) {
	switch c.Algorithm {
	case "", HS256:
		if c.Keys != nil {
			return nil, nil, errors.New("jwt: key pairs, and the algorithm is HS256")
		}
		secrets, err := secretsOf(c)
		return jwt.SigningMethodHS256, secrets, err
	case EdDSA, ES256:
		if c.Keys == nil || len(c.Secret) > 0 || len(c.Previous) > 0 {
			return nil, nil, fmt.Errorf("jwt: algorithm %s wants key pairs and no secret", c.Algorithm)
		}
		return jwt.GetSigningMethod(c.Algorithm), pairs{c.Keys, c.Algorithm}, nil
	}
	return nil, nil, fmt.Errorf("jwt: unknown algorithm %q", c.Algorithm)
}

// secrets are those of HS256: the one that signs first. Tokens do not name theirs.
type secrets [][]byte

func secretsOf(c Config) (secrets, error) {
	if err := checkSecret(c.Secret); err != nil {
		return nil, fmt.Errorf("jwt: secret: %w", err)
	}
	list := secrets{bytes.Clone(c.Secret)}
	for i, p := range c.Previous {
		if err := checkSecret(p); err != nil {
			return nil, fmt.Errorf("jwt: previous secret %d: %w", i+1, err)
		}
		list = append(list, bytes.Clone(p))
	}
	return list, nil
}

func checkSecret(secret []byte) error {
	if weakness := domain.SecretWeakness(string(secret)); weakness != "" {
		return errors.New(weakness)
	}
	return nil
}

func (s secrets) signing(context.Context) (string, any, error) { return "", s[0], nil }

func (s secrets) asserting(_ context.Context, audience string) (string, any, error) {
	key, err := AssertionKey(s[0], audience)
	return "", key, err
}

func (s secrets) verifying(context.Context, map[string]any) (any, error) {
	var set jwt.VerificationKeySet
	for _, secret := range s {
		set.Keys = append(set.Keys, secret)
	}
	return set, nil
}

// pairs are the key pairs of one algorithm.
type pairs struct {
	source    KeySource
	algorithm string
}

func (p pairs) signing(ctx context.Context) (string, any, error) {
	kid, key, err := p.source.SigningKey(ctx)
	if err != nil {
		return "", nil, err
	}
	if !isOf(p.algorithm, key.Public()) {
		return "", nil, errOtherAlgorithm
	}
	return kid, key, nil
}

// asserting is signing: whoever can verify with such a key can make nothing with it.
func (p pairs) asserting(ctx context.Context, _ string) (string, any, error) { return p.signing(ctx) }

// verifying takes the key that the header names, and no other.
func (p pairs) verifying(ctx context.Context, header map[string]any) (any, error) {
	kid, _ := header["kid"].(string)
	if kid == "" {
		return nil, fmt.Errorf("no key is named: %w", port.ErrNotFound)
	}
	key, err := p.source.PublicKey(ctx, kid)
	if err != nil {
		return nil, err
	}
	if !isOf(p.algorithm, key) {
		return nil, errOtherAlgorithm
	}
	return key, nil
}

var errOtherAlgorithm = errors.New("the key is one of another algorithm")

func isOf(algorithm string, key crypto.PublicKey) bool {
	switch key := key.(type) {
	case ed25519.PublicKey:
		return algorithm == EdDSA
	case *ecdsa.PublicKey:
		return algorithm == ES256 && key.Curve == elliptic.P256()
	}
	return false
}
