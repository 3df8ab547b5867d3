package faulty

import (
	"context"
	"errors"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func usersDeleteFaults() []Fault {
	deleting := func(remove func(ctx context.Context, inner port.Users, id domain.UserID, version int64) error) func(port.Store) port.Store {
		return inUsers(func(inner port.Users) users {
			return users{Users: inner, delete: func(ctx context.Context, id domain.UserID, version int64) error {
				return remove(ctx, inner, id, version)
			}}
		})
	}
	return []Fault{
		{
			Name: "user-delete-takes-the-next", Turns: []string{"users/delete/removes"},
			Store: deleting(func(ctx context.Context, inner port.Users, id domain.UserID, version int64) error {
				err := inner.Delete(ctx, id, version)
				if next, listErr := inner.List(ctx, id, 1); err == nil && listErr == nil && len(next) == 1 {
					return inner.Delete(ctx, next[0].ID, next[0].Version)
				}
				return err
			}),
		},
		{
			Name: "user-delete-keeps-the-address", Turns: []string{"users/delete/frees-address-and-token"},
			Store: inUsers(func(inner port.Users) users {
				var kept memo[string, domain.User]
				return users{
					Users: inner,
					delete: func(ctx context.Context, id domain.UserID, version int64) error {
						u, readErr := inner.ByID(ctx, id)
						err := inner.Delete(ctx, id, version)
						if err == nil && readErr == nil {
							kept.set(u.Email.Key(), u)
						}
						return err
					},
					byEmail: func(ctx context.Context, e domain.Email) (domain.User, error) {
						if u, ok := kept.get(e.Key()); ok {
							return u, nil
						}
						return inner.ByEmail(ctx, e)
					},
				}
			}),
		},
		{
			Name: "user-delete-ignores-the-version", Turns: []string{"users/delete/stale-version"},
			Store: deleting(func(ctx context.Context, inner port.Users, id domain.UserID, version int64) error {
				err := inner.Delete(ctx, id, version)
				if u, readErr := inner.ByID(ctx, id); errors.Is(err, port.ErrStale) && readErr == nil {
					return inner.Delete(ctx, id, u.Version)
				}
				return err
			}),
		},
		{
			Name: "user-delete-missing-is-nil", Turns: []string{"users/delete/missing-is-not-found"},
			Store: deleting(func(ctx context.Context, inner port.Users, id domain.UserID, version int64) error {
				return replaceError(inner.Delete(ctx, id, version), port.ErrNotFound, nil)
			}),
		},
	}
}
