package faulty

import (
	"context"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// taking plants a fault in Take alone.
func taking(take func(ctx context.Context, inner port.RateLimiter, key string, l port.Limit, now time.Time) (time.Duration, error)) func(port.Store) port.Store {
	return inLimiter(func(inner port.RateLimiter) limiter {
		return limiter{RateLimiter: inner, take: func(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
			return take(ctx, inner, key, l, now)
		}}
	})
}

// used is what the attempts of a key were like.
type used struct {
	taken, refused int
	last           time.Time // of the latest that was taken
	before         time.Time // of the one before it
	credit         int
}

// watching plants a fault in Take, which knows the past of each key; refund may be nil.
func watching(
	take func(wait time.Duration, u *used, l port.Limit, now time.Time) time.Duration,
	refund func(u *used, l port.Limit, now time.Time),
) func(port.Store) port.Store {
	return inLimiter(func(inner port.RateLimiter) limiter {
		var past memo[string, used]
		r := limiter{
			RateLimiter: inner,
			take: func(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
				wait, err := inner.Take(ctx, key, l, now)
				if err != nil {
					return wait, err
				}
				past.change(key, func(u used) used {
					if wait == 0 {
						u.taken++
						u.before, u.last = u.last, now
					} else {
						u.refused++
					}
					wait = take(wait, &u, l, now)
					return u
				})
				return wait, nil
			},
			reset: func(ctx context.Context, key string) error {
				past.drop(key)
				return inner.Reset(ctx, key)
			},
		}
		if refund != nil {
			r.refund = func(ctx context.Context, key string, l port.Limit, now time.Time) error {
				if err := inner.Refund(ctx, key, l, now); err != nil {
					return err
				}
				past.change(key, func(u used) used {
					refund(&u, l, now)
					return u
				})
				return nil
			}
		}
		return r
	})
}

// spendCredit lets an attempt through that was refused, once for each credit.
func spendCredit(wait time.Duration, u *used, _ port.Limit, _ time.Time) time.Duration {
	if wait > 0 && u.credit > 0 {
		u.credit--
		return 0
	}
	return wait
}

func limiterFaults() []Fault {
	return []Fault{
		{
			Name: "burst-off-by-one", Turns: []string{"limiter/burst"},
			Store: taking(func(ctx context.Context, inner port.RateLimiter, key string, l port.Limit, now time.Time) (time.Duration, error) {
				if l.Every == time.Second && l.Burst > 0 {
					l.Burst++
				}
				return inner.Take(ctx, key, l, now)
			}),
		},
		{
			Name: "stops-refilling", Turns: []string{"limiter/refill"},
			Store: watching(func(wait time.Duration, u *used, l port.Limit, _ time.Time) time.Duration {
				if l.Burst == 3 && u.taken > 5 {
					return l.Every
				}
				return wait
			}, nil),
		},
		{
			Name: "refills-early", Turns: []string{"limiter/refill-not-early"},
			Store: taking(func(ctx context.Context, inner port.RateLimiter, key string, l port.Limit, now time.Time) (time.Duration, error) {
				wait, err := inner.Take(ctx, key, l, now)
				if wait > 0 && wait < time.Millisecond {
					return 0, err
				}
				return wait, err
			}),
		},
		{
			Name: "saves-up", Turns: []string{"limiter/never-above-burst"},
			Store: watching(func(wait time.Duration, u *used, l port.Limit, _ time.Time) time.Duration {
				if wait == 0 && !u.before.IsZero() && u.last.Sub(u.before) > 100*l.Every {
					u.credit++
				}
				return spendCredit(wait, u, l, u.last)
			}, nil),
		},
		{
			Name: "wait-in-whole-seconds", Turns: []string{"limiter/wait-is-exact"},
			Store: taking(func(ctx context.Context, inner port.RateLimiter, key string, l port.Limit, now time.Time) (time.Duration, error) {
				wait, err := inner.Take(ctx, key, l, now)
				return (wait + time.Second - 1).Truncate(time.Second), err
			}),
		},
		{
			Name: "refused-costs", Turns: []string{"limiter/refused-spends-nothing"},
			Store: watching(func(wait time.Duration, u *used, l port.Limit, _ time.Time) time.Duration {
				if u.refused >= 10 && l.Burst == 3 {
					return l.Every
				}
				return wait
			}, nil),
		},
		{
			Name: "going-back-refills", Turns: []string{"limiter/time-going-backwards"},
			Store: inLimiter(func(inner port.RateLimiter) limiter {
				var latest memo[string, time.Time]
				return limiter{RateLimiter: inner, take: func(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
					if last, ok := latest.get(key); ok && now.Before(last) {
						if err := inner.Reset(ctx, key); err != nil {
							return 0, err
						}
					}
					latest.set(key, now)
					return inner.Take(ctx, key, l, now)
				}}
			}),
		},
		{
			Name: "limiter-own-clock", Turns: []string{"limiter/time-is-an-argument"},
			Store: taking(func(ctx context.Context, inner port.RateLimiter, key string, l port.Limit, now time.Time) (time.Duration, error) {
				wait, err := inner.Take(ctx, key, l, now)
				if now.Before(time.Now().AddDate(-50, 0, 0)) {
					return 0, err // kept with a lifetime that was over before it began
				}
				return wait, err
			}),
		},
		{
			Name: "keys-shared", Turns: []string{"limiter/keys-independent"},
			Store: taking(func(ctx context.Context, inner port.RateLimiter, key string, l port.Limit, now time.Time) (time.Duration, error) {
				kind, _, _ := strings.Cut(key, ":")
				return inner.Take(ctx, kind, l, now)
			}),
		},
		{
			Name: "limiter-races", Turns: []string{"limiter/exact-under-load"},
			Store: inLimiter(func(inner port.RateLimiter) limiter {
				var o overlap
				return limiter{RateLimiter: inner, take: func(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
					wait, err := inner.Take(ctx, key, l, now)
					if wait > 0 {
						_ = o.during(func(shared bool) error {
							if shared {
								wait = 0
							}
							return nil
						})
					}
					return wait, err
				}}
			}),
		},
		{
			Name: "refund-does-nothing",
			Turns: []string{
				"limiter/refund/gives-back-one", "limiter/refund/each-counts", "limiter/refund-never-more-than-taken",
			},
			Store: inLimiter(func(inner port.RateLimiter) limiter {
				return limiter{RateLimiter: inner, refund: func(ctx context.Context, key string, l port.Limit, now time.Time) error {
					return inner.Refund(ctx, key, l, now.AddDate(1000, 0, 0))
				}}
			}),
		},
		{
			Name: "refund-without-bound", Turns: []string{"limiter/refund-never-more-than-taken"},
			Store: watching(spendCredit, func(u *used, _ port.Limit, _ time.Time) {
				if u.taken--; u.taken < 0 {
					u.credit++
				}
			}),
		},
		{
			Name: "refund-ignores-the-refill", Turns: []string{"limiter/refund/of-what-has-been-given-back"},
			Store: watching(spendCredit, func(u *used, l port.Limit, now time.Time) {
				if u.taken > 0 && now.Sub(u.last) > time.Duration(l.Burst)*l.Every {
					u.credit++
				}
			}),
		},
		{
			Name: "refund-hits-others", Turns: []string{"limiter/refund/nobody-else"},
			Store: inLimiter(func(inner port.RateLimiter) limiter {
				var seen memo[string, bool]
				return limiter{
					RateLimiter: inner,
					take: func(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
						seen.set(key, true)
						return inner.Take(ctx, key, l, now)
					},
					refund: func(ctx context.Context, key string, l port.Limit, now time.Time) error {
						for _, other := range seen.keys() {
							if other != key {
								if err := inner.Refund(ctx, other, l, now); err != nil {
									return err
								}
							}
						}
						return inner.Refund(ctx, key, l, now)
					},
				}
			}),
		},
		{
			Name: "refund-loses-one-of-many", Turns: []string{"limiter/refund/each-counts"},
			Store: inLimiter(func(inner port.RateLimiter) limiter {
				var o overlap
				var lost once
				return limiter{RateLimiter: inner, refund: func(ctx context.Context, key string, l port.Limit, now time.Time) error {
					return o.during(func(shared bool) error {
						if shared && lost.take() {
							return nil
						}
						return inner.Refund(ctx, key, l, now)
					})
				}}
			}),
		},
	}
}

// forgetting plants a fault in Reset and Prune, which know every key, with its attempts.
func forgetting(plant func(inner port.RateLimiter, taken *memo[string, int]) limiter) func(port.Store) port.Store {
	return inLimiter(func(inner port.RateLimiter) limiter {
		var taken memo[string, int]
		r := plant(inner, &taken)
		r.RateLimiter = inner
		r.take = func(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
			wait, err := inner.Take(ctx, key, l, now)
			if err == nil && wait == 0 {
				taken.change(key, func(n int) int { return n + 1 })
			}
			return wait, err
		}
		return r
	})
}

func limiterForgetFaults() []Fault {
	return []Fault{
		{
			Name: "reset-does-nothing", Turns: []string{"limiter/reset"},
			Store: forgetting(func(inner port.RateLimiter, _ *memo[string, int]) limiter {
				return limiter{reset: func(ctx context.Context, key string) error {
					if err := port.CheckKey(key); err != nil {
						return err
					}
					_, err := inner.Prune(ctx, time.Time{}, 0)
					return err
				}}
			}),
		},
		{
			Name: "reset-hits-others", Turns: []string{"limiter/reset/nobody-else"},
			Store: forgetting(func(inner port.RateLimiter, taken *memo[string, int]) limiter {
				return limiter{reset: func(ctx context.Context, key string) error {
					err := inner.Reset(ctx, key)
					for _, other := range taken.keys() {
						if err == nil {
							err = inner.Reset(ctx, other)
						}
					}
					return err
				}}
			}),
		},
		{
			Name: "reset-missing-errors", Turns: []string{"limiter/reset/missing-is-no-error"},
			Store: forgetting(func(inner port.RateLimiter, taken *memo[string, int]) limiter {
				return limiter{reset: func(ctx context.Context, key string) error {
					err := inner.Reset(ctx, key)
					if _, ok := taken.get(key); err == nil && !ok {
						return port.ErrNotFound
					}
					return err
				}}
			}),
		},
		{
			Name: "limiter-prune-counts-once", Turns: []string{"limiter/prune", "limiter/prune/limit"},
			Store: forgetting(func(inner port.RateLimiter, _ *memo[string, int]) limiter {
				return limiter{prune: func(ctx context.Context, now time.Time, limit int) (int, error) {
					n, err := inner.Prune(ctx, now, limit)
					return min(n, 1), err
				}}
			}),
		},
		{
			Name: "limiter-prune-exclusive", Turns: []string{"limiter/prune/boundary", "limiter/prune", "limiter/prune/limit"},
			Store: forgetting(func(inner port.RateLimiter, _ *memo[string, int]) limiter {
				return limiter{prune: func(ctx context.Context, now time.Time, limit int) (int, error) {
					return inner.Prune(ctx, now.Add(-time.Microsecond), limit)
				}}
			}),
		},
		{
			Name: "limiter-prune-inclusive", Turns: []string{"limiter/prune/boundary"},
			Store: forgetting(func(inner port.RateLimiter, _ *memo[string, int]) limiter {
				return limiter{prune: func(ctx context.Context, now time.Time, limit int) (int, error) {
					return inner.Prune(ctx, now.Add(time.Microsecond), limit)
				}}
			}),
		},
		{
			Name: "limiter-prune-ignores-limit", Turns: []string{"limiter/prune/limit"},
			Store: forgetting(func(inner port.RateLimiter, _ *memo[string, int]) limiter {
				return limiter{prune: func(ctx context.Context, now time.Time, _ int) (int, error) {
					return inner.Prune(ctx, now, 1000)
				}}
			}),
		},
		{
			Name: "prune-evicts-the-busiest", Turns: []string{"limiter/prune-keeps-what-is-missing-attempts"},
			Store: forgetting(func(inner port.RateLimiter, taken *memo[string, int]) limiter {
				return limiter{prune: func(ctx context.Context, now time.Time, limit int) (int, error) {
					n, err := inner.Prune(ctx, now, limit)
					for _, key := range taken.keys() {
						if times, _ := taken.get(key); err == nil && times >= 3 {
							err = inner.Reset(ctx, key)
						}
					}
					return n, err
				}}
			}),
		},
	}
}

func limiterInvalidFaults() []Fault {
	// refused is true of limits that count nothing.
	refused := func(l port.Limit) bool { return port.CheckLimit(l) != nil }
	return []Fault{
		{
			Name: "no-limit-lets-in", Turns: []string{"limiter/limit/take-is-invalid"},
			Store: taking(func(ctx context.Context, inner port.RateLimiter, key string, l port.Limit, now time.Time) (time.Duration, error) {
				if l == (port.Limit{}) {
					return 0, nil
				}
				return inner.Take(ctx, key, l, now)
			}),
		},
		{
			Name: "limit-not-checked-by-refund", Turns: []string{"limiter/limit/refund-is-invalid"},
			Store: inLimiter(func(inner port.RateLimiter) limiter {
				return limiter{RateLimiter: inner, refund: func(ctx context.Context, key string, l port.Limit, now time.Time) error {
					if refused(l) {
						return nil
					}
					return inner.Refund(ctx, key, l, now)
				}}
			}),
		},
		{
			Name: "limit-checked-too-late", Turns: []string{"limiter/limit/invalid-spends-nothing"},
			Store: taking(func(ctx context.Context, inner port.RateLimiter, key string, l port.Limit, now time.Time) (time.Duration, error) {
				if refused(l) {
					_, _ = inner.Take(ctx, key, port.Limit{Burst: 3, Every: time.Hour}, now)
				}
				return inner.Take(ctx, key, l, now)
			}),
		},
	}
}
