package fakes_test

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestClock(t *testing.T) {
	contract.RunClock(t, func(testing.TB) port.Clock { return fakes.NewClock(time.Now()) }, contract.Expect(2))

	start := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	t.Run("stands still until it is moved", func(t *testing.T) {
		c := fakes.NewClock(start)
		c.Advance(time.Minute)
		c.Advance(-time.Second)
		if got, want := c.Now(), start.Add(59*time.Second); got != want || c.Now() != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	t.Run("shows what it is set to", func(t *testing.T) {
		c := fakes.NewClock(start)
		c.Set(start.AddDate(1, 0, 0).In(time.FixedZone("elsewhere", 3600)))
		if got, want := c.Now(), start.AddDate(1, 0, 0); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestHasher(t *testing.T) {
	contract.RunHasher(t, func(testing.TB) contract.HasherWorld {
		h := fakes.NewHasher(5)
		return contract.HasherWorld{
			Hasher: h, Weaker: fakes.NewHasher(2), Work: h.Work,
			Fill: func(testing.TB) func() { return h.Fill() },
		}
	}, contract.Expect(23))
}

func TestTokens(t *testing.T) {
	contract.RunTokens(t, func(testing.TB) contract.TokensWorld {
		tokens := fakes.NewTokens("the key", "sallyport")
		return contract.TokensWorld{
			Issuer: tokens, Verifier: tokens,
			OtherKey:    fakes.NewTokens("another key", "sallyport"),
			OtherIssuer: fakes.NewTokens("the key", "somebody else"),
			Unsigned:    func(_ testing.TB, c domain.Claims) string { return tokens.Unsigned(c) },
			OtherAlgorithm: func(_ testing.TB, c domain.Claims) string {
				return tokens.Signed("hs512", c)
			},
		}
	}, contract.Expect(25))
}
