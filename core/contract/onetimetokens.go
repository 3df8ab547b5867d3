package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunOneTimeTokens runs OneTimeTokensCases, each on what open returns: an empty
// port.OneTimeTokens that t.Cleanup closes.
func RunOneTimeTokens(t *testing.T, open func(t testing.TB) port.OneTimeTokens, opts ...Option) {
	t.Helper()
	run(t, "one-time tokens", OneTimeTokensCases(), open, opts)
}

// OneTimeTokensCases returns the rules of port.OneTimeTokens.
func OneTimeTokensCases() []Case[port.OneTimeTokens] {
	return slices.Concat(
		tokensPutCases(),
		tokensValueCases(),
		tokensGetCases(),
		tokensConsumeCases(),
		tokensRefusalCases(),
		tokensSpendUserCases(),
		tokensPruneCases(),
		oneTimeTokensKeyed().cases(),
		oneTimeTokensMethods().cancelled(),
	)
}

// otherPurpose is one that no sample token has.
const otherPurpose domain.Purpose = "invitation"

// putTokens stores tokens.
func putTokens(t testing.TB, tokens port.OneTimeTokens, list ...domain.OneTimeToken) {
	t.Helper()
	for _, token := range list {
		must(t, tokens.Put(t.Context(), token))
	}
}

func getToken(t testing.TB, tokens port.OneTimeTokens, token domain.OneTimeToken, now time.Time) (domain.OneTimeToken, error) {
	return tokens.Get(t.Context(), token.Purpose, token.Hash, now)
}

func consumeToken(t testing.TB, tokens port.OneTimeTokens, token domain.OneTimeToken, now time.Time) (domain.OneTimeToken, error) {
	return tokens.Consume(t.Context(), token.Purpose, token.Hash, now)
}

// wantUnspent ends the case unless each token could be spent at at(0).
func wantUnspent(t testing.TB, tokens port.OneTimeTokens, list ...domain.OneTimeToken) {
	t.Helper()
	for _, token := range list {
		must(t, errorOf(getToken(t, tokens, token, at(0))))
	}
}

// wantSpent ends the case unless each token is spent.
func wantSpent(t testing.TB, tokens port.OneTimeTokens, list ...domain.OneTimeToken) {
	t.Helper()
	for _, token := range list {
		wantError(t, errorOf(getToken(t, tokens, token, at(0))), port.ErrStale)
	}
}

func tokensPutCases() []Case[port.OneTimeTokens] {
	const rule = "Put stores t, or returns ErrConflict when its Hash is taken, and then stores nothing."
	return []Case[port.OneTimeTokens]{
		{"tokens/put/duplicate-is-conflict", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			putTokens(t, tokens, sampleToken("first", "id-of-ann"))
			wantError(t, tokens.Put(t.Context(), sampleToken("first", "id-of-bob")), port.ErrConflict)
		}},
		{"tokens/put/conflict-stores-nothing", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			first, other := sampleToken("first", "id-of-ann"), sampleToken("first", "id-of-bob")
			other.ExpiresAt = at(time.Minute)
			putTokens(t, tokens, first)
			if tokens.Put(t.Context(), other) == nil {
				t.Fatal("got no error for a hash that is taken")
			}
			wantEqual(t, value(getToken(t, tokens, first, at(0)))(t), first)
		}},
		{"tokens/put/revives-no-spent-one", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			first := sampleToken("first", "id-of-ann")
			putTokens(t, tokens, first)
			must(t, errorOf(consumeToken(t, tokens, first, at(0))))
			wantError(t, tokens.Put(t.Context(), first), port.ErrConflict)
			wantSpent(t, tokens, first)
		}},
		{"tokens/put/one-winner", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token := func(i int) domain.OneTimeToken {
				return sampleToken("wanted", domain.UserID(fmt.Sprint("user", i)))
			}
			got := race(t, racers, func(i int) error { return tokens.Put(t.Context(), token(i)) })
			got.want(t, 1, nil)
			got.want(t, racers-1, port.ErrConflict)
			won := token(got.winner())
			wantEqual(t, value(getToken(t, tokens, won, at(0)))(t), won)
		}},
	}
}

