package port

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Users keeps accounts.
type Users interface {
	// Create stores u with Version 1, whatever u.Version says. It returns ErrConflict
	// when the ID or the Email.Key is taken, and then stores nothing. Of many concurrent
	// calls with one key, exactly one succeeds.
	Create(ctx context.Context, u domain.User) error

	// ByID returns the user, or ErrNotFound.
	ByID(ctx context.Context, id domain.UserID) (domain.User, error)

	// ByEmail returns the user whose Email.Key equals e.Key(), or ErrNotFound.
	ByEmail(ctx context.Context, e domain.Email) (domain.User, error)

	// List returns at most limit users whose ID is greater than after, ordered by ID byte
	// by byte. An empty after begins at the first; a limit below 1 returns none.
	List(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error)

	// Update replaces the user if the stored Version equals u.Version, and
	// returns it as stored, with the next Version. It returns ErrStale when the
	// versions differ, ErrNotFound when there is no such user, and ErrConflict when
	// the new Email.Key belongs to another; each changes nothing. Of many concurrent
	// calls with one Version, exactly one succeeds and the others get ErrStale. It
	// leaves CreatedAt and LastAccess alone.
	Update(ctx context.Context, u domain.User) (domain.User, error)

	// Touch records when the user was last seen; an earlier time changes nothing. It
	// leaves Version alone. Touching a user who is not there is no error.
	Touch(ctx context.Context, id domain.UserID, at time.Time) error
}
