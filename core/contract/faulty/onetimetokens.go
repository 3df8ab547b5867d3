package faulty

import (
	"context"
	"errors"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// putTokens changes the tokens that Put stores.
func putTokens(change func(t *domain.OneTimeToken)) func(port.Store) port.Store {
	return inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
		return oneTimeTokens{put: func(ctx context.Context, t domain.OneTimeToken) error {
			change(&t)
			return inner.Put(ctx, t)
		}}
	})
}

// shownTokens changes the tokens that Get and Consume return.
func shownTokens(change func(t *domain.OneTimeToken)) func(port.Store) port.Store {
	return inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
		show := func(t domain.OneTimeToken, err error) (domain.OneTimeToken, error) {
			if err == nil {
				change(&t)
			}
			return t, err
		}
		return oneTimeTokens{
			get: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				return show(inner.Get(ctx, p, h, now))
			},
			consume: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				return show(inner.Consume(ctx, p, h, now))
			},
		}
	})
}

// tokenMemory is every token that was put, and how often it was asked for.
type tokenMemory struct {
	put      memo[domain.SecretHash, domain.OneTimeToken]
	consumed memo[domain.SecretHash, bool]
	reads    memo[domain.SecretHash, int]
}

// remembering plants a fault in a store of tokens that knows every token.
func remembering(plant func(inner port.OneTimeTokens, m *tokenMemory) oneTimeTokens) func(port.Store) port.Store {
	return inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
		m := &tokenMemory{}
		r := plant(inner, m)
		if r.put == nil {
			r.put = func(ctx context.Context, t domain.OneTimeToken) error {
				err := inner.Put(ctx, t)
				if err == nil {
					m.put.set(t.Hash, t)
				}
				return err
			}
		}
		if r.consume == nil {
			r.consume = func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Consume(ctx, p, h, now)
				if err == nil {
					m.consumed.set(h, true)
				}
				return t, err
			}
		}
		return r
	})
}

// gotToken plants a fault in what Get answers about a token.
func gotToken(judge func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error)) func(port.Store) port.Store {
	return remembering(func(inner port.OneTimeTokens, m *tokenMemory) oneTimeTokens {
		return oneTimeTokens{get: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
			return judge(ctx, inner, m, p, h, now)
		}}
	})
}

