package port

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// EventFilter says which events are wanted. An empty field leaves out none.
type EventFilter struct {
	Kind string
	User domain.UserID // who did it, or to whom
}

// Matches reports whether e is wanted.
func (f EventFilter) Matches(e domain.Event) bool {
	return (f.Kind == "" || e.Kind == f.Kind) && (f.User == "" || e.Actor == f.User || e.Subject == f.User)
}

// Events is the audit trail.
type Events interface {
	// Record keeps e, or returns ErrConflict when its ID is taken. The core logs a
	// failure and goes on: an audit sink that is down must not lock everybody out.
	Record(ctx context.Context, e domain.Event) error

	// List returns at most limit events whose ID is greater than after, ordered by ID
	// byte by byte. An empty after begins at the first; a limit below 1 returns none.
	List(ctx context.Context, after string, limit int) ([]domain.Event, error)

	// Latest returns the events that match f, in the opposite order: at most limit of
	// them, behind the first offset. A limit below 1 returns none, and an offset below 0
	// is 0.
	Latest(ctx context.Context, f EventFilter, offset, limit int) ([]domain.Event, error)

	// Prune removes at most limit events whose At is before before, and returns how many
	// it removed.
	Prune(ctx context.Context, before time.Time, limit int) (int, error)
}
