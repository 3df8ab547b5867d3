package memory

import (
	"context"

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
		d.roles[r.ID] = r
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
