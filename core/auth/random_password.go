package auth

import (
	"crypto/rand"
	"errors"
)

// ErrNoRandomPassword says that no random password that was tried matches the policy.
var ErrNoRandomPassword = errors.New("no random password that was tried matches the policy")

// The characters of random passwords, 64 at most: letters and digits that are not mistaken for
// others, and symbols that common policies ask for and allow.
const (
	lettersAndDigits = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	symbols          = "!@$%&*?"
)

// randomTries is how many passwords of each form are tried: one may lack by chance what the
// policy asks for.
const randomTries = 64

// RandomPassword returns a password of more than 64 bits that the policy allows, or
// ErrNoRandomPassword. Where the policy does not mind it is of 26 capital letters and digits,
// which are easily typed.
func RandomPassword(policy PasswordPolicy) (string, error) {
	if password := rand.Text(); policy.Allows(password) {
		return password, nil
	}
	for _, alphabet := range []string{lettersAndDigits, lettersAndDigits + symbols} {
		for _, length := range []int{24, 20, 16, 12} {
			for range randomTries {
				if password := randomPassword(alphabet, length); policy.Allows(password) {
					return password, nil
				}
			}
		}
	}
	return "", ErrNoRandomPassword
}

// randomPassword returns a password of that many characters, each of which is any of the alphabet alike.
func randomPassword(alphabet string, length int) string {
	text := make([]byte, 0, length)
	var drawn [1]byte
	for len(text) < length {
		_, _ = rand.Read(drawn[:]) // never fails
		if i := int(drawn[0] & 63); i < len(alphabet) {
			text = append(text, alphabet[i])
		}
	}
	return string(text)
}
