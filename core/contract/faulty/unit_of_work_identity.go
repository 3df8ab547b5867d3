package faulty

import (
	"context"
	"errors"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func unitOfWorkIdentityFaults() []Fault {
	return []Fault{
		{
			Name: "identity-lost-beside-a-user", Turns: []string{"uow/commits-identities"},
			Store: within(func(r port.Repos) port.Repos {
				known, linked := r.Users, r.Identities
				var created once
				r.Users = users{Users: known, create: func(ctx context.Context, u domain.User) error {
					created.take()
					return known.Create(ctx, u)
				}}
				r.Identities = identities{Identities: linked, link: func(ctx context.Context, i domain.Identity) error {
					if _, err := linked.Find(ctx, i.Provider, i.Subject); errors.Is(err, port.ErrNotFound) && created.taken.Load() {
						return nil
					}
					return linked.Link(ctx, i)
				}}
				return r
			}),
		},
		{
			Name: "identities-outside-the-transaction", Turns: []string{"uow/rollback-identities"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) error {
				var written []domain.Identity
				err := inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
					linked := r.Identities
					r.Identities = identities{Identities: linked, link: func(ctx context.Context, i domain.Identity) error {
						written = append(written, i)
						return linked.Link(ctx, i)
					}}
					return fn(ctx, r)
				})
				for _, i := range written {
					if err != nil {
						_ = inner.Repos().Identities.Link(ctx, i)
					}
				}
				return err
			}),
		},
		{
			Name: "dirty-identities", Turns: []string{"uow/identity-invisible-until-commit"},
			Store: func(inner port.Store) port.Store {
				var pending memo[string, domain.Identity]
				s := around(inner)
				s.repos.Identities = identities{
					Identities: inner.Repos().Identities,
					find: func(ctx context.Context, provider, subject string) (domain.Identity, error) {
						if i, ok := pending.get(subject); ok {
							return i, nil
						}
						return inner.Repos().Identities.Find(ctx, provider, subject)
					},
				}
				s.do = func(ctx context.Context, fn flow) error {
					return inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
						linked := r.Identities
						r.Identities = identities{Identities: linked, link: func(ctx context.Context, i domain.Identity) error {
							pending.set(i.Subject, i)
							return linked.Link(ctx, i)
						}}
						defer func() {
							for _, subject := range pending.keys() {
								pending.drop(subject)
							}
						}()
						return fn(ctx, r)
					})
				}
				return s
			},
		},
		{
			Name: "identity-conflict-survives-in-transaction", Turns: []string{"uow/identity-taken-dooms"},
			Store: within(func(r port.Repos) port.Repos {
				linked := r.Identities
				r.Identities = identities{Identities: linked, link: func(ctx context.Context, i domain.Identity) error {
					if _, err := linked.Find(ctx, i.Provider, i.Subject); err == nil {
						return port.ErrConflict
					}
					return linked.Link(ctx, i)
				}}
				return r
			}),
		},
	}
}
