package port

import (
	"context"
	"errors"
)

// ErrBusy says that too much waits already: all slots of a PasswordHasher are taken and its
// queue is full. The caller may come back in a moment. Use cases say it, too, of the queue of
// mail.
var ErrBusy = errors.New("busy")

// PasswordHasher is slow on purpose.
type PasswordHasher interface {
	// Hash returns a self-describing encoding with a fresh salt. The password is taken
	// whole and unchanged: neither its end nor a NUL in it is lost.
	Hash(ctx context.Context, password string) (string, error)

	// Verify reports whether password fits, and whether encoded uses weaker
	// parameters than Hash does now. It never costs less than Hash would: a weaker
	// encoding is topped up, and an empty one (no such account, or an account
	// without a password) costs a whole hash and is never ok. A malformed encoded
	// costs as much, and is ErrInvalid, not false.
	//
	// Both return ErrBusy, at once and without work, when too many calls wait already.
	Verify(ctx context.Context, encoded, password string) (ok, rehash bool, err error)
}
