package moving

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// readHash writes a password hash of another service in the spelling in which it is kept here. It
// knows those of bcrypt and of PHC strings (argon2id, argon2i, scrypt, PBKDF2), and how passlib,
// Django, Spring and Werkzeug write the same. Whether the result can be verified is for
// Place.CheckPassword to say.
func readHash(text string) (string, error) {
	text = strings.TrimPrefix(text, "{bcrypt}") // Spring
	switch {
	case text == "":
		return "", nil
	case strings.HasPrefix(text, "bcrypt$$"): // Django
		return strings.TrimPrefix(text, "bcrypt$"), nil
	case strings.HasPrefix(text, "argon2$"): // Django
		return strings.TrimPrefix(text, "argon2"), nil
	case strings.HasPrefix(text, "pbkdf2_"):
		return djangoPBKDF2(text)
	case strings.HasPrefix(text, "pbkdf2:"), strings.HasPrefix(text, "scrypt:"):
		return werkzeug(text)
	case strings.HasPrefix(text, "scrypt$"):
		return djangoScrypt(text)
	case strings.HasPrefix(text, "$pbkdf2"):
		return passlibPBKDF2(text)
	}
	return text, nil
}

const errHash = refusal("its password hash is none that is understood here")

// djangoPBKDF2 reads pbkdf2_sha256$<iterations>$<salt as text>$<tag>.
func djangoPBKDF2(text string) (string, error) {
	parts := strings.Split(strings.TrimPrefix(text, "pbkdf2_"), "$")
	if len(parts) != 4 {
		return "", errHash
	}
	tag, err := base64.StdEncoding.DecodeString(parts[3])
	if err != nil {
		return "", errHash
	}
	return pbkdf2Text(parts[0], parts[1], []byte(parts[2]), tag), nil
}

// djangoScrypt reads scrypt$<N>$<salt as text>$<r>$<p>$<tag>.
func djangoScrypt(text string) (string, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return "", errHash
	}
	tag, err := base64.StdEncoding.DecodeString(parts[5])
	if err != nil {
		return "", errHash
	}
	return scryptText(parts[1], parts[3], parts[4], []byte(parts[2]), tag)
}

// werkzeug reads pbkdf2:sha256:<iterations>$<salt as text>$<tag> and scrypt:<N>:<r>:<p>$…, with tags
// in hexadecimal digits.
func werkzeug(text string) (string, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 3 {
		return "", errHash
	}
	tag, err := hex.DecodeString(parts[2])
	if err != nil {
		return "", errHash
	}
	method := strings.Split(parts[0], ":")
	switch {
	case method[0] == "pbkdf2" && len(method) == 3:
		return pbkdf2Text(method[1], method[2], []byte(parts[1]), tag), nil
	case method[0] == "scrypt" && len(method) == 4:
		return scryptText(method[1], method[2], method[3], []byte(parts[1]), tag)
	}
	return "", errHash
}

// passlibPBKDF2 reads $pbkdf2-sha256$<iterations>$<salt>$<tag>, whose base64 has a dot in the place
// of the plus sign, and where SHA-1 has no name. A PHC string is left as it is.
func passlibPBKDF2(text string) (string, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 5 || strings.Contains(parts[2], "=") {
		return text, nil
	}
	digest := strings.TrimPrefix(strings.TrimPrefix(parts[1], "pbkdf2"), "-")
	if digest == "" {
		digest = "sha1"
	}
	adapted := strings.NewReplacer(".", "+")
	salt, saltErr := base64.RawStdEncoding.DecodeString(adapted.Replace(parts[3]))
	tag, tagErr := base64.RawStdEncoding.DecodeString(adapted.Replace(parts[4]))
	if saltErr != nil || tagErr != nil {
		return "", errHash
	}
	return pbkdf2Text(digest, parts[2], salt, tag), nil
}

func pbkdf2Text(digest, iterations string, salt, tag []byte) string {
	return fmt.Sprintf("$pbkdf2-%s$i=%s$%s$%s", digest, iterations, unpadded(salt), unpadded(tag))
}

// scryptText takes N as a number, of which PHC strings have the logarithm.
func scryptText(n, blockSize, lanes string, salt, tag []byte) (string, error) {
	number, err := strconv.ParseUint(n, 10, 32)
	if err != nil || number < 2 || number&(number-1) != 0 {
		return "", errHash
	}
	log2 := 0
	for ; number > 1; number >>= 1 {
		log2++
	}
	return fmt.Sprintf("$scrypt$ln=%d,r=%s,p=%s$%s$%s", log2, blockSize, lanes, unpadded(salt), unpadded(tag)), nil
}

func unpadded(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }

// anyBase64 reads base64 in either alphabet, padded or not.
func anyBase64(text string) ([]byte, error) {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, errHash
	}
	return raw, nil
}
