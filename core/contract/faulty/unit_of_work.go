package faulty

import (
	"context"
	"errors"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// flow is what a caller of Do wants done.
type flow = func(ctx context.Context, r port.Repos) error

// doing plants a fault in Do.
func doing(do func(ctx context.Context, inner port.Store, fn flow) error) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		s.do = func(ctx context.Context, fn flow) error { return do(ctx, inner, fn) }
		return s
	}
}

// within plants a fault in the repositories that a flow is given.
func within(plant func(r port.Repos) port.Repos) func(port.Store) port.Store {
	return doing(func(ctx context.Context, inner port.Store, fn flow) error {
		return inner.Do(ctx, func(ctx context.Context, r port.Repos) error { return fn(ctx, plant(r)) })
	})
}

// errRollback makes the reference store roll back, and is seen by nobody.
func errRollback() error { return errors.New("rolled back by a fault") }

func unitOfWorkFaults() []Fault {
	return append(unitOfWorkCommitFaults(), unitOfWorkDoomFaults()...)
}

func unitOfWorkCommitFaults() []Fault {
	return []Fault{
		{
			Name: "touch-lost-in-transaction", Turns: []string{"uow/commits"},
			Store: within(func(r port.Repos) port.Repos {
				inner := r.Users
				r.Users = users{Users: inner, touch: func(ctx context.Context, id domain.UserID, at time.Time) error {
					if _, err := inner.ByID(ctx, id); err == nil {
						return nil
					}
					return inner.Touch(ctx, id, at)
				}}
				return r
			}),
		},
		{
			Name: "reads-go-around-the-transaction", Turns: []string{"uow/sees-its-own-writes"},
			Store: within(func(r port.Repos) port.Repos {
				inner := r.Users
				var written memo[string, bool]
				r.Users = users{
					Users: inner,
					create: func(ctx context.Context, u domain.User) error {
						written.set(u.Email.Key(), true)
						return inner.Create(ctx, u)
					},
					byEmail: func(ctx context.Context, e domain.Email) (domain.User, error) {
						if _, ok := written.get(e.Key()); ok {
							return domain.User{}, port.ErrNotFound
						}
						return inner.ByEmail(ctx, e)
					},
				}
				return r
			}),
		},
		{
			Name: "dirty-reads", Turns: []string{"uow/invisible-until-commit"},
			Store: func(inner port.Store) port.Store {
				var pending memo[domain.UserID, domain.User]
				s := around(inner)
				s.repos.Users = users{
					Users: inner.Repos().Users,
					byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
						if u, ok := pending.get(id); ok {
							return u, nil
						}
						return inner.Repos().Users.ByID(ctx, id)
					},
				}
				s.do = func(ctx context.Context, fn flow) error {
					return inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
						create := r.Users.Create
						var mine []domain.UserID
						r.Users = users{Users: r.Users, create: func(ctx context.Context, u domain.User) error {
							err := create(ctx, u)
							if err == nil {
								pending.set(u.ID, u)
								mine = append(mine, u.ID)
							}
							return err
						}}
						defer func() {
							for _, id := range mine {
								pending.drop(id)
							}
						}()
						return fn(ctx, r)
					})
				}
				return s
			},
		},
		{
			Name: "lost-update", Turns: []string{"uow/one-after-the-other"},
			Store: func(inner port.Store) port.Store {
				var o overlap
				var lost once
				s := around(inner)
				s.do = func(ctx context.Context, fn flow) error {
					return o.during(func(shared bool) error {
						if !shared || !lost.take() {
							return inner.Do(ctx, fn)
						}
						own := errRollback()
						err := inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
							if err := fn(ctx, r); err != nil {
								return err
							}
							return own
						})
						return replaceError(err, own, nil)
					})
				}
				return s
			},
		},
		{
			Name: "commit-on-error", Turns: []string{"uow/rollback-on-error", "uow/rollback-tokens", "uow/rollback-letters", "uow/rollback-identities", "uow/rollback-permissions"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) error {
				var own error
				err := inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
					own = fn(ctx, r)
					return nil
				})
				return errors.Join(own, err)
			}),
		},
		{
			Name: "panic-commits", Turns: []string{"uow/rollback-on-panic", "uow/rollback-tokens", "uow/rollback-letters", "uow/rollback-identities", "uow/rollback-permissions"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) error {
				var panicked any
				err := inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
					defer func() { panicked = recover() }()
					return fn(ctx, r)
				})
				if panicked != nil {
					panic(panicked)
				}
				return err
			}),
		},
		{
			Name: "panic-swallowed", Turns: []string{"uow/panics-again"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) (err error) {
				defer func() {
					if recover() != nil {
						err = errRollback()
					}
				}()
				return inner.Do(ctx, fn)
			}),
		},
		{
			Name: "panic-leaks-the-connection", Turns: []string{"uow/works-after-a-panic"},
			Store: func(inner port.Store) port.Store {
				var free memo[string, int]
				s := around(inner)
				s.do = func(ctx context.Context, fn flow) error {
					if used, _ := free.get("used"); used > 2 {
						return errors.New("no connection is free")
					}
					free.change("used", func(n int) int { return n + 1 })
					err := inner.Do(ctx, fn)
					free.change("used", func(n int) int { return n - 1 })
					return err
				}
				return s
			},
		},
		{
			Name: "cancel-commits", Turns: []string{"uow/rollback-on-cancel"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				return inner.Do(context.WithoutCancel(ctx), func(_ context.Context, r port.Repos) error { return fn(ctx, r) })
			}),
		},
		{
			Name: "error-flattened", Turns: []string{"uow/error-identity"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) error {
				var own error
				err := inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
					own = fn(ctx, r)
					return own
				})
				if own != nil {
					return errors.New("transaction: " + err.Error())
				}
				return err
			}),
		},
	}
}

