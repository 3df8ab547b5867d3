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

	// Reserve makes units of work that are about one role come one after the other: those
	// that reserve it wait for each other or are repeated, so that what each reads after
	// this call is what those before it have left. It returns ErrNotFound when there is no
	// such role, changes nothing that can be read, and ends with the unit of work.
	Reserve(ctx context.Context, id domain.RoleID) error

	// ByID returns the role, or ErrNotFound.
	ByID(ctx context.Context, id domain.RoleID) (domain.Role, error)

	// List returns all roles, ordered by ID byte by byte.
	List(ctx context.Context) ([]domain.Role, error)

	// Update puts r in the place of the role that has its ID, or returns ErrNotFound, and
	// then stores nothing.
	Update(ctx context.Context, r domain.Role) error

	// Delete removes the role, or returns ErrNotFound.
	Delete(ctx context.Context, id domain.RoleID) error
}
