package port

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Identities keeps which accounts at OAuth providers are which users. It does not look
// whether there is such a user: whoever links, unlinks or deletes a user updates the user in
// the same unit of work, and the user's Version makes them come one after the other.
type Identities interface {
	// Link stores i, or returns ErrConflict when its Provider has its Subject already,
	// whoever's it is, and then stores nothing. Of many concurrent calls with one Provider
	// and Subject, exactly one succeeds.
	Link(ctx context.Context, i domain.Identity) error

	// Find returns the identity, or ErrNotFound. One provider's subject is not another's.
	Find(ctx context.Context, provider, subject string) (domain.Identity, error)

	// OfUser returns all identities of the user, and nobody else's, ordered by Provider and
	// then by Subject, both byte by byte.
	OfUser(ctx context.Context, id domain.UserID) ([]domain.Identity, error)

	// Unlink removes the identity, or returns ErrNotFound. It is free to be linked from then
	// on.
	Unlink(ctx context.Context, provider, subject string) error
}
