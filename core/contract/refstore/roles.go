package refstore

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type roles struct{ run runner }

func (r roles) Create(ctx context.Context, role domain.Role) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckRole(role); err != nil {
			return err
		}
		if _, taken := t.roles[role.ID]; taken {
			return port.ErrConflict
		}
		t.roles[role.ID] = role
		return nil
	})
	return wrap("create role", err)
}

// Reserve has nothing to do: no two units of work run at the same time.
func (r roles) Reserve(ctx context.Context, id domain.RoleID) error {
	_, err := r.ByID(ctx, id)
	return err
}

func (r roles) ByID(ctx context.Context, id domain.RoleID) (domain.Role, error) {
	var found domain.Role
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		role, ok := t.roles[id]
		if !ok {
			return port.ErrNotFound
		}
		found = role
		return nil
	})
	return found, wrap("role by id", err)
}
