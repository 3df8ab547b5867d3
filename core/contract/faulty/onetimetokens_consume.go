package faulty

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// consuming plants a fault in Consume, which knows every token.
func consuming(consume func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error)) func(port.Store) port.Store {
	return remembering(func(inner port.OneTimeTokens, m *tokenMemory) oneTimeTokens {
		return oneTimeTokens{consume: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
			return consume(ctx, inner, m, p, h, now)
		}}
	})
}

func tokensConsumeFaults() []Fault {
	return []Fault{
		{
			// As an UPDATE does that compares with a user who is NULL.
			Name: "consume-keeps", Turns: []string{"tokens/consume/once"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				if put, ok := m.put.get(h); ok && put.UserID == "" {
					return inner.Get(ctx, p, h, now)
				}
				return inner.Consume(ctx, p, h, now)
			}),
		},
		{
			Name: "consume-returns-the-newest", Turns: []string{"tokens/consume/returns-the-token"},
			Store: remembering(func(inner port.OneTimeTokens, _ *tokenMemory) oneTimeTokens {
				var newest memo[string, domain.OneTimeToken]
				return oneTimeTokens{
					put: func(ctx context.Context, t domain.OneTimeToken) error {
						newest.set("", t)
						return inner.Put(ctx, t)
					},
					consume: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
						t, err := inner.Consume(ctx, p, h, now)
						if latest, ok := newest.get(""); ok && err == nil && latest.Hash != h {
							return latest, nil
						}
						return t, err
					},
				}
			}),
		},
		{
			Name: "consume-spends-siblings", Turns: []string{"tokens/consume/only-that-one"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, _ *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Consume(ctx, p, h, now)
				if err != nil {
					return t, err
				}
				return t, inner.SpendUser(ctx, t.UserID, p)
			}),
		},
		{
			Name: "consume-read-then-write", Turns: []string{"tokens/consume/one-winner"},
			Store: inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
				var o overlap
				return oneTimeTokens{consume: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (t domain.OneTimeToken, err error) {
					err = o.during(func(shared bool) error {
						t, err = inner.Consume(ctx, p, h, now)
						if shared {
							return replaceError(err, port.ErrStale, nil)
						}
						return err
					})
					return t, err
				}}
			}),
		},
		{
			Name: "unknown-token-is-spent", Turns: []string{"tokens/consume/missing-is-not-found"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Consume(ctx, p, h, now)
				if _, known := m.put.get(h); !known {
					return t, replaceError(err, port.ErrNotFound, port.ErrStale)
				}
				return t, err
			}),
		},
		{
			Name: "purpose-ignored", Turns: []string{"tokens/consume/purpose", "tokens/consume/wrong-purpose-does-not-spend"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				if put, ok := m.put.get(h); ok {
					p = put.Purpose
				}
				return inner.Consume(ctx, p, h, now)
			}),
		},
		{
			Name: "wrong-purpose-spends", Turns: []string{"tokens/consume/wrong-purpose-does-not-spend"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Consume(ctx, p, h, now)
				if put, ok := m.put.get(h); ok && errors.Is(err, port.ErrNotFound) {
					_, _ = inner.Consume(ctx, put.Purpose, h, now)
				}
				return t, err
			}),
		},
		{
			// As where a spent one is deleted.
			Name: "spent-is-not-found", Turns: []string{"tokens/consume/spent-is-stale"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, _ *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Consume(ctx, p, h, now)
				if p == "invitation" {
					return t, replaceError(err, port.ErrStale, port.ErrNotFound)
				}
				return t, err
			}),
		},
		{
			Name: "one-time-token-expiry-inclusive", Turns: []string{"tokens/consume/expiry-boundary"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				if put, ok := m.put.get(h); ok && put.ExpiresAt.Equal(now) {
					now = now.Add(-time.Microsecond)
				}
				return inner.Consume(ctx, p, h, now)
			}),
		},
		{
			Name: "expired-spends", Turns: []string{"tokens/consume/expired-does-not-spend"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, _ *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Consume(ctx, p, h, now)
				if errors.Is(err, port.ErrExpired) {
					_, _ = inner.Consume(ctx, p, h, longBefore())
				}
				return t, err
			}),
		},
		{
			Name: "expired-beats-spent", Turns: []string{"tokens/consume/which-error"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, m *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Consume(ctx, p, h, now)
				if put, ok := m.put.get(h); ok && !now.Before(put.ExpiresAt) {
					return t, replaceError(err, port.ErrStale, port.ErrExpired)
				}
				return t, err
			}),
		},
		{
			Name: "token-own-clock", Turns: []string{"tokens/consume/time-is-an-argument"},
			Store: consuming(func(ctx context.Context, inner port.OneTimeTokens, _ *tokenMemory, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				t, err := inner.Consume(ctx, p, h, now)
				if err == nil && t.ExpiresAt.Before(time.Now().AddDate(-50, 0, 0)) {
					return domain.OneTimeToken{}, port.ErrExpired
				}
				return t, err
			}),
		},
	}
}

