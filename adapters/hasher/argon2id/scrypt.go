package argon2id

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"fmt"

	"golang.org/x/crypto/scrypt"
)

// The ceilings of scrypt (RFC 7914): its memory has that of MaxMemoryKiB, and the work of its
// lanes together is bounded in steps of 128 bytes.
const (
	MaxScryptLanes = 16
	MaxScryptWork  = 1 << 22
)

// scryptHash is an encoding of scrypt:
//
//	$scrypt$ln=15,r=8,p=1$<salt>$<tag>
//
// or of the one that Firebase uses. There a project's signer key, encrypted under what scrypt
// makes of the password by AES-256 in counter mode, is the tag. The encoding here has the
// difference between that and the signer key, which is the stream of the cipher, and so keeps no
// key:
//
//	$firebase-scrypt$ln=14,r=8,p=1$<salt and its separator>$<stream>
type scryptHash struct {
	kind      string
	log2N     uint64
	blockSize uint64
	lanes     uint64
	salt, tag []byte
}

const (
	plainScrypt    = "scrypt"
	firebaseScrypt = "firebase-scrypt"
)

func newScrypt(kind, text string, salt, tag []byte) (foreign, bool) {
	values, ok := parameters(text, "ln", "r", "p")
	if !ok || kind != plainScrypt && kind != firebaseScrypt {
		return nil, false
	}
	s := scryptHash{kind, values[0], values[1], values[2], salt, tag}
	return s, s.withinCeilings()
}

func (s scryptHash) withinCeilings() bool {
	const most = 30 // for each parameter, so that no product overflows
	return s.log2N >= 1 && s.log2N <= most && s.blockSize >= 1 && s.blockSize <= 1<<most &&
		s.lanes >= 1 && s.lanes <= MaxScryptLanes &&
		s.steps() <= MaxMemoryKiB*8 && s.steps()*s.lanes <= MaxScryptWork
}

// steps is the memory of s in units of 128 bytes.
func (s scryptHash) steps() uint64 { return s.blockSize << s.log2N }

func (s scryptHash) memoryKiB() uint32 { return uint32(ceil(s.steps(), 8)) }

func (s scryptHash) String() string {
	return fmt.Sprintf("$%s$ln=%d,r=%d,p=%d$%s$%s", s.kind, s.log2N, s.blockSize, s.lanes,
		phcBase64().EncodeToString(s.salt), phcBase64().EncodeToString(s.tag))
}

func (s scryptHash) matches(password []byte) (bool, error) {
	length := len(s.tag)
	if s.kind == firebaseScrypt {
		length = 32 // of the key of AES-256
	}
	derived, err := scrypt.Key(password, s.salt, 1<<s.log2N, int(s.blockSize), int(s.lanes), length)
	if err != nil {
		return false, fmt.Errorf("scrypt: %w", err)
	}
	if s.kind == firebaseScrypt {
		if derived, err = counterStream(derived, len(s.tag)); err != nil {
			return false, err
		}
	}
	return subtle.ConstantTimeCompare(derived, s.tag) == 1, nil
}

// counterStream returns what AES in counter mode, beginning with zero, adds to a text.
func counterStream(key []byte, length int) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cipher of scrypt: %w", err)
	}
	stream := make([]byte, length)
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(stream, stream)
	return stream, nil
}
