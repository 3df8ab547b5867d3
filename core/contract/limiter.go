package contract

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// RunLimiter runs LimiterCases, each on what open returns: an empty port.RateLimiter that
// t.Cleanup closes.
func RunLimiter(t *testing.T, open func(t testing.TB) port.RateLimiter, opts ...Option) {
	t.Helper()
	run(t, "limiter", LimiterCases(), open, opts)
}

// LimiterCases returns the rules of port.RateLimiter.
func LimiterCases() []Case[port.RateLimiter] {
	var cases []Case[port.RateLimiter]
	cases = append(cases, limiterTakeCases()...)
	cases = append(cases, limiterRefundCases()...)
	cases = append(cases, limiterForgetCases()...)
	cases = append(cases, limiterInvalidCases()...)
	cases = append(cases, limiterKeyed().cases()...)
	return append(cases, limiterMethods().cancelled()...)
}

// sampleLimit returns 3 attempts at once and one every 90 s: "3/270s".
func sampleLimit() port.Limit { return port.Limit{Burst: 3, Every: 90 * time.Second} }

// wantTaken ends the case unless n attempts succeed at now.
func wantTaken(t testing.TB, limiter port.RateLimiter, key string, now time.Time, n int) {
	t.Helper()
	for i := range n {
		if wait := value(limiter.Take(t.Context(), key, sampleLimit(), now))(t); wait != 0 {
			t.Fatalf("attempt %d of %d: got a wait of %v, want none", i+1, n, wait)
		}
	}
}

// wantRefused ends the case unless an attempt at now is refused, and returns the wait.
func wantRefused(t testing.TB, limiter port.RateLimiter, key string, now time.Time) time.Duration {
	t.Helper()
	wait := value(limiter.Take(t.Context(), key, sampleLimit(), now))(t)
	if wait <= 0 {
		t.Fatalf("got a wait of %v, want one above 0", wait)
	}
	return wait
}

func limiterTakeCases() []Case[port.RateLimiter] {
	const ruleLimit = `Limit allows Burst attempts at once and gives one back every Every: "10/15m" is Burst 10, Every 90 s.`
	const rule = "Take spends one attempt of key and returns 0, or spends nothing and returns how long to wait."
	every := sampleLimit().Every
	return []Case[port.RateLimiter]{
		{"limiter/burst", ruleLimit, func(t testing.TB, limiter port.RateLimiter) {
			for _, burst := range []int{1, 3, 8} {
				key, limit := fmt.Sprint("burst", burst), port.Limit{Burst: burst, Every: time.Second}
				for range burst {
					wantEqual(t, value(limiter.Take(t.Context(), key, limit, at(0)))(t), 0)
				}
				if value(limiter.Take(t.Context(), key, limit, at(0)))(t) <= 0 {
					t.Fatalf("got %d attempts at once, want %d", burst+1, burst)
				}
			}
		}},
		{"limiter/refill", ruleLimit, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 3)
			for i := 1; i < 4; i++ {
				wantTaken(t, limiter, "ann", at(time.Duration(i)*every), 1)
				wantRefused(t, limiter, "ann", at(time.Duration(i)*every))
			}
		}},
		{"limiter/refill-not-early", ruleLimit, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 3)
			wantRefused(t, limiter, "ann", at(every-time.Microsecond))
		}},
		{"limiter/never-above-burst", ruleLimit, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 1)
			wantTaken(t, limiter, "ann", at(1000*every), 3)
			wantRefused(t, limiter, "ann", at(1000*every))
		}},
		{"limiter/wait-is-exact", rule, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 2)
			wantTaken(t, limiter, "ann", at(10*time.Second), 1)
			now := 31*time.Second + 7*time.Microsecond
			wantEqual(t, wantRefused(t, limiter, "ann", at(now)), every-now)
		}},
		{"limiter/refused-spends-nothing", rule, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 3)
			for range 20 {
				wantRefused(t, limiter, "ann", at(time.Second))
			}
			wantTaken(t, limiter, "ann", at(every), 1)
		}},
		{"limiter/time-going-backwards", rule, func(t testing.TB, limiter port.RateLimiter) {
			// Two instances whose clocks differ share one bucket.
			wantTaken(t, limiter, "ann", at(0), 3)
			wantRefused(t, limiter, "ann", at(-time.Hour))
			wantRefused(t, limiter, "ann", at(every-time.Second))
			wantTaken(t, limiter, "ann", at(every), 1)
		}},
		{
			"limiter/time-is-an-argument", "Time is an argument. No adapter asks its own clock or its database's.",
			func(t testing.TB, limiter port.RateLimiter) {
				for i, year := range []int{-100, 100} {
					key, then := fmt.Sprint("key", i), at(0).AddDate(year, 0, 0)
					wantTaken(t, limiter, key, then, 3)
					wantEqual(t, wantRefused(t, limiter, key, elsewhere(then)), every)
					wantTaken(t, limiter, key, then.Add(every), 1)
				}
			},
		},
		{"limiter/keys-independent", "Keys do not affect each other.", func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "login:ann", at(0), 3)
			wantTaken(t, limiter, "login:bob", at(0), 3)
			wantTaken(t, limiter, "", at(0), 3)
			wantRefused(t, limiter, "login:ann", at(0))
		}},
		{
			"limiter/exact-under-load", "Of n+k concurrent takes on a full bucket of n, exactly n succeed.",
			func(t testing.TB, limiter port.RateLimiter) {
				refused := errors.New("refused")
				got := race(t, racers, func(int) error {
					wait, err := limiter.Take(t.Context(), "ann", port.Limit{Burst: 5, Every: time.Minute}, at(0))
					if err == nil && wait > 0 {
						err = refused
					}
					return err
				})
				got.want(t, 5, nil)
				got.want(t, racers-5, refused)
			},
		},
	}
}

