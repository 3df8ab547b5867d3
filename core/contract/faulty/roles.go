package faulty

import (
	"context"
	"errors"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func rolesFaults() []Fault {
	return []Fault{
		{
			Name: "role-conflict-unwrapped", Turns: []string{"roles/create/duplicate-is-conflict"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, create: func(ctx context.Context, r domain.Role) error {
					return replaceError(inner.Create(ctx, r), port.ErrConflict, driverError())
				}}
			}),
		},
		{
			Name: "role-conflict-overwrites", Turns: []string{"roles/create/conflict-stores-nothing"},
			Store: inRoles(func(inner port.Roles) roles {
				var over memo[domain.RoleID, domain.Role]
				return roles{
					Roles: inner,
					create: func(ctx context.Context, r domain.Role) error {
						err := inner.Create(ctx, r)
						if errors.Is(err, port.ErrConflict) {
							over.set(r.ID, r)
						}
						return err
					},
					byID: func(ctx context.Context, id domain.RoleID) (domain.Role, error) {
						r, err := inner.ByID(ctx, id)
						if written, ok := over.get(id); ok {
							return written, err
						}
						return r, err
					},
				}
			}),
		},
		{
			Name: "role-check-then-insert", Turns: []string{"roles/create/one-winner"},
			Store: inRoles(func(inner port.Roles) roles {
				var o overlap
				return roles{Roles: inner, create: func(ctx context.Context, r domain.Role) error {
					return o.unnoticed(func() error { return inner.Create(ctx, r) })
				}}
			}),
		},
		{
			Name: "role-not-found-is-nil", Turns: []string{"roles/by-id/missing-is-not-found"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, byID: func(ctx context.Context, id domain.RoleID) (domain.Role, error) {
					r, err := inner.ByID(ctx, id)
					return r, replaceError(err, port.ErrNotFound, nil)
				}}
			}),
		},
		{
			Name: "app-read-as-admin", Turns: []string{"roles/values/come-back-equal"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, byID: func(ctx context.Context, id domain.RoleID) (domain.Role, error) {
					r, err := inner.ByID(ctx, id)
					r.Admin = r.App
					return r, err
				}}
			}),
		},
	}
}
