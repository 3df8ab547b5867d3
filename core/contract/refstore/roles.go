package refstore

import (
	"context"
	"maps"
	"slices"
	"strings"

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

func (r roles) List(ctx context.Context) ([]domain.Role, error) {
	var list []domain.Role
	err := r.run(ctx, func(t *tables) error {
		list = slices.Collect(maps.Values(t.roles))
		return nil
	})
	slices.SortFunc(list, func(a, b domain.Role) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list, wrap("list roles", err)
}

func (r roles) Update(ctx context.Context, role domain.Role) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckRole(role); err != nil {
			return err
		}
		if _, known := t.roles[role.ID]; !known {
			return port.ErrNotFound
		}
		t.roles[role.ID] = role
		return nil
	})
	return wrap("update role", err)
}

func (r roles) Delete(ctx context.Context, id domain.RoleID) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		if _, known := t.roles[id]; !known {
			return port.ErrNotFound
		}
		delete(t.roles, id)
		return nil
	})
	return wrap("delete role", err)
}
