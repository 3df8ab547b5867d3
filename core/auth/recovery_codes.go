package auth

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	// RecoveryCodes is how many there are after EnableTFA and RenewRecoveryCodes.
	RecoveryCodes = 10
	// recoveryCodeLength is that of a code without its hyphen: 50 bits, of which nobody can try
	// more than TFAAccount allows.
	recoveryCodeLength = 10
)

// newRecoveryCodes returns codes as people get them, and what is kept of them.
func newRecoveryCodes(secret []byte) (codes []string, hashes []domain.SecretHash) {
	for range RecoveryCodes {
		text := strings.ToLower(rand.Text()[:recoveryCodeLength])
		code := text[:recoveryCodeLength/2] + "-" + text[recoveryCodeLength/2:]
		hash, _ := hashRecoveryCode(secret, code)
		codes, hashes = append(codes, code), append(hashes, hash)
	}
	return codes, hashes
}

// hashRecoveryCode returns what is kept of a code, and false for what can be none. The key comes from
// the secret of the second factor, which is sealed: a code is short enough to be typed, and
// somebody who has nothing but the database could otherwise find it by trying. Case, blanks and hyphens do not matter.
func hashRecoveryCode(secret []byte, code string) (domain.SecretHash, bool) {
	if len(code) > maxCodeBytes {
		return domain.SecretHash{}, false
	}
	plain := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	if len(plain) != recoveryCodeLength || strings.Trim(plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return domain.SecretHash{}, false
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "sallyport recovery code", sha256.Size)
	if err != nil {
		return domain.SecretHash{}, false // of a length that is too great, which it is not
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(plain))
	return domain.SecretHash(mac.Sum(nil)), true
}

// withoutCode returns the hashes but that one, and whether it was there. It looks at all of them,
// whichever it is.
func withoutCode(hashes []domain.SecretHash, code domain.SecretHash) (left []domain.SecretHash, found bool) {
	for _, hash := range hashes {
		if subtle.ConstantTimeCompare(hash[:], code[:]) == 1 {
			found = true
		} else {
			left = append(left, hash)
		}
	}
	return left, found
}
