package argon2id

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"fmt"
)

// MaxPBKDF2Iterations is the ceiling of PBKDF2 (RFC 8018).
const MaxPBKDF2Iterations = 3_000_000

// pbkdf2Hash is an encoding of PBKDF2 with HMAC:
//
//	$pbkdf2-sha256$i=600000$<salt>$<tag>
//
// Only as much of the tag is computed and compared as one output of the hash function holds. Each
// further one would take as long again, and tell nobody more: attackers leave them out, too.
type pbkdf2Hash struct {
	kind       string
	iterations uint64
	salt, tag  []byte
}

func newPBKDF2(kind, text string, salt, tag []byte) (foreign, bool) {
	values, ok := parameters(text, "i")
	if !ok || digestSize(kind) == 0 || values[0] < 1 || values[0] > MaxPBKDF2Iterations {
		return nil, false
	}
	return pbkdf2Hash{kind, values[0], salt, tag}, true
}

// digestSize is that of the hash function in bytes, and 0 for one that there is not.
func digestSize(kind string) int {
	switch kind {
	case "pbkdf2-sha1":
		return sha1.Size
	case "pbkdf2-sha256":
		return sha256.Size
	case "pbkdf2-sha512":
		return sha512.Size
	}
	return 0
}

func (p pbkdf2Hash) memoryKiB() uint32 { return 0 }

func (p pbkdf2Hash) String() string {
	return fmt.Sprintf("$%s$i=%d$%s$%s", p.kind, p.iterations, phcBase64().EncodeToString(p.salt), phcBase64().EncodeToString(p.tag))
}

func (p pbkdf2Hash) matches(password []byte) (bool, error) {
	length := min(len(p.tag), digestSize(p.kind))
	derived, err := p.derive(string(password), length)
	if err != nil {
		return false, fmt.Errorf("PBKDF2: %w", err)
	}
	return subtle.ConstantTimeCompare(derived, p.tag[:length]) == 1, nil
}

func (p pbkdf2Hash) derive(password string, length int) ([]byte, error) {
	switch p.kind {
	case "pbkdf2-sha1":
		return pbkdf2.Key(sha1.New, password, p.salt, int(p.iterations), length)
	case "pbkdf2-sha256":
		return pbkdf2.Key(sha256.New, password, p.salt, int(p.iterations), length)
	}
	return pbkdf2.Key(sha512.New, password, p.salt, int(p.iterations), length)
}
