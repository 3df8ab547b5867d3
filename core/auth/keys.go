package auth

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// MinDataKeyBytes is the shortest data key that NewKeys takes.
const MinDataKeyBytes = 32

// Keys are the secrets under which the core derives its own. Each purpose has a key of its
// own, so that nothing made for one can stand in for another. The first of a list is in
// use; the others only recognise what was made before a change of the data key.
type Keys struct {
	refresh [][]byte
	session [][]byte
	device  [][]byte
	links   map[domain.Purpose][][]byte
	oauth   *Sealer // of what a browser carries to a provider and back
	totp    *Sealer // of the secrets of second factors
}

// NewKeys derives the keys from the data key and from those that it replaced, newest
// first, by HKDF with SHA-256 (RFC 5869). It refuses a key of less than MinDataKeyBytes.
func NewKeys(current []byte, previous ...[]byte) (Keys, error) {
	k := Keys{links: map[domain.Purpose][][]byte{}}
	for _, dataKey := range append([][]byte{current}, previous...) {
		if len(dataKey) < MinDataKeyBytes {
			return Keys{}, fmt.Errorf("data key of %d bytes: want at least %d", len(dataKey), MinDataKeyBytes)
		}
		refresh, err := hkdf.Key(sha256.New, dataKey, nil, "sallyport refresh token", sha256.Size)
		if err != nil {
			return Keys{}, fmt.Errorf("derive refresh key: %w", err)
		}
		session, err := hkdf.Key(sha256.New, dataKey, nil, "sallyport session cookie", sha256.Size)
		if err != nil {
			return Keys{}, fmt.Errorf("derive session key: %w", err)
		}
		device, err := hkdf.Key(sha256.New, dataKey, nil, "sallyport device", sha256.Size)
		if err != nil {
			return Keys{}, fmt.Errorf("derive device key: %w", err)
		}
		for purpose, label := range linkLabels() {
			key, err := hkdf.Key(sha256.New, dataKey, nil, label, sha256.Size)
			if err != nil {
				return Keys{}, fmt.Errorf("derive key of %s links: %w", purpose, err)
			}
			k.links[purpose] = append(k.links[purpose], key)
		}
		k.refresh = append(k.refresh, refresh)
		k.session = append(k.session, session)
		k.device = append(k.device, device)
	}
	sealer, err := NewSealer("oauth state", current, previous...)
	if err != nil {
		return Keys{}, err
	}
	k.oauth = sealer
	if k.totp, err = NewSealer("second factor", current, previous...); err != nil {
		return Keys{}, err
	}
	return k, nil
}

// successor derives the secret that follows secret in the session, under the key of that
// index. The same input gives the same successor, which is what makes rotation idempotent.
func (k Keys) successor(key int, id domain.SessionID, secret string) string {
	mac := hmac.New(sha256.New, k.refresh[key])
	mac.Write([]byte(id))
	mac.Write([]byte{0}) // IDs hold no NUL, so that no two pairs make one input
	mac.Write([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:secretLength]
}

// linkLabels tell the keys of links apart, by what the links are for.
func linkLabels() map[domain.Purpose]string {
	return map[domain.Purpose]string{
		domain.PurposePasswordReset: "sallyport password reset",
		domain.PurposeInvitation:    "sallyport invitation",
		domain.PurposeRegistration:  "sallyport registration",
		domain.PurposeEmailChange:   "sallyport change of address",
	}
}

// linkSecrets derives the tokens of that purpose that the letter may bring, each of 43
// characters: that under the key in use first. Every attempt at a letter brings the same one, so
// that it does not matter which of them arrives.
func (k Keys) linkSecrets(purpose domain.Purpose, letter string) []string {
	var secrets []string
	for _, key := range k.links[purpose] {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(letter))
		secrets = append(secrets, base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
	}
	return secrets
}

// generationSecret derives what the row of a session-mode session holds at generation.
// Nobody carries it: the cookie is signed, and names its generation.
func (k Keys) generationSecret(key int, id domain.SessionID, generation int64) domain.SecretHash {
	mac := hmac.New(sha256.New, k.session[key])
	mac.Write([]byte(id))
	mac.Write([]byte{0})
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(generation)))
	return domain.SecretHash(mac.Sum(nil))
}

// madeSecretOf reports whether one of the keys made the secret of a session in session mode.
func (k Keys) madeSecretOf(s domain.Session) bool {
	return k.generationSecretLike(s.Secret, s.ID, s.Generation) == s.Secret
}

// generationSecretLike returns the secret of generation under the key that made stored, if
// one of them did, and otherwise under the key in use.
func (k Keys) generationSecretLike(stored domain.SecretHash, id domain.SessionID, generation int64) domain.SecretHash {
	for key := range k.session {
		if secret := k.generationSecret(key, id, generation); secret == stored {
			return secret
		}
	}
	return k.generationSecret(0, id, generation)
}
