package argon2id

import (
	"context"
	"crypto/rand"
	"fmt"
)

// Hash implements port.PasswordHasher. ctx matters until the hash begins; one that is under
// way is finished.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	weight := h.weight(h.current)
	if err := h.enter(ctx, weight); err != nil {
		return "", fmt.Errorf("argon2id: hash: %w", err)
	}
	defer h.gate.leave(weight)

	e := encoding{variant: argon2id, cost: h.current, salt: make([]byte, saltLength)}
	rand.Read(e.salt) // documented never to fail
	e.tag = h.derive(e.variant, []byte(password), e.salt, e.cost, e.cost.tagLength)
	return e.String(), nil
}

// enter is gate.enter, but looks at ctx first.
func (h *Hasher) enter(ctx context.Context, weight uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.gate.enter(ctx, weight)
}

// weight is how much of the gate's capacity a hash of c takes: its memory, or all there is
// where that is less.
func (h *Hasher) weight(c cost) uint64 { return min(uint64(c.memoryKiB), h.budget) }
