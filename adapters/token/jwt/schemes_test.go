package jwt

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// scheme is one algorithm, with Tokens of it and the means to forge for them.
type scheme struct {
	algorithm string
	tokens    *Tokens
	kid       string                  // empty with HS256
	sign      func([]byte) []byte     // under the key of tokens
	key       crypto.Signer           // nil with HS256
	secret    []byte                  // nil but with HS256
	stranger  func(testing.TB) scheme // another service of the same algorithm
}

// eachScheme runs a test for each algorithm there is.
func eachScheme(t *testing.T, test func(t *testing.T, s scheme)) {
	t.Helper()
	for _, algorithm := range []string{HS256, EdDSA, ES256} {
		t.Run(algorithm, func(t *testing.T) { test(t, newScheme(t, algorithm)) })
	}
}

func newScheme(t testing.TB, algorithm string) scheme {
	t.Helper()
	s := scheme{algorithm: algorithm, stranger: func(t testing.TB) scheme { return newScheme(t, algorithm) }}
	if algorithm == HS256 {
		s.secret = testSecret(t)
		s.tokens = newTokens(t, Config{Secret: s.secret})
		s.sign = func(text []byte) []byte { return []byte(sign(s.secret, string(text))) }
		return s
	}
	s.kid = "kid-of-ours"
	s.key = newKey(t, algorithm)
	s.sign = func(text []byte) []byte { return signWith(t, s.key, text) }
	s.tokens = newTokens(t, Config{Algorithm: algorithm, Keys: heldKeys{s.kid, map[string]crypto.Signer{s.kid: s.key}}})
	return s
}

// heldKeys is a KeySource of fixed keys.
type heldKeys struct {
	signing string
	keys    map[string]crypto.Signer
}

func (h heldKeys) SigningKey(context.Context) (string, crypto.Signer, error) {
	return h.signing, h.keys[h.signing], nil
}

func (h heldKeys) PublicKey(_ context.Context, kid string) (crypto.PublicKey, error) {
	key, known := h.keys[kid]
	if !known {
		return nil, fmt.Errorf("key: %w", port.ErrNotFound)
	}
	return key.Public(), nil
}

func newKey(t testing.TB, algorithm string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	if algorithm == EdDSA {
		_, key, err = ed25519.GenerateKey(rand.Reader)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatalf("make key: %v", err)
	}
	return key
}

// signWith signs with nothing but the standard library.
func signWith(t testing.TB, key crypto.Signer, text []byte) []byte {
	t.Helper()
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(key, text)
	case *ecdsa.PrivateKey:
		sum := sha256.Sum256(text)
		return signHash(t, key, sum[:])
	}
	t.Fatalf("no key to sign with: %T", key)
	return nil
}

// signHash returns r and s, each of 32 bytes (RFC 7518, section 3.4).
func signHash(t testing.TB, key *ecdsa.PrivateKey, sum []byte) []byte {
	t.Helper()
	r, s, err := ecdsa.Sign(rand.Reader, key, sum)
	if err != nil {
		t.Fatalf("sign: %v", err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signature
}

// header returns that of an honest token.
func (s scheme) header() string { return s.headerOf(`"` + s.algorithm + `"`) }

// headerOf returns a header of alg, which is JSON, with more members, such as `"crit":[]`.
func (s scheme) headerOf(alg string, more ...string) string {
	h := `{"alg":` + alg + `,"typ":"JWT"`
	if s.kid != "" {
		h += `,"kid":"` + s.kid + `"`
	}
	for _, m := range more {
		h += "," + m
	}
	return h + "}"
}

// forge signs header and payload as they are, under the key of the service.
func (s scheme) forge(header, payload string) string {
	signed := segment(header) + "." + segment(payload)
	return signed + "." + segment(string(s.sign([]byte(signed))))
}

// padded is forge of an honest header, but ends the payload with =, of which there has to be one at least.
func (s scheme) padded(payload string) string {
	for len(payload)%3 == 0 {
		payload += " "
	}
	signed := segment(s.header()) + "." + base64.URLEncoding.EncodeToString([]byte(payload))
	return signed + "." + segment(string(s.sign([]byte(signed))))
}

// accept wants the honest token of s to be taken, or what is refused beside it proves nothing.
func (s scheme) accept(t testing.TB, token string) {
	t.Helper()
	if _, err := s.tokens.Verify(t.Context(), token, now); err != nil {
		t.Fatalf("an honest token: %v", err)
	}
}
