package port

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Rotation asks for the next secret of a session.
type Rotation struct {
	ID        domain.SessionID
	Old, Next domain.SecretHash
	Now       time.Time
	ExpiresAt time.Time
	Client    domain.Client
}

// Sessions keeps logins. A session is live while now is before its ExpiresAt and its
// EndsAt; at that very instant it is gone.
type Sessions interface {
	// Create stores s, or returns ErrConflict when its ID is taken, and then stores
	// nothing.
	Create(ctx context.Context, s domain.Session) error

	// Get returns the session if it is live at now, or ErrNotFound.
	Get(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error)

	// List returns at most limit sessions of the user that are live at now, the newest by
	// CreatedAt first, and those of one moment by ID, byte by byte. A limit below 1 returns
	// none.
	List(ctx context.Context, user domain.UserID, now time.Time, limit int) ([]domain.Session, error)

	// Rotate replaces Old with Next as the secret of a live session, in one atomic
	// step, raises Generation by one and sets RotatedAt, ExpiresAt and Client. It
	// returns ErrStale, with the session as it stands, when Old is not the current
	// secret, and ErrNotFound when the session is not live; both change nothing. Only
	// with ErrStale is there a session; it is zero otherwise, on success, too. Of many
	// concurrent calls with one Old, exactly one succeeds and the others get ErrStale.
	// The one succeeds even if the session is ended in that very moment.
	Rotate(ctx context.Context, r Rotation) (current domain.Session, err error)

	// EndReused deletes the session unless presented is its current secret, in one
	// atomic step, and reports whether it did. A read that is out of date can thus
	// never end an honest session.
	EndReused(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error)

	// Delete removes the session. Removing what is not there is no error.
	Delete(ctx context.Context, id domain.SessionID) error

	// DeleteUser removes every session of the user but except, and nobody else's.
	DeleteUser(ctx context.Context, id domain.UserID, except domain.SessionID) error

	// Prune removes at most limit sessions that are not live at now and returns
	// how many it removed.
	Prune(ctx context.Context, now time.Time, limit int) (int, error)
}
