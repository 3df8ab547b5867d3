package domain

import "time"

// SigningKey is a key pair that signs access tokens, as it is stored: nobody who reads the
// store can sign with it.
type SigningKey struct {
	ID        string // the `kid` of its tokens: the thumbprint of the public key (RFC 7638)
	Algorithm string // `alg` of its tokens (RFC 7518, RFC 8037): "EdDSA" or "ES256"
	Number    int64  // its place among the keys of the algorithm, from 1 on: the latest has the greatest

	// Sealed is the key pair, encrypted and authenticated under a key derived from the
	// data key.
	Sealed string

	CreatedAt time.Time // published since
	SignsFrom time.Time // until then it is only published, so that everybody can fetch it
}
