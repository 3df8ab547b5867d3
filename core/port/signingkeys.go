package port

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// SigningKeys keeps the key pairs that sign access tokens, for all instances. It sees them
// sealed only. They are a handful.
type SigningKeys interface {
	// Create stores k, or returns ErrConflict when its ID, or the Number of its
	// Algorithm, is taken, and then stores nothing. Of many concurrent calls with one
	// Number, exactly one succeeds, so that instances that start together have one key.
	Create(ctx context.Context, k domain.SigningKey) error

	// List returns all keys, ordered by Algorithm byte by byte, and then by Number.
	List(ctx context.Context) ([]domain.SigningKey, error)

	// Delete removes the key, or returns ErrNotFound.
	Delete(ctx context.Context, id string) error
}
