package domain

import (
	"crypto/sha256"
	"encoding/base64"
)

// SecretHash is the SHA-256 of a secret that we hand out and never keep. A fast hash is
// enough, since the secrets are random and long; a leaked database holds nothing that
// logs in.
type SecretHash [sha256.Size]byte

// HashSecret returns what is stored of secret.
func HashSecret(secret string) SecretHash { return sha256.Sum256([]byte(secret)) }

// SessionIDOf returns the ID of the session whose refresh tokens begin with selector: the
// first 22 characters of base64url(SHA-256("session:" + selector)). Whoever reads IDs, in
// claims, lists, events or the database, learns no selector from them.
func SessionIDOf(selector string) SessionID {
	sum := sha256.Sum256([]byte("session:" + selector))
	return SessionID(base64.RawURLEncoding.EncodeToString(sum[:])[:22])
}
