package refstore

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type permissions struct{ run runner }

func (r permissions) Create(ctx context.Context, p domain.Permission) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckPermission(p); err != nil {
			return err
		}
		if _, taken := t.permissions[p.ID]; taken {
			return port.ErrConflict
		}
		p.Fields = slices.Clone(p.Fields)
		t.permissions[p.ID] = p
		return nil
	})
	return wrap("create permission", err)
}

func (r permissions) List(ctx context.Context) ([]domain.Permission, error) {
	var list []domain.Permission
	err := r.run(ctx, func(t *tables) error {
		for p := range maps.Values(t.permissions) {
			p.Fields = slices.Clone(p.Fields)
			list = append(list, p)
		}
		return nil
	})
	slices.SortFunc(list, func(a, b domain.Permission) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list, wrap("list permissions", err)
}

func (r permissions) Update(ctx context.Context, p domain.Permission) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckPermission(p); err != nil {
			return err
		}
		if _, known := t.permissions[p.ID]; !known {
			return port.ErrNotFound
		}
		p.Fields = slices.Clone(p.Fields)
		t.permissions[p.ID] = p
		return nil
	})
	return wrap("update permission", err)
}

func (r permissions) Delete(ctx context.Context, id domain.PermissionID) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		if _, known := t.permissions[id]; !known {
			return port.ErrNotFound
		}
		delete(t.permissions, id)
		return nil
	})
	return wrap("delete permission", err)
}
