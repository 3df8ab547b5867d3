package port

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Events is the audit trail.
type Events interface {
	// Record keeps e, or returns ErrConflict when its ID is taken. The core logs a
	// failure and goes on: an audit sink that is down must not lock everybody out.
	Record(ctx context.Context, e domain.Event) error

	// List returns at most limit events whose ID is greater than after, ordered by ID
	// byte by byte. An empty after begins at the first; a limit below 1 returns none.
	List(ctx context.Context, after string, limit int) ([]domain.Event, error)
}
