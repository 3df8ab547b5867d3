package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type permissions struct{ repo }

const permissionColumns = `id, role_id, collection_name, action_name, field_names, filter_text`

type permissionRow struct {
	ID         string `db:"id"`
	RoleID     string `db:"role_id"`
	Collection string `db:"collection_name"`
	Action     string `db:"action_name"`
	Fields     string `db:"field_names"` // as JSON: what a name may hold is for the core to say
	Filter     string `db:"filter_text"`
}

func (r permissionRow) permission() (domain.Permission, error) {
	p := domain.Permission{
		ID:         domain.PermissionID(r.ID),
		Role:       domain.RoleID(r.RoleID),
		Collection: r.Collection,
		Action:     domain.Action(r.Action),
		Filter:     r.Filter,
	}
	if err := json.Unmarshal([]byte(r.Fields), &p.Fields); err != nil {
		return domain.Permission{}, fmt.Errorf("fields of a stored permission: %w", err)
	}
	return p, nil
}

const createPermission = `INSERT INTO permissions (` + permissionColumns + `) VALUES (?, ?, ?, ?, ?, ?)`

func (s *permissions) Create(ctx context.Context, p domain.Permission) error {
	return s.call(ctx, "create permission", func() error {
		fields, err := permissionFields(p)
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, createPermission, string(p.ID), string(p.Role), p.Collection, string(p.Action), fields, p.Filter)
		return err
	})
}

// permissionFields returns the fields as they are stored, of a permission that can be.
func permissionFields(p domain.Permission) (string, error) {
	if err := port.CheckPermission(p); err != nil {
		return "", err
	}
	fields, err := json.Marshal(p.Fields)
	if err != nil {
		return "", fmt.Errorf("fields of a permission: %w", err)
	}
	return string(fields), nil
}

const listPermissions = `SELECT ` + permissionColumns + ` FROM permissions ORDER BY id`

func (s *permissions) List(ctx context.Context) (all []domain.Permission, err error) {
	err = s.call(ctx, "list permissions", func() error {
		var rows []permissionRow
		if err := s.list(ctx, &rows, listPermissions); err != nil {
			return err
		}
		for _, row := range rows {
			p, err := row.permission()
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all, err
}

const updatePermission = `UPDATE permissions SET role_id = ?, collection_name = ?, action_name = ?, field_names = ?, filter_text = ? WHERE id = ?`

func (s *permissions) Update(ctx context.Context, p domain.Permission) error {
	return s.call(ctx, "update permission", func() error {
		fields, err := permissionFields(p)
		if err != nil {
			return err
		}
		updated, err := s.exec(ctx, updatePermission, string(p.Role), p.Collection, string(p.Action), fields, p.Filter, string(p.ID))
		if err == nil && updated == 0 {
			return port.ErrNotFound
		}
		return err
	})
}

const deletePermission = `DELETE FROM permissions WHERE id = ?`

func (s *permissions) Delete(ctx context.Context, id domain.PermissionID) error {
	return s.call(ctx, "delete permission", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		deleted, err := s.exec(ctx, deletePermission, string(id))
		if err == nil && deleted == 0 {
			return port.ErrNotFound
		}
		return err
	})
}

func permissionQueries() []string {
	return []string{createPermission, listPermissions, updatePermission, deletePermission}
}
