package argon2id

import (
	"context"
	"crypto/subtle"
	"fmt"
)

// Verify implements port.PasswordHasher for argon2id, argon2i, bcrypt, scrypt and PBKDF2 within
// the ceilings; anything else is port.ErrInvalid. rehash is true for every encoding that is not
// argon2id or has a parameter below the current one, whether the password fits or not. ctx
// matters until the hash begins; one that is under way is finished.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) (ok, rehash bool, err error) {
	c := h.checkFor(encoded)
	weight := h.weight(c.peak)
	if err := h.enter(ctx, weight); err != nil {
		return false, false, fmt.Errorf("argon2id: verify: %w", err)
	}
	defer h.gate.leave(weight)

	ok, err = c.run([]byte(password))
	if err != nil {
		return false, false, fmt.Errorf("argon2id: verify: %w", err)
	}
	return ok, c.rehash, nil
}

// check is how one encoding is verified. run takes at least as much work as a current hash,
// and never more memory than peak at a time.
type check struct {
	peak   cost
	rehash bool
	run    func(password []byte) (bool, error)
}

func (h *Hasher) checkFor(encoded string) check {
	if encoded == "" {
		return check{peak: h.current, run: func(password []byte) (bool, error) {
			h.burn(h.current, password)
			return false, nil
		}}
	}
	if isBcrypt(encoded) {
		return check{peak: h.current, rehash: true, run: func(password []byte) (bool, error) {
			// How many blocks of Argon2 a round of bcrypt is worth depends on the machine:
			// a whole hash on top is never too little.
			h.burn(h.current, password)
			matches := h.bcrypt([]byte(encoded), password) == nil
			return matches && fitsBcrypt(string(password)), nil
		}}
	}
	if f, ok := parseForeign(encoded); ok {
		return h.checkForeign(f)
	}
	e, err := parsePHC(encoded)
	if err != nil {
		return check{peak: h.current, run: func(password []byte) (bool, error) {
			h.burn(h.current, password)
			return false, err
		}}
	}
	return h.checkPHC(e)
}

func (h *Hasher) checkPHC(e encoding) check {
	c := check{peak: e.cost, rehash: e.variant != argon2id || e.cost.weakerThan(h.current) || len(e.salt) < saltLength}
	rest, topUp := h.current.without(e.cost)
	if topUp && rest.memoryKiB > c.peak.memoryKiB {
		c.peak = rest
	}
	c.run = func(password []byte) (bool, error) {
		tag := h.derive(e.variant, password, e.salt, e.cost, e.cost.tagLength)
		if topUp {
			h.burn(rest, password)
		}
		return subtle.ConstantTimeCompare(tag, e.tag) == 1, nil
	}
	return c
}

// burn does the work of c and throws the result away.
func (h *Hasher) burn(c cost, password []byte) {
	h.derive(argon2id, password, make([]byte, saltLength), c, c.tagLength)
}
