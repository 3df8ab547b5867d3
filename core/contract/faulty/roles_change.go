package faulty

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func (r roles) List(ctx context.Context) ([]domain.Role, error) {
	if r.list != nil {
		return r.list(ctx)
	}
	return r.Roles.List(ctx)
}

func (r roles) Update(ctx context.Context, role domain.Role) error {
	if r.update != nil {
		return r.update(ctx, role)
	}
	return r.Roles.Update(ctx, role)
}

func (r roles) Delete(ctx context.Context, id domain.RoleID) error {
	if r.delete != nil {
		return r.delete(ctx, id)
	}
	return r.Roles.Delete(ctx, id)
}

func rolesChangeFaults() []Fault {
	return []Fault{
		{
			Name: "roles-sorted-by-collation", Turns: []string{"roles/list/order"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, list: func(ctx context.Context) ([]domain.Role, error) {
					all, err := inner.List(ctx)
					slices.SortStableFunc(all, func(a, b domain.Role) int {
						return strings.Compare(strings.ToLower(string(a.ID)), strings.ToLower(string(b.ID)))
					})
					return all, err
				}}
			}),
		},
		{
			Name: "role-update-leaves-rights", Turns: []string{"roles/update/replaces"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, update: func(ctx context.Context, r domain.Role) error {
					if old, err := inner.ByID(ctx, r.ID); err == nil {
						r.Admin = old.Admin
					}
					return inner.Update(ctx, r)
				}}
			}),
		},
		{
			Name: "missing-role-is-updated", Turns: []string{"roles/update/missing-is-not-found"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, update: func(ctx context.Context, r domain.Role) error {
					return replaceError(inner.Update(ctx, r), port.ErrNotFound, nil)
				}}
			}),
		},
		{
			Name: "missing-role-is-made", Turns: []string{"roles/update/missing-stores-nothing"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, update: func(ctx context.Context, r domain.Role) error {
					err := inner.Update(ctx, r)
					if errors.Is(err, port.ErrNotFound) {
						_ = inner.Create(ctx, r)
					}
					return err
				}}
			}),
		},
		{
			Name: "role-not-deleted", Turns: []string{"roles/delete/removes"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, delete: func(ctx context.Context, id domain.RoleID) error {
					if id != "id-of-readers" {
						return inner.Delete(ctx, id)
					}
					return ctx.Err()
				}}
			}),
		},
		{
			Name: "missing-role-is-deleted", Turns: []string{"roles/delete/missing-is-not-found"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, delete: func(ctx context.Context, id domain.RoleID) error {
					return replaceError(inner.Delete(ctx, id), port.ErrNotFound, nil)
				}}
			}),
		},
	}
}
