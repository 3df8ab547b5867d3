package fakes

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.PasswordHasher = (*Hasher)(nil)

// maxStrength bounds what a stored encoding can make Verify do.
const maxStrength = 1000

// Hasher is a PasswordHasher that takes microseconds. Its encodings look like
// "fake$3$<salt>$<hash>", where 3 is the strength: the number of rounds of SHA-256. It is
// safe for concurrent use.
type Hasher struct {
	strength int
	rounds   atomic.Int64
	busy     atomic.Int64
}

// NewHasher returns a Hasher of that strength, at least 1 and at most 1000. An encoding of
// a lower strength makes Verify ask for a rehash.
func NewHasher(strength int) *Hasher {
	return &Hasher{strength: min(max(strength, 1), maxStrength)}
}

// Work returns how many rounds all calls so far have cost.
func (h *Hasher) Work() int64 { return h.rounds.Load() }

// Fill makes every call return port.ErrBusy until release is called.
func (h *Hasher) Fill() (release func()) {
	h.busy.Add(1)
	var released atomic.Bool
	return func() {
		if !released.Swap(true) {
			h.busy.Add(-1)
		}
	}
}

// Hash returns an encoding of the Hasher's strength.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.ready(ctx); err != nil {
		return "", fmt.Errorf("fakes: hash: %w", err)
	}
	var salt [8]byte
	rand.Read(salt[:]) // documented never to fail
	e := encoding{strength: h.strength, salt: salt[:]}
	e.sum = h.sum(e, password)
	return e.String(), nil
}

// Verify compares password with encoded.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) (ok, rehash bool, err error) {
	if err := h.ready(ctx); err != nil {
		return false, false, fmt.Errorf("fakes: verify: %w", err)
	}
	e, err := parse(encoded)
	if encoded == "" || err != nil {
		h.sum(encoding{strength: h.strength}, password)
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(h.sum(e, password), e.sum) == 1
	if e.strength < h.strength {
		h.sum(encoding{strength: h.strength - e.strength}, password)
	}
	return ok, e.strength < h.strength, nil
}

func (h *Hasher) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if h.busy.Load() > 0 {
		return port.ErrBusy
	}
	return nil
}

// sum returns what e holds of password, and counts the rounds.
func (h *Hasher) sum(e encoding, password string) []byte {
	sum := sha256.Sum256(append(e.salt[:len(e.salt):len(e.salt)], password...))
	for range e.strength - 1 {
		sum = sha256.Sum256(sum[:])
	}
	h.rounds.Add(int64(e.strength))
	return sum[:]
}

// encoding is what is kept of a password.
type encoding struct {
	strength  int
	salt, sum []byte
}

func (e encoding) String() string {
	return fmt.Sprintf("fake$%d$%x$%x", e.strength, e.salt, e.sum)
}

// parse reads what String wrote, and nothing else. Empty text is no error: it stands for
// an account without a password.
func parse(encoded string) (encoding, error) {
	if encoded == "" {
		return encoding{}, nil
	}
	malformed := fmt.Errorf("fakes: verify: malformed encoding: %w", port.ErrInvalid)
	parts := strings.Split(encoded, "$")
	if len(parts) != 4 || parts[0] != "fake" {
		return encoding{}, malformed
	}
	strength, err := strconv.Atoi(parts[1])
	if err != nil || strength < 1 || strength > maxStrength {
		return encoding{}, malformed
	}
	e := encoding{strength: strength}
	if e.salt, err = hex.DecodeString(parts[2]); err != nil {
		return encoding{}, malformed
	}
	if e.sum, err = hex.DecodeString(parts[3]); err != nil || len(e.sum) != sha256.Size || e.String() != encoded {
		return encoding{}, malformed
	}
	return e, nil
}