func tokensValueCases() []Case[port.OneTimeTokens] {
	const rule = "Stored values come back equal."
	const ruleTimes = "Times keep microseconds and come back in UTC; the caller passes no finer ones."
	comesBack := func(change func(token *domain.OneTimeToken)) func(testing.TB, port.OneTimeTokens) {
		return func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			change(&token)
			putTokens(t, tokens, token)
			wantEqual(t, value(getToken(t, tokens, token, at(0)))(t), token)
			wantEqual(t, value(consumeToken(t, tokens, token, at(0)))(t), token)
		}
	}
	return []Case[port.OneTimeTokens]{
		{"tokens/values/come-back-equal", rule, comesBack(func(token *domain.OneTimeToken) {
			token.Payload = bytes.Repeat(token.Payload, 1024)
		})},
		{"tokens/values/long-payload", rule, comesBack(func(token *domain.OneTimeToken) {
			token.Payload = bytes.Repeat(token.Payload, 1<<14+1) // more than 64 KiB
		})},
		{"tokens/values/nobody-stays-nobody", rule, comesBack(func(token *domain.OneTimeToken) { token.UserID = "" })},
		{"tokens/values/nil-payload-stays-nil", rule, comesBack(func(token *domain.OneTimeToken) { token.Payload = nil })},
		{"tokens/values/empty-payload-stays-empty", rule, comesBack(func(token *domain.OneTimeToken) { token.Payload = []byte{} })},
		{"tokens/values/payload-is-a-copy", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token, changed := sampleToken("any", "id-of-ann"), sampleToken("any", "id-of-ann")
			putTokens(t, tokens, changed)
			changed.Payload[0] = 'x'
			got := value(getToken(t, tokens, token, at(0)))(t)
			got.Payload[1] = 'x'
			wantEqual(t, value(getToken(t, tokens, token, at(0)))(t), token)
		}},
		{"tokens/times/microseconds", ruleTimes, comesBack(func(token *domain.OneTimeToken) {
			token.ExpiresAt = at(time.Hour + 123*time.Microsecond)
		})},
		{"tokens/times/utc", ruleTimes, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			token.ExpiresAt = elsewhere(token.ExpiresAt)
			putTokens(t, tokens, token)
			wantUTC(t, value(getToken(t, tokens, token, at(0)))(t).ExpiresAt)
			wantUTC(t, value(consumeToken(t, tokens, token, at(0)))(t).ExpiresAt)
		}},
	}
}

func tokensGetCases() []Case[port.OneTimeTokens] {
	const rule = "Get returns the token without spending it, with the errors of Consume."
	get := func(t testing.TB, tokens port.OneTimeTokens, token domain.OneTimeToken, now time.Time) error {
		return errorOf(getToken(t, tokens, token, now))
	}
	return []Case[port.OneTimeTokens]{
		{"tokens/get/does-not-spend", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			putTokens(t, tokens, token)
			for range 3 {
				must(t, get(t, tokens, token, at(0)))
			}
			must(t, errorOf(consumeToken(t, tokens, token, at(0))))
		}},
		{"tokens/get/missing-is-not-found", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			putTokens(t, tokens, sampleToken("any", "id-of-ann"))
			wantError(t, get(t, tokens, sampleToken("other", "id-of-ann"), at(0)), port.ErrNotFound)
		}},
		{"tokens/get/purpose", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			putTokens(t, tokens, token)
			token.Purpose = otherPurpose
			wantError(t, get(t, tokens, token, at(0)), port.ErrNotFound)
		}},
		{"tokens/get/spent-is-stale", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			putTokens(t, tokens, token)
			must(t, errorOf(consumeToken(t, tokens, token, at(0))))
			for _, now := range []time.Time{at(0), token.ExpiresAt} {
				wantError(t, get(t, tokens, token, now), port.ErrStale)
			}
		}},
		{"tokens/get/expiry-boundary", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			putTokens(t, tokens, token)
			must(t, get(t, tokens, token, token.ExpiresAt.Add(-time.Microsecond)))
			wantError(t, get(t, tokens, token, token.ExpiresAt), port.ErrExpired)
		}},
	}
}