// unitOfWorkDoomFaults answer from inside a transaction without telling it, so that it goes
// on as if nothing had happened.
func unitOfWorkDoomFaults() []Fault {
	return []Fault{
		{
			Name: "conflict-survives-in-transaction", Turns: []string{"uow/conflict-dooms"},
			Store: within(func(r port.Repos) port.Repos {
				inner := r.Users
				r.Users = users{Users: inner, create: func(ctx context.Context, u domain.User) error {
					if _, err := inner.ByID(ctx, u.ID); err == nil {
						return port.ErrConflict
					}
					return inner.Create(ctx, u)
				}}
				return r
			}),
		},
		{
			Name: "stale-survives-in-transaction", Turns: []string{"uow/stale-dooms"},
			Store: within(func(r port.Repos) port.Repos {
				inner := r.Users
				r.Users = users{Users: inner, update: func(ctx context.Context, u domain.User) (domain.User, error) {
					if old, err := inner.ByID(ctx, u.ID); err == nil && old.Version != u.Version {
						return old, port.ErrStale
					}
					return inner.Update(ctx, u)
				}}
				return r
			}),
		},
		{
			Name: "invalid-survives-in-transaction", Turns: []string{"uow/invalid-dooms"},
			Store: within(func(r port.Repos) port.Repos {
				inner := r.Users
				r.Users = users{Users: inner, touch: func(ctx context.Context, id domain.UserID, at time.Time) error {
					if err := port.CheckKey(string(id)); err != nil {
						return err
					}
					return inner.Touch(ctx, id, at)
				}}
				return r
			}),
		},
		{
			Name: "role-conflict-survives-in-transaction", Turns: []string{"uow/role-conflict-dooms"},
			Store: within(func(r port.Repos) port.Repos {
				inner := r.Roles
				r.Roles = roles{Roles: inner, create: func(ctx context.Context, role domain.Role) error {
					if _, err := inner.ByID(ctx, role.ID); err == nil {
						return port.ErrConflict
					}
					return inner.Create(ctx, role)
				}}
				return r
			}),
		},
		{
			Name: "cancelled-call-survives-in-transaction", Turns: []string{"uow/cancelled-call-dooms"},
			Store: within(func(r port.Repos) port.Repos {
				inner := r.Users
				r.Users = users{Users: inner, touch: func(ctx context.Context, id domain.UserID, at time.Time) error {
					if err := ctx.Err(); err != nil {
						return err
					}
					return inner.Touch(ctx, id, at)
				}}
				return r
			}),
		},
		{
			Name: "not-found-dooms", Turns: []string{"uow/not-found-dooms-nothing"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) error {
				return inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
					missed := false
					byID := r.Users.ByID
					r.Users = users{Users: r.Users, byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
						u, err := byID(ctx, id)
						missed = missed || errors.Is(err, port.ErrNotFound)
						return u, err
					}}
					if err := fn(ctx, r); err != nil {
						return err
					}
					if missed {
						return errRollback()
					}
					return nil
				})
			}),
		},
	}
}
