package faulty

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// withinTokens plants a fault in the tokens of each transaction; withinQueue in its letters.
func withinTokens(plant func(inner port.OneTimeTokens) oneTimeTokens) func(port.Store) port.Store {
	return within(func(r port.Repos) port.Repos {
		tokens := plant(r.OneTimeTokens)
		tokens.OneTimeTokens = r.OneTimeTokens
		r.OneTimeTokens = tokens
		return r
	})
}

func withinQueue(plant func(inner port.MailQueue) mailQueue) func(port.Store) port.Store {
	return within(func(r port.Repos) port.Repos {
		queue := plant(r.MailQueue)
		queue.MailQueue = r.MailQueue
		r.MailQueue = queue
		return r
	})
}

func unitOfWorkMailFaults() []Fault {
	return append(unitOfWorkMailCommitFaults(), unitOfWorkMailDoomFaults()...)
}

func unitOfWorkMailCommitFaults() []Fault {
	return []Fault{
		{
			Name: "letter-lost-beside-a-token", Turns: []string{"uow/commits-tokens-and-letters"},
			Store: within(func(r port.Repos) port.Repos {
				tokens, queue := r.OneTimeTokens, r.MailQueue
				var consumed once
				r.OneTimeTokens = oneTimeTokens{OneTimeTokens: tokens, consume: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
					t, err := tokens.Consume(ctx, p, h, now)
					if err == nil {
						consumed.take()
					}
					return t, err
				}}
				r.MailQueue = mailQueue{MailQueue: queue, put: func(ctx context.Context, l domain.Letter) error {
					if consumed.taken.Load() {
						return nil
					}
					return queue.Put(ctx, l)
				}}
				return r
			}),
		},
		{
			Name: "token-reads-go-around-the-transaction", Turns: []string{"uow/sees-its-own-tokens"},
			Store: withinTokens(func(inner port.OneTimeTokens) oneTimeTokens {
				return oneTimeTokens{get: func(context.Context, domain.Purpose, domain.SecretHash, time.Time) (domain.OneTimeToken, error) {
					return domain.OneTimeToken{}, port.ErrNotFound
				}}
			}),
		},
		{
			Name: "tokens-outside-the-transaction", Turns: []string{"uow/rollback-tokens"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) error {
				var put []domain.OneTimeToken
				err := inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
					tokens := r.OneTimeTokens
					r.OneTimeTokens = oneTimeTokens{OneTimeTokens: tokens, put: func(ctx context.Context, t domain.OneTimeToken) error {
						put = append(put, t)
						return tokens.Put(ctx, t)
					}}
					return fn(ctx, r)
				})
				for _, t := range put {
					if err != nil {
						_ = inner.Repos().OneTimeTokens.Put(ctx, t)
					}
				}
				return err
			}),
		},
		{
			Name: "letters-outside-the-transaction", Turns: []string{"uow/rollback-letters"},
			Store: doing(func(ctx context.Context, inner port.Store, fn flow) error {
				var put []domain.Letter
				err := inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
					queue := r.MailQueue
					r.MailQueue = mailQueue{MailQueue: queue, put: func(ctx context.Context, l domain.Letter) error {
						put = append(put, l)
						return queue.Put(ctx, l)
					}}
					return fn(ctx, r)
				})
				for _, l := range put {
					if err != nil {
						_ = inner.Repos().MailQueue.Put(ctx, l)
					}
				}
				return err
			}),
		},
		{
			Name: "dirty-tokens", Turns: []string{"uow/token-invisible-until-commit"},
			Store: func(inner port.Store) port.Store {
				var pending memo[domain.SecretHash, domain.OneTimeToken]
				s := around(inner)
				s.repos.OneTimeTokens = oneTimeTokens{
					OneTimeTokens: inner.Repos().OneTimeTokens,
					get: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
						if t, ok := pending.get(h); ok {
							return t, nil
						}
						return inner.Repos().OneTimeTokens.Get(ctx, p, h, now)
					},
				}
				s.do = func(ctx context.Context, fn flow) error {
					return inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
						tokens := r.OneTimeTokens
						r.OneTimeTokens = oneTimeTokens{OneTimeTokens: tokens, put: func(ctx context.Context, t domain.OneTimeToken) error {
							pending.set(t.Hash, t)
							return tokens.Put(ctx, t)
						}}
						defer func() {
							for _, h := range pending.keys() {
								pending.drop(h)
							}
						}()
						return fn(ctx, r)
					})
				}
				return s
			},
		},
		{
			Name: "dirty-letters", Turns: []string{"uow/letter-invisible-until-commit"},
			Store: func(inner port.Store) port.Store {
				var pending memo[string, domain.Letter]
				s := around(inner)
				s.repos.MailQueue = mailQueue{
					MailQueue: inner.Repos().MailQueue,
					claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
						for _, id := range pending.keys() {
							if l, ok := pending.get(id); ok {
								return []port.Lease{{Letter: l, Token: "too early"}}, nil
							}
						}
						return inner.Repos().MailQueue.Claim(ctx, now, until, limit)
					},
				}
				s.do = func(ctx context.Context, fn flow) error {
					return inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
						queue := r.MailQueue
						r.MailQueue = mailQueue{MailQueue: queue, put: func(ctx context.Context, l domain.Letter) error {
							pending.set(l.ID, l)
							return queue.Put(ctx, l)
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

// unitOfWorkMailDoomFaults answer from inside a transaction without telling it.
func unitOfWorkMailDoomFaults() []Fault {
	// refusedTokens answers with refused for a token that was put outside, where spent says
	// whether the transaction has spent the tokens of its user.
	refusedTokens := func(spent bool, refused error) func(port.Store) port.Store {
		return func(inner port.Store) port.Store {
			var put memo[domain.SecretHash, domain.OneTimeToken]
			s := around(inner)
			s.repos.OneTimeTokens = oneTimeTokens{
				OneTimeTokens: inner.Repos().OneTimeTokens,
				put: func(ctx context.Context, t domain.OneTimeToken) error {
					put.set(t.Hash, t)
					return inner.Repos().OneTimeTokens.Put(ctx, t)
				},
			}
			s.do = within(func(r port.Repos) port.Repos {
				tokens := r.OneTimeTokens
				var spend once
				r.OneTimeTokens = oneTimeTokens{
					OneTimeTokens: tokens,
					spendUser: func(ctx context.Context, id domain.UserID, p domain.Purpose) error {
						spend.take()
						return tokens.SpendUser(ctx, id, p)
					},
					consume: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
						if t, ok := put.get(h); ok && !now.Before(t.ExpiresAt) && spend.taken.Load() == spent {
							return domain.OneTimeToken{}, refused
						}
						return tokens.Consume(ctx, p, h, now)
					},
				}
				return r
			})(inner).Do
			return s
		}
	}
	return []Fault{
		{
			Name: "expired-token-survives-in-transaction", Turns: []string{"uow/expired-token-dooms"},
			Store: refusedTokens(false, port.ErrExpired),
		},
		{
			Name: "spent-token-survives-in-transaction", Turns: []string{"uow/spent-token-dooms"},
			Store: refusedTokens(true, port.ErrStale),
		},
		{
			Name: "letter-conflict-survives-in-transaction", Turns: []string{"uow/letter-conflict-dooms"},
			Store: withinQueue(func(inner port.MailQueue) mailQueue {
				var put memo[string, bool]
				return mailQueue{put: func(ctx context.Context, l domain.Letter) error {
					if _, taken := put.get(l.ID); taken {
						return port.ErrConflict
					}
					put.set(l.ID, true)
					return inner.Put(ctx, l)
				}}
			}),
		},
		{
			Name: "stale-lease-survives-in-transaction", Turns: []string{"uow/stale-lease-dooms"},
			Store: withinQueue(func(inner port.MailQueue) mailQueue {
				var lent once
				return mailQueue{
					claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
						lent.take()
						return inner.Claim(ctx, now, until, limit)
					},
					done: func(ctx context.Context, l port.Lease) error {
						if !lent.taken.Load() {
							return port.ErrStale
						}
						return inner.Done(ctx, l)
					},
				}
			}),
		},
	}
}
