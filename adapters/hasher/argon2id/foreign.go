package argon2id

import (
	"fmt"
	"strconv"
	"strings"
)

// Bounds of what an encoding of another service holds. Its tag has to be as long as one of ours.
const (
	minForeignSalt = 4
	maxForeignSalt = 128
)

// foreign is the parsed encoding of a function that is verified here and never made.
type foreign interface {
	// memoryKiB is what matches needs at a time.
	memoryKiB() uint32

	// matches reports whether the password fits, comparing in constant time.
	matches(password []byte) (bool, error)

	String() string
}

// parseForeign reads the encodings of scrypt and PBKDF2, in their one spelling.
func parseForeign(text string) (foreign, bool) {
	if len(text) > maxEncodedBytes {
		return nil, false
	}
	parts := strings.Split(text, "$")
	if len(parts) != 5 || parts[0] != "" {
		return nil, false
	}
	salt, saltErr := phcBase64().DecodeString(parts[3])
	tag, tagErr := phcBase64().DecodeString(parts[4])
	if saltErr != nil || tagErr != nil ||
		len(salt) < minForeignSalt || len(salt) > maxForeignSalt || len(tag) < minTagLength || len(tag) > maxTagLength {
		return nil, false
	}
	var f foreign
	var ok bool
	if strings.HasPrefix(parts[1], "pbkdf2-") {
		f, ok = newPBKDF2(parts[1], parts[2], salt, tag)
	} else {
		f, ok = newScrypt(parts[1], parts[2], salt, tag)
	}
	if !ok || f.String() != text {
		return nil, false
	}
	return f, true
}

// Check returns port.ErrInvalid unless a Hasher verifies passwords against encoded, which it does
// for argon2id, argon2i, bcrypt, scrypt and PBKDF2 within the ceilings. It computes nothing.
func Check(encoded string) error {
	if isBcrypt(encoded) {
		return nil
	}
	if _, ok := parseForeign(encoded); ok {
		return nil
	}
	if _, err := parsePHC(encoded); err != nil {
		return fmt.Errorf("argon2id: check: %w", err)
	}
	return nil
}

// checkForeign is how an encoding of another service is verified. How many blocks of Argon2 its
// work is worth depends on the machine: a whole hash on top is never too little.
func (h *Hasher) checkForeign(f foreign) check {
	peak := h.current
	peak.memoryKiB = max(peak.memoryKiB, f.memoryKiB())
	return check{peak: peak, rehash: true, run: func(password []byte) (bool, error) {
		h.burn(h.current, password)
		matches, err := h.foreign(f, password)
		return matches && !endsInNUL(password), err
	}}
}

// endsInNUL is true of passwords that HMAC, on which these functions rest, takes for those without
// their end: it fills its key up with NULs (RFC 2104).
func endsInNUL(password []byte) bool {
	return len(password) > 0 && password[len(password)-1] == 0
}

// parameters reads "a=1,b=2" for the names in their order, and nothing else.
func parameters(text string, names ...string) ([]uint64, bool) {
	fields := strings.Split(text, ",")
	if len(fields) != len(names) {
		return nil, false
	}
	var values []uint64
	for i, name := range names {
		digits, found := strings.CutPrefix(fields[i], name+"=")
		value, err := strconv.ParseUint(digits, 10, 32)
		if !found || err != nil {
			return nil, false
		}
		values = append(values, value)
	}
	return values, true
}
