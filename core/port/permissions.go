package port

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Permissions keeps what roles may do. There are domain.MaxPermissions at most, which the core
// sees to, so that all of them are read at once.
type Permissions interface {
	// Create stores p, or returns ErrConflict when its ID is taken, and then stores nothing.
	Create(ctx context.Context, p domain.Permission) error

	// List returns all permissions, ordered by ID byte by byte.
	List(ctx context.Context) ([]domain.Permission, error)

	// Update puts p in the place of the permission that has its ID, or returns ErrNotFound,
	// and then stores nothing.
	Update(ctx context.Context, p domain.Permission) error

	// Delete removes the permission, or returns ErrNotFound.
	Delete(ctx context.Context, id domain.PermissionID) error
}
