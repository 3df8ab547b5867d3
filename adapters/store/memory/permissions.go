package memory

import (
	"context"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type permissions struct{ access }

func (s *permissions) Create(ctx context.Context, p domain.Permission) error {
	return s.write(ctx, "create permission", func(d *draft) error {
		if err := port.CheckPermission(p); err != nil {
			return err
		}
		if _, taken := d.permissions.get(p.ID); taken {
			return port.ErrConflict
		}
		p.Fields = slices.Clone(p.Fields)
		d.permissions.put(p.ID, p)
		return nil
	})
}

func (s *permissions) List(ctx context.Context) (all []domain.Permission, err error) {
	err = s.read(ctx, "list permissions", func(d *draft) error {
		for _, p := range d.permissions.all() {
			p.Fields = slices.Clone(p.Fields)
			all = append(all, p)
		}
		slices.SortFunc(all, func(a, b domain.Permission) int { return strings.Compare(string(a.ID), string(b.ID)) })
		return nil
	})
	return all, err
}

func (s *permissions) Update(ctx context.Context, p domain.Permission) error {
	return s.write(ctx, "update permission", func(d *draft) error {
		if err := port.CheckPermission(p); err != nil {
			return err
		}
		if _, known := d.permissions.get(p.ID); !known {
			return port.ErrNotFound
		}
		p.Fields = slices.Clone(p.Fields)
		d.permissions.put(p.ID, p)
		return nil
	})
}

func (s *permissions) Delete(ctx context.Context, id domain.PermissionID) error {
	return s.write(ctx, "delete permission", func(d *draft) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		if _, known := d.permissions.get(id); !known {
			return port.ErrNotFound
		}
		d.permissions.remove(id)
		return nil
	})
}
