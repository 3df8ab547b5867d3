package fakes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.PasswordChecker = (*PasswordChecker)(nil)

// PasswordChecker is a port.PasswordChecker that knows a handful of passwords. It is safe for
// concurrent use.
type PasswordChecker struct {
	weakness port.PasswordWeakness
	weak     []string
	broken   atomic.Bool
}

// NewPasswordChecker returns a checker that finds weakness in each of weak, and in a password
// that is one of the words about the person.
func NewPasswordChecker(weakness port.PasswordWeakness, weak ...string) *PasswordChecker {
	return &PasswordChecker{weakness: weakness, weak: weak}
}

// Break makes all later calls fail.
func (c *PasswordChecker) Break() { c.broken.Store(true) }

// Check implements port.PasswordChecker.
func (c *PasswordChecker) Check(ctx context.Context, candidate port.PasswordCandidate) (port.PasswordWeakness, error) {
	if err := ctx.Err(); err != nil {
		return port.PasswordSound, fmt.Errorf("fakes: check password: %w", err)
	}
	if c.broken.Load() {
		return port.PasswordSound, errors.New("fakes: check password: the list cannot be read")
	}
	if slices.Contains(c.weak, candidate.Password) || slices.Contains(candidate.About, candidate.Password) {
		return c.weakness, nil
	}
	return port.PasswordSound, nil
}
