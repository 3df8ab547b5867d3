package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// The algorithms of access tokens, as their `alg` (RFC 7518, section 3.1; RFC 8037).
const (
	AlgorithmHS256 = "HS256" // HMAC under a shared secret: there is no key to publish
	AlgorithmEdDSA = "EdDSA" // with Ed25519 and no other curve
	AlgorithmES256 = "ES256" // ECDSA on P-256
)

// keyPair is a signing key, opened.
type keyPair struct {
	domain.SigningKey
	signer crypto.Signer
	public jwk
}

// jwk is a public key as a JSON Web Key (RFC 7517; RFC 8037 for Ed25519). Without Kid, Alg
// and Use its members are in the order that a thumbprint wants.
type jwk struct {
	Crv string `json:"crv"`
	Kty string `json:"kty"`
	X   string `json:"x"`
	Y   string `json:"y,omitempty"`
	Kid string `json:"kid,omitempty"`
	Alg string `json:"alg,omitempty"`
	Use string `json:"use,omitempty"`
}

// generateSigner makes a key pair for the algorithm.
func generateSigner(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case AlgorithmEdDSA:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	case AlgorithmES256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return nil, fmt.Errorf("algorithm %q has no key pairs", algorithm)
}

// publicJWK returns the public key with its thumbprint as its ID, or an error when it is
// none of the algorithm.
func publicJWK(key crypto.PublicKey, algorithm string) (jwk, error) {
	encode := base64.RawURLEncoding.EncodeToString
	var public jwk
	switch key := key.(type) {
	case ed25519.PublicKey:
		if algorithm != AlgorithmEdDSA {
			return jwk{}, errWrongKey
		}
		public = jwk{Kty: "OKP", Crv: "Ed25519", X: encode(key)}
	case *ecdsa.PublicKey:
		point, err := key.Bytes() // 4, X, Y (SEC 1, section 2.3.3)
		if algorithm != AlgorithmES256 || err != nil || len(point) != 1+2*32 {
			return jwk{}, errWrongKey
		}
		public = jwk{Kty: "EC", Crv: "P-256", X: encode(point[1:33]), Y: encode(point[33:])}
	default:
		return jwk{}, errWrongKey
	}
	thumbprint, err := public.thumbprint()
	if err != nil {
		return jwk{}, err
	}
	public.Kid, public.Alg, public.Use = thumbprint, algorithm, "sig"
	return public, nil
}

var errWrongKey = errors.New("key pair is not of its algorithm")

// thumbprint returns that of RFC 7638 with SHA-256: 43 characters. It asks for a key with its
// required members alone.
func (k jwk) thumbprint() (string, error) {
	text, err := json.Marshal(k)
	if err != nil {
		return "", fmt.Errorf("thumbprint: %w", err)
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// sealingContext binds a sealed key pair to the record that holds it, so that none can be put
// in the place of another.
func sealingContext(k domain.SigningKey) string { return k.Algorithm + "\x00" + k.ID }

// sealKeyPair makes the record of a new key pair; its place and its times are the caller's.
func sealKeyPair(s *Sealer, algorithm string, signer crypto.Signer) (domain.SigningKey, error) {
	public, err := publicJWK(signer.Public(), algorithm)
	if err != nil {
		return domain.SigningKey{}, err
	}
	text, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		return domain.SigningKey{}, fmt.Errorf("encode key pair: %w", err)
	}
	k := domain.SigningKey{ID: public.Kid, Algorithm: algorithm}
	k.Sealed = s.Seal(text, sealingContext(k))
	return k, nil
}

// openKeyPair trusts nothing but what was sealed: the public key is that of the private one,
// and the ID has to be its thumbprint.
func openKeyPair(s *Sealer, k domain.SigningKey) (keyPair, error) {
	text, err := s.Open(k.Sealed, sealingContext(k))
	if err != nil {
		return keyPair{}, err
	}
	private, err := x509.ParsePKCS8PrivateKey(text)
	if err != nil {
		return keyPair{}, errors.New("no key pair was sealed") // the parser's text may repeat what it read
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return keyPair{}, errWrongKey
	}
	public, err := publicJWK(signer.Public(), k.Algorithm)
	if err != nil {
		return keyPair{}, err
	}
	if public.Kid != k.ID {
		return keyPair{}, errWrongKey
	}
	return keyPair{SigningKey: k, signer: signer, public: public}, nil
}
