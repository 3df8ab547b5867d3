package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// errUnopened says that the data key under which something was sealed is not among those
// that are configured, or that what was sealed has been changed.
var errUnopened = errors.New("not sealed under DATA_KEY or one of DATA_KEY_PREVIOUS, or changed since")

// Sealer encrypts what has to be read back, and shows whether it was changed: AES-256-GCM
// (NIST SP 800-38D) under keys that are derived from the data key for one purpose. What it
// seals names its key, so that a change of the data key leaves it readable as long as the
// earlier one is known. It is safe for concurrent use.
type Sealer struct {
	current string // the ID of the key that seals
	ciphers map[string]cipher.AEAD
}

// sealedForm begins what a Sealer has sealed, so that a later form can be told from it.
const sealedForm = "1"

// NewSealer derives the keys for a purpose from the data key and from those that it
// replaced, by HKDF with SHA-256 (RFC 5869). It refuses a key of less than MinDataKeyBytes.
func NewSealer(purpose string, current []byte, previous ...[]byte) (*Sealer, error) {
	s := &Sealer{ciphers: map[string]cipher.AEAD{}}
	for _, dataKey := range append([][]byte{current}, previous...) {
		if len(dataKey) < MinDataKeyBytes {
			return nil, fmt.Errorf("data key of %d bytes: want at least %d", len(dataKey), MinDataKeyBytes)
		}
		// The ID is derived beside the key and tells nothing of it.
		derived, err := hkdf.Key(sha256.New, dataKey, nil, "sallyport sealed "+purpose, 32+sealingIDBytes)
		if err != nil {
			return nil, fmt.Errorf("derive sealing key: %w", err)
		}
		block, err := aes.NewCipher(derived[:32])
		if err != nil {
			return nil, fmt.Errorf("make sealing cipher: %w", err)
		}
		gcm, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("make sealing cipher: %w", err)
		}
		id := base64.RawURLEncoding.EncodeToString(derived[32:])
		s.ciphers[id] = gcm
		if s.current == "" {
			s.current = id
		}
	}
	return s, nil
}

const sealingIDBytes = 6

// Seal encrypts secret. What it returns is text of the URL alphabet, opens only beside the
// same context, and is another each time.
func (s *Sealer) Seal(secret []byte, context string) string {
	sealed := s.ciphers[s.current].Seal(nil, nil, secret, []byte(context))
	return sealedForm + "." + s.current + "." + base64.RawURLEncoding.EncodeToString(sealed)
}

// Open returns what Seal was given.
func (s *Sealer) Open(sealed, context string) ([]byte, error) {
	form, rest, _ := strings.Cut(sealed, ".")
	id, text, _ := strings.Cut(rest, ".")
	gcm, known := s.ciphers[id]
	if form != sealedForm || !known {
		return nil, errUnopened
	}
	encrypted, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errUnopened
	}
	secret, err := gcm.Open(nil, nil, encrypted, []byte(context))
	if err != nil {
		return nil, errUnopened
	}
	return secret, nil
}

// isCurrent reports whether the key in use has sealed it.
func (s *Sealer) isCurrent(sealed string) bool {
	return strings.HasPrefix(sealed, sealedForm+"."+s.current+".")
}
