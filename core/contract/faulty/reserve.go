package faulty

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func reserveFaults() []Fault {
	return []Fault{
		{
			Name: "reserve-missing-is-nil", Turns: []string{"roles/reserve/missing-is-not-found"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, reserve: func(ctx context.Context, id domain.RoleID) error {
					return replaceError(inner.Reserve(ctx, id), port.ErrNotFound, nil)
				}}
			}),
		},
		{
			Name: "reserve-leaves-a-mark", Turns: []string{"roles/reserve/changes-nothing"},
			Store: inRoles(func(inner port.Roles) roles {
				var reserved memo[domain.RoleID, int]
				return roles{
					Roles: inner,
					reserve: func(ctx context.Context, id domain.RoleID) error {
						err := inner.Reserve(ctx, id)
						if err == nil {
							reserved.change(id, func(n int) int { return n + 1 })
						}
						return err
					},
					byID: func(ctx context.Context, id domain.RoleID) (domain.Role, error) {
						r, err := inner.ByID(ctx, id)
						if n, _ := reserved.get(id); n > 2 {
							r.Name += "*"
						}
						return r, err
					},
				}
			}),
		},
		{
			// What a unit counts is what there was before those that run beside it.
			Name: "reserve-reserves-nothing", Turns: []string{"uow/reserved-role-keeps-its-last-user"},
			Store: func(inner port.Store) port.Store {
				var o overlap
				s := around(inner)
				s.do = func(ctx context.Context, fn flow) error {
					const editors = "id-of-editors"
					before, err := inner.Repos().Users.Count(ctx, port.UserFilter{
						Equal: map[port.UserField]string{port.UserFieldRole: editors},
					})
					if err != nil || before == 0 {
						return inner.Do(ctx, fn) // waits for nobody: there is nothing to miscount
					}
					return o.during(func(bool) error {
						return inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
							own := r.Users
							r.Users = users{Users: own, count: func(ctx context.Context, f port.UserFilter) (int, error) {
								n, err := own.Count(ctx, f)
								if f.Equal[port.UserFieldRole] == editors {
									n = max(n, before)
								}
								return n, err
							}}
							return fn(ctx, r)
						})
					})
				}
				return s
			},
		},
	}
}