func tokensSpendUserCases() []Case[port.OneTimeTokens] {
	const rule = "SpendUser marks all tokens of the user and purpose spent, and nobody else's."
	spend := func(t testing.TB, tokens port.OneTimeTokens, id domain.UserID) {
		t.Helper()
		must(t, tokens.SpendUser(t.Context(), id, domain.PurposePasswordReset))
	}
	return []Case[port.OneTimeTokens]{
		{"tokens/spend-user/all", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			list := []domain.OneTimeToken{sampleToken("a", "id-of-ann"), sampleToken("b", "id-of-ann"), sampleToken("c", "id-of-ann")}
			putTokens(t, tokens, list...)
			spend(t, tokens, "id-of-ann")
			wantSpent(t, tokens, list...)
		}},
		{"tokens/spend-user/expired-too", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			token.ExpiresAt = at(-time.Hour)
			putTokens(t, tokens, token)
			spend(t, tokens, "id-of-ann")
			wantSpent(t, tokens, token)
		}},
		{"tokens/spend-user/only-that-purpose", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			other := sampleToken("any", "id-of-ann")
			other.Purpose = otherPurpose
			putTokens(t, tokens, other)
			spend(t, tokens, "id-of-ann")
			wantUnspent(t, tokens, other)
		}},
		{"tokens/spend-user/only-that-user", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			others := []domain.OneTimeToken{
				sampleToken("a", "id-of-bob"), sampleToken("b", "ID-of-ann"), sampleToken("c", "id-of-ann "), sampleToken("d", ""),
			}
			putTokens(t, tokens, others...)
			spend(t, tokens, "id-of-ann")
			wantUnspent(t, tokens, others...)
		}},
		{"tokens/spend-user/missing-is-no-error", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			spend(t, tokens, "id-of-nobody")
		}},
	}
}

func tokensPruneCases() []Case[port.OneTimeTokens] {
	const rule = "Prune removes at most limit tokens, spent or not, whose ExpiresAt is before before, and returns how many it removed."
	token := func(i int) domain.OneTimeToken { return sampleToken(fmt.Sprint("old", i), "id-of-ann") }
	// put stores n tokens, every second of them spent.
	put := func(t testing.TB, tokens port.OneTimeTokens, n int) {
		t.Helper()
		for i := range n {
			putTokens(t, tokens, token(i))
			if i%2 == 1 {
				must(t, errorOf(consumeToken(t, tokens, token(i), at(0))))
			}
		}
	}
	left := func(t testing.TB, tokens port.OneTimeTokens, n int) int {
		t.Helper()
		found := 0
		for i := range n {
			if _, err := getToken(t, tokens, token(i), at(0)); !errors.Is(err, port.ErrNotFound) {
				found++
			}
		}
		return found
	}
	end := token(0).ExpiresAt
	return []Case[port.OneTimeTokens]{
		{"tokens/prune/removes", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			put(t, tokens, 4)
			wantEqual(t, value(tokens.Prune(t.Context(), end.Add(time.Minute), 10))(t), 4)
			wantEqual(t, left(t, tokens, 4), 0)
		}},
		{"tokens/prune/boundary", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			put(t, tokens, 2)
			wantEqual(t, value(tokens.Prune(t.Context(), end, 10))(t), 0)
			wantEqual(t, value(tokens.Prune(t.Context(), end.Add(time.Microsecond), 10))(t), 2)
		}},
		{"tokens/prune/keeps-the-later", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			put(t, tokens, 2)
			later, spent := sampleToken("later", "id-of-bob"), sampleToken("spent", "id-of-cid")
			later.ExpiresAt, spent.ExpiresAt = end.Add(time.Hour), end.Add(time.Hour)
			putTokens(t, tokens, later, spent)
			must(t, errorOf(consumeToken(t, tokens, spent, at(0))))
			must(t, errorOf(tokens.Prune(t.Context(), end.Add(time.Minute), 10)))
			wantUnspent(t, tokens, later)
			wantSpent(t, tokens, spent)
		}},
		{"tokens/prune/limit", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			put(t, tokens, 5)
			for _, step := range []struct{ limit, removed, left int }{{0, 0, 5}, {-1, 0, 5}, {2, 2, 3}, {2, 2, 1}, {2, 1, 0}, {2, 0, 0}} {
				wantEqual(t, value(tokens.Prune(t.Context(), end.Add(time.Minute), step.limit))(t), step.removed)
				wantEqual(t, left(t, tokens, 5), step.left)
			}
		}},
	}
}

