package faulty

import (
	"context"
	"errors"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func storeFaults() []Fault {
	return []Fault{
		{
			Name: "ping-fails", Turns: []string{"store/ping"},
			Store: func(inner port.Store) port.Store {
				s := around(inner)
				s.ping = func(ctx context.Context) error {
					if err := inner.Ping(ctx); err != nil {
						return err
					}
					return errors.New("no such table: ping")
				}
				return s
			},
		},
		{
			Name: "second-close-fails", Turns: []string{"store/close-twice-is-no-error"},
			Store: func(inner port.Store) port.Store {
				var closed once
				s := around(inner)
				s.close = func() error {
					if !closed.take() {
						return errors.New("closed already")
					}
					return inner.Close()
				}
				return s
			},
		},
		{
			// As a connection does that is left inside a failed transaction.
			Name: "error-spoils-the-connection", Turns: []string{"store/repos-commit-each-call"},
			Store: inUsers(func(inner port.Users) users {
				var failed memo[string, bool]
				return users{Users: inner, create: func(ctx context.Context, u domain.User) error {
					_, noID := inner.ByID(ctx, u.ID)
					_, noEmail := inner.ByEmail(ctx, u.Email)
					if _, ok := failed.get(""); ok && errors.Is(noID, port.ErrNotFound) && errors.Is(noEmail, port.ErrNotFound) {
						return nil
					}
					err := inner.Create(ctx, u)
					if errors.Is(err, port.ErrConflict) && noID == nil && noEmail == nil {
						failed.set("", true)
					}
					return err
				}}
			}),
		},
	}
}