func limiterRefundCases() []Case[port.RateLimiter] {
	const rule = "Refund gives back one attempt, never more than were taken."
	refund := func(t testing.TB, limiter port.RateLimiter, key string, now time.Time) {
		t.Helper()
		must(t, limiter.Refund(t.Context(), key, sampleLimit(), now))
	}
	every := sampleLimit().Every
	return []Case[port.RateLimiter]{
		{"limiter/refund/gives-back-one", rule, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 3)
			refund(t, limiter, "ann", at(time.Second))
			wantTaken(t, limiter, "ann", at(time.Second), 1)
			wantRefused(t, limiter, "ann", at(time.Second))
		}},
		{"limiter/refund-never-more-than-taken", rule, func(t testing.TB, limiter port.RateLimiter) {
			refund(t, limiter, "new", at(0))
			wantTaken(t, limiter, "new", at(0), 3)
			wantRefused(t, limiter, "new", at(0))

			wantTaken(t, limiter, "used", at(0), 1)
			for range 3 {
				refund(t, limiter, "used", at(0))
			}
			wantTaken(t, limiter, "used", at(0), 3)
			wantRefused(t, limiter, "used", at(0))
		}},
		{"limiter/refund/of-what-has-been-given-back", rule, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 1)
			refund(t, limiter, "ann", at(5*every))
			wantTaken(t, limiter, "ann", at(5*every), 3)
			wantRefused(t, limiter, "ann", at(5*every))
		}},
		{"limiter/refund/nobody-else", rule, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 3)
			wantTaken(t, limiter, "bob", at(0), 3)
			refund(t, limiter, "ann", at(0))
			wantRefused(t, limiter, "bob", at(0))
		}},
		{"limiter/refund/each-counts", rule, func(t testing.TB, limiter port.RateLimiter) {
			limit := port.Limit{Burst: racers, Every: time.Minute}
			for range racers {
				wantEqual(t, value(limiter.Take(t.Context(), "ann", limit, at(0)))(t), 0)
			}
			race(t, racers, func(int) error {
				return limiter.Refund(t.Context(), "ann", limit, at(0))
			}).want(t, racers, nil)
			for range racers {
				wantEqual(t, value(limiter.Take(t.Context(), "ann", limit, at(0)))(t), 0)
			}
		}},
	}
}

func limiterInvalidCases() []Case[port.RateLimiter] {
	const rule = "A limit that CheckLimit refuses is ErrInvalid and spends nothing."
	// bad are limits that count nothing, or farther than microseconds reach.
	bad := []port.Limit{
		{},
		{Burst: 3},
		{Every: time.Second},
		{Burst: -1, Every: time.Second},
		{Burst: 3, Every: -time.Second},
		{Burst: 3, Every: 999 * time.Nanosecond},
		{Burst: math.MaxInt32, Every: math.MaxInt64},
	}
	return []Case[port.RateLimiter]{
		{"limiter/limit/take-is-invalid", rule, func(t testing.TB, limiter port.RateLimiter) {
			for _, l := range bad {
				if err := errorOf(limiter.Take(t.Context(), "ann", l, at(0))); !errors.Is(err, port.ErrInvalid) {
					t.Errorf("limit %+v: got error %v, want one that matches %q", l, err, port.ErrInvalid)
				}
			}
		}},
		{"limiter/limit/refund-is-invalid", rule, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 3)
			for _, l := range bad {
				if err := limiter.Refund(t.Context(), "ann", l, at(0)); !errors.Is(err, port.ErrInvalid) {
					t.Errorf("limit %+v: got error %v, want one that matches %q", l, err, port.ErrInvalid)
				}
			}
			wantRefused(t, limiter, "ann", at(0))
		}},
		{"limiter/limit/invalid-spends-nothing", rule, func(t testing.TB, limiter port.RateLimiter) {
			for _, l := range bad {
				_, _ = limiter.Take(t.Context(), "ann", l, at(0))
			}
			wantTaken(t, limiter, "ann", at(0), 3)
		}},
	}
}