func tokensPutFaults() []Fault {
	return []Fault{
		{
			Name: "token-conflict-unwrapped",
			Turns: []string{
				"tokens/put/duplicate-is-conflict", "tokens/put/revives-no-spent-one", "tokens/put/one-winner",
			},
			Store: inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
				return oneTimeTokens{put: func(ctx context.Context, t domain.OneTimeToken) error {
					return replaceError(inner.Put(ctx, t), port.ErrConflict, driverError())
				}}
			}),
		},
		{
			Name: "token-conflict-overwrites", Turns: []string{"tokens/put/conflict-stores-nothing", "tokens/put/one-winner"},
			Store: inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
				var over memo[domain.SecretHash, domain.OneTimeToken]
				return oneTimeTokens{
					put: func(ctx context.Context, t domain.OneTimeToken) error {
						err := inner.Put(ctx, t)
						if errors.Is(err, port.ErrConflict) {
							over.set(t.Hash, t)
						}
						return err
					},
					get: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
						t, err := inner.Get(ctx, p, h, now)
						if written, ok := over.get(h); ok && err == nil {
							return written, nil
						}
						return t, err
					},
				}
			}),
		},
		{
			Name: "token-conflict-revives", Turns: []string{"tokens/put/revives-no-spent-one"},
			Store: inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
				var revived memo[domain.SecretHash, domain.OneTimeToken]
				return oneTimeTokens{
					put: func(ctx context.Context, t domain.OneTimeToken) error {
						_, spent := inner.Get(ctx, t.Purpose, t.Hash, longBefore())
						if errors.Is(spent, port.ErrStale) {
							revived.set(t.Hash, t)
						}
						return inner.Put(ctx, t)
					},
					get: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
						t, err := inner.Get(ctx, p, h, now)
						if again, ok := revived.get(h); ok && errors.Is(err, port.ErrStale) {
							return again, nil
						}
						return t, err
					},
				}
			}),
		},
		{
			Name: "token-check-then-insert", Turns: []string{"tokens/put/one-winner"},
			Store: inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
				var o overlap
				return oneTimeTokens{put: func(ctx context.Context, t domain.OneTimeToken) error {
					return o.unnoticed(func() error { return inner.Put(ctx, t) })
				}}
			}),
		},
		{
			Name: "payload-cut", Turns: []string{"tokens/values/come-back-equal", "tokens/values/long-payload"},
			Store: putTokens(func(t *domain.OneTimeToken) {
				if len(t.Payload) > 1024 {
					t.Payload = t.Payload[:1024]
				}
			}),
		},
		{
			Name: "payload-cut-at-64k", Turns: []string{"tokens/values/long-payload"},
			Store: putTokens(func(t *domain.OneTimeToken) { t.Payload = t.Payload[:min(len(t.Payload), 1<<16-1)] }),
		},
		{
			Name: "nobody-gets-a-name", Turns: []string{"tokens/values/nobody-stays-nobody"},
			Store: shownTokens(func(t *domain.OneTimeToken) {
				if t.UserID == "" {
					t.UserID = "nobody"
				}
			}),
		},
		{
			Name: "nil-payload-is-empty", Turns: []string{"tokens/values/nil-payload-stays-nil"},
			Store: shownTokens(func(t *domain.OneTimeToken) {
				if t.Payload == nil {
					t.Payload = []byte{}
				}
			}),
		},
		{
			Name: "empty-payload-is-nil", Turns: []string{"tokens/values/empty-payload-stays-empty"},
			Store: shownTokens(func(t *domain.OneTimeToken) {
				if len(t.Payload) == 0 {
					t.Payload = nil
				}
			}),
		},
		{
			Name: "payload-shared", Turns: []string{"tokens/values/payload-is-a-copy"},
			Store: gotToken(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Get(ctx, p, h, now)
				if put, ok := m.put.get(h); ok && err == nil {
					t.Payload = put.Payload
				}
				return t, err
			}),
		},
		{
			Name: "token-time-truncated", Turns: []string{"tokens/times/microseconds"},
			Store: putTokens(func(t *domain.OneTimeToken) { t.ExpiresAt = t.ExpiresAt.Truncate(time.Millisecond) }),
		},
		{
			Name: "token-time-local", Turns: []string{"tokens/times/utc"},
			Store: shownTokens(func(t *domain.OneTimeToken) { t.ExpiresAt = t.ExpiresAt.In(elsewhere()) }),
		},
	}
}

func tokensGetFaults() []Fault {
	return []Fault{
		{
			Name: "third-get-spends", Turns: []string{"tokens/get/does-not-spend"},
			Store: gotToken(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Get(ctx, p, h, now)
				if err == nil && m.reads.change(h, func(n int) int { return n + 1 }) == 3 {
					return inner.Consume(ctx, p, h, now)
				}
				return t, err
			}),
		},
		{
			Name: "unknown-token-is-nil", Turns: []string{"tokens/get/missing-is-not-found"},
			Store: gotToken(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Get(ctx, p, h, now)
				if _, known := m.put.get(h); !known && p == domain.PurposePasswordReset && len(m.put.keys()) > 0 {
					return t, replaceError(err, port.ErrNotFound, nil)
				}
				return t, err
			}),
		},
		{
			Name: "purpose-ignored-by-get", Turns: []string{"tokens/get/purpose"},
			Store: gotToken(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				if put, ok := m.put.get(h); ok && p == "invitation" {
					p = put.Purpose
				}
				return inner.Get(ctx, p, h, now)
			}),
		},
		{
			Name: "expired-beats-spent-in-get", Turns: []string{"tokens/get/spent-is-stale"},
			Store: gotToken(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Get(ctx, p, h, now)
				put, _ := m.put.get(h)
				if _, ok := m.consumed.get(h); ok && !now.Before(put.ExpiresAt) {
					return t, replaceError(err, port.ErrStale, port.ErrExpired)
				}
				return t, err
			}),
		},
		{
			Name: "get-expiry-inclusive", Turns: []string{"tokens/get/expiry-boundary"},
			Store: gotToken(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				if put, ok := m.put.get(h); ok && put.ExpiresAt.Equal(now) {
					now = now.Add(-time.Microsecond)
				}
				return inner.Get(ctx, p, h, now)
			}),
		},
	}
}
