package sqlstore

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type roles struct{ repo }

type roleRow struct {
	ID, Name   string
	App, Admin int16
}

func (r *roleRow) columns() []any { return []any{&r.ID, &r.Name, &r.App, &r.Admin} }

const createRole = `INSERT INTO roles (id, name, app_access, admin_access) VALUES (?, ?, ?, ?)`

func (s *roles) Create(ctx context.Context, r domain.Role) error {
	return s.call(ctx, "create role", func() error {
		if err := port.CheckRole(r); err != nil {
			return err
		}
		_, err := s.exec(ctx, createRole, string(r.ID), r.Name, flag(r.App), flag(r.Admin))
		return err
	})
}

const roleByID = `SELECT id, name, app_access, admin_access FROM roles WHERE id = ?`

func (s *roles) ByID(ctx context.Context, id domain.RoleID) (found domain.Role, err error) {
	err = s.call(ctx, "role by id", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		var row roleRow
		if err := s.get(ctx, &row, roleByID, string(id)); err != nil {
			return err
		}
		found = domain.Role{ID: domain.RoleID(row.ID), Name: row.Name, App: row.App != 0, Admin: row.Admin != 0}
		return nil
	})
	return found, err
}

// A real change, since a lock that is only held on one node of a cluster keeps nobody out on
// another: two units that make it are a conflict there, and one of them is repeated.
const reserveRole = `UPDATE roles SET reserved = reserved + 1 WHERE id = ?`

func (s *roles) Reserve(ctx context.Context, id domain.RoleID) error {
	return s.call(ctx, "reserve role", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		reserved, err := s.exec(ctx, reserveRole, string(id))
		if err == nil && reserved == 0 {
			return port.ErrNotFound
		}
		return err
	})
}

func roleQueries() []string { return []string{createRole, roleByID, reserveRole} }
