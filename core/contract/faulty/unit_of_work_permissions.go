package faulty

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func unitOfWorkPermissionFaults() []Fault {
	return []Fault{
		{
			Name: "permission-lost-beside-a-role", Turns: []string{"uow/commits-permissions"},
			Store: within(func(r port.Repos) port.Repos {
				known, kept := r.Roles, r.Permissions
				var deleted once
				r.Roles = roles{Roles: known, delete: func(ctx context.Context, id domain.RoleID) error {
					deleted.take()
					return known.Delete(ctx, id)
				}}
				r.Permissions = permissions{Permissions: kept, create: func(ctx context.Context, p domain.Permission) error {
					if deleted.taken.Load() {
						return nil
					}
					return kept.Create(ctx, p)
				}}
				return r
			}),
		},
		{
			Name: "permissions-outside-the-transaction", Turns: []string{"uow/rollback-permissions"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) error {
				var written []domain.Permission
				err := inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
					kept := r.Permissions
					r.Permissions = permissions{Permissions: kept, create: func(ctx context.Context, p domain.Permission) error {
						written = append(written, p)
						return kept.Create(ctx, p)
					}}
					return fn(ctx, r)
				})
				for _, p := range written {
					if err != nil {
						_ = inner.Repos().Permissions.Create(ctx, p)
					}
				}
				return err
			}),
		},
		{
			Name: "dirty-permissions", Turns: []string{"uow/permission-invisible-until-commit"},
			Store: func(inner port.Store) port.Store {
				var pending memo[domain.PermissionID, domain.Permission]
				s := around(inner)
				s.repos.Permissions = permissions{
					Permissions: inner.Repos().Permissions,
					list: func(ctx context.Context) ([]domain.Permission, error) {
						for _, id := range pending.keys() {
							p, _ := pending.get(id)
							return []domain.Permission{p}, nil
						}
						return inner.Repos().Permissions.List(ctx)
					},
				}
				s.do = func(ctx context.Context, fn flow) error {
					return inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
						kept := r.Permissions
						r.Permissions = permissions{Permissions: kept, create: func(ctx context.Context, p domain.Permission) error {
							pending.set(p.ID, p)
							return kept.Create(ctx, p)
						}}
						defer func() {
							for _, id := range pending.keys() {
								pending.drop(id)
							}
						}()
						return fn(ctx, r)
					})
				}
				return s
			},
		},
	}
}
