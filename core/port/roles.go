package port

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Roles keeps what users have in common.
type Roles interface {
	// Create stores r, or returns ErrConflict when its ID is taken, and then stores
	// nothing.
	Create(ctx context.Context, r domain.Role) error

	// ByID returns the role, or ErrNotFound.
	ByID(ctx context.Context, id domain.RoleID) (domain.Role, error)
}