// spending plants a fault in SpendUser: it spends the tokens that which is true of.
func spending(which func(t domain.OneTimeToken, id domain.UserID, p domain.Purpose) bool) func(port.Store) port.Store {
	return remembering(func(inner port.OneTimeTokens, m *tokenMemory) oneTimeTokens {
		return oneTimeTokens{spendUser: func(ctx context.Context, id domain.UserID, p domain.Purpose) error {
			if err := port.CheckKey(string(id), string(p)); err != nil {
				return err
			}
			if _, err := inner.Prune(ctx, longBefore(), 0); err != nil {
				return err // the store is closed, or ctx is done
			}
			for _, h := range m.put.keys() {
				if t, _ := m.put.get(h); which(t, id, p) {
					_, _ = inner.Consume(ctx, t.Purpose, h, longBefore())
				}
			}
			return nil
		}}
	})
}

func tokensSpendUserFaults() []Fault {
	return []Fault{
		{
			Name: "spend-user-spares-the-first", Turns: []string{"tokens/spend-user/all"},
			Store: spending(func(t domain.OneTimeToken, id domain.UserID, p domain.Purpose) bool {
				return t.UserID == id && t.Purpose == p && t.Hash != domain.HashSecret("token a")
			}),
		},
		{
			Name: "spend-user-spares-the-expired", Turns: []string{"tokens/spend-user/expired-too"},
			Store: spending(func(t domain.OneTimeToken, id domain.UserID, p domain.Purpose) bool {
				begin := time.Date(2026, time.March, 14, 9, 0, 0, 0, time.UTC) // the kit's own day
				return t.UserID == id && t.Purpose == p && t.ExpiresAt.After(begin)
			}),
		},
		{
			Name: "spend-user-all-purposes", Turns: []string{"tokens/spend-user/only-that-purpose"},
			Store: spending(func(t domain.OneTimeToken, id domain.UserID, _ domain.Purpose) bool { return t.UserID == id }),
		},
		{
			Name: "spend-user-hits-others", Turns: []string{"tokens/spend-user/only-that-user"},
			Store: spending(func(t domain.OneTimeToken, id domain.UserID, p domain.Purpose) bool {
				return strings.EqualFold(string(t.UserID), string(id)) && t.Purpose == p
			}),
		},
		{
			Name: "spend-user-missing-errors", Turns: []string{"tokens/spend-user/missing-is-no-error"},
			Store: remembering(func(inner port.OneTimeTokens, m *tokenMemory) oneTimeTokens {
				return oneTimeTokens{spendUser: func(ctx context.Context, id domain.UserID, p domain.Purpose) error {
					err := inner.SpendUser(ctx, id, p)
					if err == nil && len(m.put.keys()) == 0 {
						return port.ErrNotFound
					}
					return err
				}}
			}),
		},
	}
}

func tokensPruneFaults() []Fault {
	pruning := func(prune func(ctx context.Context, inner port.OneTimeTokens, before time.Time, limit int) (int, error)) func(port.Store) port.Store {
		return inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
			return oneTimeTokens{prune: func(ctx context.Context, before time.Time, limit int) (int, error) {
				return prune(ctx, inner, before, limit)
			}}
		})
	}
	return []Fault{
		{
			Name: "token-prune-counts-once", Turns: []string{"tokens/prune/removes", "tokens/prune/boundary", "tokens/prune/limit"},
			Store: pruning(func(ctx context.Context, inner port.OneTimeTokens, before time.Time, limit int) (int, error) {
				n, err := inner.Prune(ctx, before, limit)
				return min(n, 1), err
			}),
		},
		{
			Name: "token-prune-inclusive", Turns: []string{"tokens/prune/boundary"},
			Store: pruning(func(ctx context.Context, inner port.OneTimeTokens, before time.Time, limit int) (int, error) {
				return inner.Prune(ctx, before.Add(time.Microsecond), limit)
			}),
		},
		{
			Name: "token-prune-exclusive", Turns: []string{"tokens/prune/boundary"},
			Store: pruning(func(ctx context.Context, inner port.OneTimeTokens, before time.Time, limit int) (int, error) {
				return inner.Prune(ctx, before.Add(-time.Microsecond), limit)
			}),
		},
		{
			Name: "token-prune-goes-too-far", Turns: []string{"tokens/prune/keeps-the-later", "tokens/prune/boundary"},
			Store: pruning(func(ctx context.Context, inner port.OneTimeTokens, before time.Time, limit int) (int, error) {
				return inner.Prune(ctx, before.Add(2*time.Hour), limit)
			}),
		},
		{
			Name: "token-prune-ignores-limit", Turns: []string{"tokens/prune/limit"},
			Store: pruning(func(ctx context.Context, inner port.OneTimeTokens, before time.Time, _ int) (int, error) {
				return inner.Prune(ctx, before, 1000)
			}),
		},
	}
}
