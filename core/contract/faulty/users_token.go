package faulty

import (
	"context"
	"errors"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func usersTokenFaults() []Fault {
	return []Fault{
		{
			Name: "static-token-forgets-a-column", Turns: []string{"users/by-static-token/finds"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, byToken: func(ctx context.Context, h domain.SecretHash) (domain.User, error) {
					u, err := inner.ByStaticToken(ctx, h)
					u.Preferences = nil
					return u, err
				}}
			}),
		},
		{
			Name: "static-token-not-found-is-nil", Turns: []string{"users/by-static-token/missing-is-not-found"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, byToken: func(ctx context.Context, h domain.SecretHash) (domain.User, error) {
					u, err := inner.ByStaticToken(ctx, h)
					if h == (domain.SecretHash{}) {
						err = replaceError(err, port.ErrNotFound, nil)
					}
					return u, err
				}}
			}),
		},
		{
			Name: "static-token-index-keeps-the-old", Turns: []string{"users/by-static-token/follows-updates"},
			Store: inUsers(func(inner port.Users) users {
				var index memo[domain.SecretHash, domain.UserID]
				return users{
					Users: inner,
					update: func(ctx context.Context, u domain.User) (domain.User, error) {
						old, readErr := inner.ByID(ctx, u.ID)
						stored, err := inner.Update(ctx, u)
						if err == nil && readErr == nil && old.StaticToken != nil {
							index.set(*old.StaticToken, u.ID)
						}
						return stored, err
					},
					byToken: func(ctx context.Context, h domain.SecretHash) (domain.User, error) {
						u, err := inner.ByStaticToken(ctx, h)
						if id, ok := index.get(h); ok && errors.Is(err, port.ErrNotFound) {
							return inner.ByID(ctx, id)
						}
						return u, err
					},
				}
			}),
		},
		{
			Name: "static-token-conflict-unwrapped/create", Turns: []string{"users/create/taken-token-is-conflict"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, create: func(ctx context.Context, u domain.User) error {
					_, missing := inner.ByID(ctx, u.ID)
					_, free := inner.ByEmail(ctx, u.Email)
					err := inner.Create(ctx, u)
					if errors.Is(missing, port.ErrNotFound) && errors.Is(free, port.ErrNotFound) {
						return replaceError(err, port.ErrConflict, driverError())
					}
					return err
				}}
			}),
		},
		{
			Name: "static-token-conflict-unwrapped/update", Turns: []string{"users/update/token-conflict"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, update: func(ctx context.Context, u domain.User) (domain.User, error) {
					owner, taken := inner.ByEmail(ctx, u.Email)
					stored, err := inner.Update(ctx, u)
					if taken == nil && owner.ID == u.ID {
						err = replaceError(err, port.ErrConflict, driverError())
					}
					return stored, err
				}}
			}),
		},
	}
}
