package contract

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func tokensConsumeCases() []Case[port.OneTimeTokens] {
	const rule = "Consume returns the token and marks it spent, in one atomic step."
	const ruleWinner = "Of many concurrent calls, exactly one succeeds and the others get ErrStale."
	return []Case[port.OneTimeTokens]{
		{"tokens/consume/once", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			for _, user := range []domain.UserID{"id-of-ann", ""} {
				token := sampleToken("of "+string(user), user)
				putTokens(t, tokens, token)
				must(t, errorOf(consumeToken(t, tokens, token, at(0))))
				for range 2 {
					if _, err := consumeToken(t, tokens, token, at(0)); err == nil {
						t.Fatalf("got a token of user %q twice", user)
					}
				}
			}
		}},
		{"tokens/consume/returns-the-token", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token, other := sampleToken("any", "id-of-ann"), sampleToken("other", "id-of-bob")
			other.Payload, other.ExpiresAt = []byte("other"), at(2*time.Hour)
			putTokens(t, tokens, token, other)
			wantEqual(t, value(consumeToken(t, tokens, other, at(0)))(t), other)
			wantEqual(t, value(consumeToken(t, tokens, token, at(0)))(t), token)
		}},
		{"tokens/consume/only-that-one", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token, other := sampleToken("any", "id-of-ann"), sampleToken("other", "id-of-ann")
			putTokens(t, tokens, token, other)
			must(t, errorOf(consumeToken(t, tokens, token, at(0))))
			wantUnspent(t, tokens, other)
		}},
		{"tokens/consume/one-winner", ruleWinner, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			putTokens(t, tokens, token)
			got := race(t, racers, func(int) error { return errorOf(consumeToken(t, tokens, token, at(0))) })
			// An UPDATE that does not ask whether the token is spent lets two through,
			// however the row was read before it.
			got.want(t, 1, nil)
			got.want(t, racers-1, port.ErrStale)
		}},
	}
}

// tokensRefusalCases are about which error Consume returns, and that it then spends nothing.
func tokensRefusalCases() []Case[port.OneTimeTokens] {
	const rule = "It returns ErrNotFound when the token is unknown or of another purpose, which does not spend it; " +
		"ErrStale when it is spent; ErrExpired when it is unspent and now is not before its ExpiresAt."
	consume := func(t testing.TB, tokens port.OneTimeTokens, token domain.OneTimeToken, now time.Time) error {
		return errorOf(consumeToken(t, tokens, token, now))
	}
	return []Case[port.OneTimeTokens]{
		{"tokens/consume/missing-is-not-found", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			putTokens(t, tokens, sampleToken("any", "id-of-ann"))
			wantError(t, consume(t, tokens, sampleToken("other", "id-of-ann"), at(0)), port.ErrNotFound)
		}},
		{"tokens/consume/purpose", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token, expired := sampleToken("any", "id-of-ann"), sampleToken("expired", "id-of-ann")
			expired.ExpiresAt = at(-time.Hour)
			putTokens(t, tokens, token, expired)
			token.Purpose, expired.Purpose = otherPurpose, otherPurpose
			wantError(t, consume(t, tokens, token, at(0)), port.ErrNotFound)
			wantError(t, consume(t, tokens, expired, at(0)), port.ErrNotFound)
		}},
		{"tokens/consume/wrong-purpose-does-not-spend", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			putTokens(t, tokens, token)
			wrong := token
			wrong.Purpose = otherPurpose
			if consume(t, tokens, wrong, at(0)) == nil {
				t.Fatal("got a token of another purpose")
			}
			must(t, consume(t, tokens, token, at(0)))
		}},
		{"tokens/consume/spent-is-stale", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			for _, purpose := range []domain.Purpose{domain.PurposePasswordReset, otherPurpose} {
				token := sampleToken(string(purpose), "id-of-ann")
				token.Purpose = purpose
				putTokens(t, tokens, token)
				must(t, consume(t, tokens, token, at(0)))
				wantError(t, consume(t, tokens, token, at(0)), port.ErrStale)
			}
		}},
		{"tokens/consume/expiry-boundary", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			over, good := sampleToken("over", "id-of-ann"), sampleToken("good", "id-of-ann")
			putTokens(t, tokens, over, good)
			wantError(t, consume(t, tokens, over, over.ExpiresAt), port.ErrExpired)
			must(t, consume(t, tokens, good, good.ExpiresAt.Add(-time.Microsecond)))
		}},
		{"tokens/consume/expired-does-not-spend", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			putTokens(t, tokens, token)
			for range 2 {
				if consume(t, tokens, token, token.ExpiresAt.Add(time.Minute)) == nil {
					t.Fatal("got a token whose time is over")
				}
			}
			// To another instance, whose clock is behind, it is still good.
			wantUnspent(t, tokens, token)
		}},
		{"tokens/consume/which-error", rule, func(t testing.TB, tokens port.OneTimeTokens) {
			token := sampleToken("any", "id-of-ann")
			putTokens(t, tokens, token)
			must(t, consume(t, tokens, token, at(0)))
			// Spent and expired: spent is what its holder has to know.
			wantError(t, consume(t, tokens, token, token.ExpiresAt.Add(time.Minute)), port.ErrStale)
		}},
		{
			"tokens/consume/time-is-an-argument", "Time is an argument. No adapter asks its own clock or its database's.",
			func(t testing.TB, tokens port.OneTimeTokens) {
				for _, years := range []int{-100, 100} {
					then := at(0).AddDate(years, 0, 0)
					good, over := sampleToken(fmt.Sprint("good", years), "id-of-ann"), sampleToken(fmt.Sprint("over", years), "id-of-bob")
					good.ExpiresAt, over.ExpiresAt = then.Add(time.Hour), then.Add(-time.Hour)
					putTokens(t, tokens, good, over)
					must(t, consume(t, tokens, good, elsewhere(then)))
					wantError(t, consume(t, tokens, over, elsewhere(then)), port.ErrExpired)
				}
			},
		},
	}
}
