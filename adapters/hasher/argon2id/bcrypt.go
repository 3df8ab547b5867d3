package argon2id

import (
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// maxBcryptBytes is how much of a password bcrypt looks at.
const maxBcryptBytes = 72

// isBcrypt reports whether text is a bcrypt string of one of the versions without known
// defects, with a cost up to MaxBcryptCost:
//
//	$2b$10$<22 characters of salt><31 characters of hash>
func isBcrypt(text string) bool {
	const (
		length   = 60
		alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	)
	if len(text) != length || text[0] != '$' || text[3] != '$' || text[6] != '$' {
		return false
	}
	switch text[1:3] {
	case "2a", "2b", "2y":
	default:
		return false
	}
	tens, ones := text[4], text[5]
	if tens < '0' || tens > '9' || ones < '0' || ones > '9' {
		return false
	}
	work := int(tens-'0')*10 + int(ones-'0')
	return work >= bcrypt.MinCost && work <= MaxBcryptCost &&
		strings.Trim(text[7:], alphabet) == ""
}

// fitsBcrypt reports whether bcrypt can tell password from every other. It cuts at 72
// bytes; and since it repeats the password with a NUL between, "a" and "a\x00a" are one to
// it.
func fitsBcrypt(password string) bool {
	return len(password) <= maxBcryptBytes && !strings.Contains(password, "\x00")
}