func limiterForgetCases() []Case[port.RateLimiter] {
	const ruleReset = "Reset forgets key."
	const rulePrune = "Prune forgets at most limit keys whose bucket is full again at now, and returns how many."
	const ruleKeeps = "A bucket with attempts missing is never forgotten."
	every := sampleLimit().Every
	return []Case[port.RateLimiter]{
		{"limiter/reset", ruleReset, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 3)
			must(t, limiter.Reset(t.Context(), "ann"))
			wantTaken(t, limiter, "ann", at(0), 3)
			wantRefused(t, limiter, "ann", at(0))
		}},
		{"limiter/reset/nobody-else", ruleReset, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 1)
			wantTaken(t, limiter, "bob", at(0), 3)
			must(t, limiter.Reset(t.Context(), "ann"))
			wantRefused(t, limiter, "bob", at(0))
		}},
		{"limiter/reset/missing-is-no-error", ruleReset, func(t testing.TB, limiter port.RateLimiter) {
			must(t, limiter.Reset(t.Context(), "nobody"))
		}},
		{"limiter/prune", rulePrune, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 1)
			wantTaken(t, limiter, "bob", at(0), 3)
			wantEqual(t, value(limiter.Prune(t.Context(), at(3*every), 10))(t), 2)
			wantEqual(t, value(limiter.Prune(t.Context(), at(3*every), 10))(t), 0)
		}},
		{"limiter/prune/boundary", rulePrune, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 1)
			wantEqual(t, value(limiter.Prune(t.Context(), at(every-time.Microsecond), 10))(t), 0)
			wantEqual(t, value(limiter.Prune(t.Context(), at(every), 10))(t), 1)
		}},
		{"limiter/prune/limit", rulePrune, func(t testing.TB, limiter port.RateLimiter) {
			for i := range 5 {
				wantTaken(t, limiter, fmt.Sprint("key", i), at(0), 1)
			}
			for _, step := range []struct{ limit, forgotten int }{{0, 0}, {-1, 0}, {2, 2}, {2, 2}, {2, 1}, {2, 0}} {
				wantEqual(t, value(limiter.Prune(t.Context(), at(every), step.limit))(t), step.forgotten)
			}
		}},
		{"limiter/prune-keeps-what-is-missing-attempts", ruleKeeps, func(t testing.TB, limiter port.RateLimiter) {
			wantTaken(t, limiter, "ann", at(0), 3)
			must(t, errorOf(limiter.Prune(t.Context(), at(every), 10)))
			wantTaken(t, limiter, "ann", at(every), 1)
			wantRefused(t, limiter, "ann", at(every))
		}},
	}
}

func limiterKeyed() keyed[port.RateLimiter] {
	one := port.Limit{Burst: 1, Every: time.Hour}
	return keyed[port.RateLimiter]{
		port: "limiter",
		// A key is kept when its only attempt is spent. To ask spends it.
		put: func(ctx context.Context, limiter port.RateLimiter, key string) error {
			return errorOf(limiter.Take(ctx, key, one, at(0)))
		},
		has: func(ctx context.Context, limiter port.RateLimiter, key string) (bool, error) {
			wait, err := limiter.Take(ctx, key, one, at(0))
			return wait > 0, err
		},
		keys: []func(ctx context.Context, limiter port.RateLimiter, key string) error{
			func(ctx context.Context, limiter port.RateLimiter, key string) error {
				return errorOf(limiter.Take(ctx, key, one, at(0)))
			},
			func(ctx context.Context, limiter port.RateLimiter, key string) error {
				return limiter.Refund(ctx, key, one, at(0))
			},
			func(ctx context.Context, limiter port.RateLimiter, key string) error {
				return limiter.Reset(ctx, key)
			},
		},
	}
}

func limiterMethods() methods[port.RateLimiter] {
	one := port.Limit{Burst: 1, Every: time.Minute}
	return methods[port.RateLimiter]{
		port: "limiter",
		seed: func(t testing.TB, limiter port.RateLimiter) {
			wantEqual(t, value(limiter.Take(t.Context(), "full", one, at(-time.Hour)))(t), 0)
			wantEqual(t, value(limiter.Take(t.Context(), "spent", one, at(0)))(t), 0)
		},
		untouched: func(t testing.TB, limiter port.RateLimiter) {
			t.Helper()
			wantEqual(t, value(limiter.Take(t.Context(), "spent", one, at(0)))(t), time.Minute)
			wantEqual(t, value(limiter.Take(t.Context(), "fresh", one, at(0)))(t), 0)
		},
		list: []method[port.RateLimiter]{
			{"Take", func(ctx context.Context, limiter port.RateLimiter) error {
				return errorOf(limiter.Take(ctx, "fresh", one, at(0)))
			}},
			{"Refund", func(ctx context.Context, limiter port.RateLimiter) error {
				return limiter.Refund(ctx, "spent", one, at(0))
			}},
			{"Reset", func(ctx context.Context, limiter port.RateLimiter) error {
				return limiter.Reset(ctx, "spent")
			}},
			{"Prune", func(ctx context.Context, limiter port.RateLimiter) error {
				return errorOf(limiter.Prune(ctx, at(0), 10))
			}},
		},
	}
}
