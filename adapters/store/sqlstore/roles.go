package sqlstore

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type roles struct{ repo }

type roleRow struct {
	ID         string `db:"id"`
	Name       string `db:"name"`
	App        int16  `db:"app_access"`
	Admin      int16  `db:"admin_access"`
	EnforceTFA int16  `db:"enforce_tfa"`
}

func (r *roleRow) columns() []any { return []any{&r.ID, &r.Name, &r.App, &r.Admin, &r.EnforceTFA} }

func (r roleRow) role() domain.Role {
	return domain.Role{ID: domain.RoleID(r.ID), Name: r.Name, App: r.App != 0, Admin: r.Admin != 0, EnforceTFA: r.EnforceTFA != 0}
}

const roleColumns = `id, name, app_access, admin_access, enforce_tfa`

const createRole = `INSERT INTO roles (` + roleColumns + `) VALUES (?, ?, ?, ?, ?)`

func (s *roles) Create(ctx context.Context, r domain.Role) error {
	return s.call(ctx, "create role", func() error {
		if err := port.CheckRole(r); err != nil {
			return err
		}
		_, err := s.exec(ctx, createRole, string(r.ID), r.Name, flag(r.App), flag(r.Admin), flag(r.EnforceTFA))
		return err
	})
}

const roleByID = `SELECT ` + roleColumns + ` FROM roles WHERE id = ?`

func (s *roles) ByID(ctx context.Context, id domain.RoleID) (found domain.Role, err error) {
	err = s.call(ctx, "role by id", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		var row roleRow
		if err := s.get(ctx, &row, roleByID, string(id)); err != nil {
			return err
		}
		found = row.role()
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

const listRoles = `SELECT ` + roleColumns + ` FROM roles ORDER BY id`

func (s *roles) List(ctx context.Context) (all []domain.Role, err error) {
	err = s.call(ctx, "list roles", func() error {
		var rows []roleRow
		if err := s.list(ctx, &rows, listRoles); err != nil {
			return err
		}
		for _, row := range rows {
			all = append(all, row.role())
		}
		return nil
	})
	return all, err
}

const updateRole = `UPDATE roles SET name = ?, app_access = ?, admin_access = ?, enforce_tfa = ? WHERE id = ?`

func (s *roles) Update(ctx context.Context, r domain.Role) error {
	return s.call(ctx, "update role", func() error {
		if err := port.CheckRole(r); err != nil {
			return err
		}
		updated, err := s.exec(ctx, updateRole, r.Name, flag(r.App), flag(r.Admin), flag(r.EnforceTFA), string(r.ID))
		if err == nil && updated == 0 {
			return port.ErrNotFound
		}
		return err
	})
}

const deleteRole = `DELETE FROM roles WHERE id = ?`

func (s *roles) Delete(ctx context.Context, id domain.RoleID) error {
	return s.call(ctx, "delete role", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		deleted, err := s.exec(ctx, deleteRole, string(id))
		if err == nil && deleted == 0 {
			return port.ErrNotFound
		}
		return err
	})
}

func roleQueries() []string {
	return []string{createRole, roleByID, reserveRole, listRoles, updateRole, deleteRole}
}
