package memory

import (
	"context"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type roles struct{ access }

func (s *roles) Create(ctx context.Context, r domain.Role) error {
	return s.write(ctx, "create role", func(d *draft) error {
		if err := port.CheckRole(r); err != nil {
			return err
		}
		if _, taken := d.role(r.ID); taken {
			return port.ErrConflict
		}
		d.roles.put(r.ID, r)
		return nil
	})
}

// Reserve has nothing to do: units of work come one after the other here.
func (s *roles) Reserve(ctx context.Context, id domain.RoleID) error {
	_, err := s.ByID(ctx, id)
	return err
}

func (s *roles) ByID(ctx context.Context, id domain.RoleID) (found domain.Role, err error) {
	err = s.read(ctx, "role by id", func(d *draft) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		r, ok := d.role(id)
		if !ok {
			return port.ErrNotFound
		}
		found = r
		return nil
	})
	return found, err
}

func (s *roles) List(ctx context.Context) (all []domain.Role, err error) {
	err = s.read(ctx, "list roles", func(d *draft) error {
		for _, r := range d.roles.all() {
			all = append(all, r)
		}
		slices.SortFunc(all, func(a, b domain.Role) int { return strings.Compare(string(a.ID), string(b.ID)) })
		return nil
	})
	return all, err
}

func (s *roles) Update(ctx context.Context, r domain.Role) error {
	return s.write(ctx, "update role", func(d *draft) error {
		if err := port.CheckRole(r); err != nil {
			return err
		}
		if _, known := d.role(r.ID); !known {
			return port.ErrNotFound
		}
		d.roles.put(r.ID, r)
		return nil
	})
}

func (s *roles) Delete(ctx context.Context, id domain.RoleID) error {
	return s.write(ctx, "delete role", func(d *draft) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		if _, known := d.role(id); !known {
			return port.ErrNotFound
		}
		d.roles.remove(id)
		return nil
	})
}