func oneTimeTokensKeyed() keyed[port.OneTimeTokens] {
	type call = func(ctx context.Context, tokens port.OneTimeTokens, s string) error
	put := func(change func(token *domain.OneTimeToken, s string)) call {
		return func(ctx context.Context, tokens port.OneTimeTokens, s string) error {
			token := sampleToken("any", "id-of-ann")
			change(&token, s)
			return tokens.Put(ctx, token)
		}
	}
	purpose := func(token *domain.OneTimeToken, s string) { token.Purpose = domain.Purpose(s) }
	return keyed[port.OneTimeTokens]{
		port: "tokens",
		// The hash is no text. Something is kept under a key when a token has it as its
		// purpose.
		put: func(ctx context.Context, tokens port.OneTimeTokens, key string) error {
			token := sampleToken(key, "id-of-ann")
			purpose(&token, key)
			return tokens.Put(ctx, token)
		},
		has: func(ctx context.Context, tokens port.OneTimeTokens, key string) (bool, error) {
			for _, spelling := range keySpellings() {
				_, err := tokens.Get(ctx, domain.Purpose(key), sampleToken(spelling, "").Hash, at(0))
				if !errors.Is(err, port.ErrNotFound) {
					return err == nil, err
				}
			}
			return false, nil
		},
		keys: []func(ctx context.Context, tokens port.OneTimeTokens, key string) error{
			put(purpose),
			put(func(token *domain.OneTimeToken, s string) { token.UserID = domain.UserID(s) }),
			func(ctx context.Context, tokens port.OneTimeTokens, key string) error {
				return errorOf(tokens.Get(ctx, domain.Purpose(key), domain.SecretHash{}, at(0)))
			},
			func(ctx context.Context, tokens port.OneTimeTokens, key string) error {
				return errorOf(tokens.Consume(ctx, domain.Purpose(key), domain.SecretHash{}, at(0)))
			},
			func(ctx context.Context, tokens port.OneTimeTokens, key string) error {
				return tokens.SpendUser(ctx, domain.UserID(key), domain.PurposePasswordReset)
			},
			func(ctx context.Context, tokens port.OneTimeTokens, key string) error {
				return tokens.SpendUser(ctx, "id-of-ann", domain.Purpose(key))
			},
		},
	}
}

func oneTimeTokensMethods() methods[port.OneTimeTokens] {
	kept, old := sampleToken("kept", "id-of-ann"), sampleToken("old", "id-of-bob")
	fresh := sampleToken("fresh", "id-of-ann")
	old.ExpiresAt = at(-time.Hour)
	return methods[port.OneTimeTokens]{
		port: "tokens",
		seed: func(t testing.TB, tokens port.OneTimeTokens) { putTokens(t, tokens, kept, old) },
		untouched: func(t testing.TB, tokens port.OneTimeTokens) {
			t.Helper()
			wantUnspent(t, tokens, kept)
			wantError(t, errorOf(getToken(t, tokens, old, at(0))), port.ErrExpired)
			putTokens(t, tokens, fresh)
		},
		list: []method[port.OneTimeTokens]{
			{"Put", func(ctx context.Context, tokens port.OneTimeTokens) error { return tokens.Put(ctx, fresh) }},
			{"Get", func(ctx context.Context, tokens port.OneTimeTokens) error {
				return errorOf(tokens.Get(ctx, kept.Purpose, kept.Hash, at(0)))
			}},
			{"Consume", func(ctx context.Context, tokens port.OneTimeTokens) error {
				return errorOf(tokens.Consume(ctx, kept.Purpose, kept.Hash, at(0)))
			}},
			{"SpendUser", func(ctx context.Context, tokens port.OneTimeTokens) error {
				return tokens.SpendUser(ctx, kept.UserID, kept.Purpose)
			}},
			{"Prune", func(ctx context.Context, tokens port.OneTimeTokens) error {
				return errorOf(tokens.Prune(ctx, at(0), 10))
			}},
		},
	}
}
