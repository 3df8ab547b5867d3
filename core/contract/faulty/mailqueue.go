package faulty

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// putLetters changes the letters that Put stores.
func putLetters(change func(l *domain.Letter)) func(port.Store) port.Store {
	return inQueue(func(inner port.MailQueue) mailQueue {
		return mailQueue{put: func(ctx context.Context, l domain.Letter) error {
			change(&l)
			return inner.Put(ctx, l)
		}}
	})
}

// lent changes the leases that Claim returns.
func lent(change func(now time.Time, leases []port.Lease) []port.Lease) func(port.Store) port.Store {
	return inQueue(func(inner port.MailQueue) mailQueue {
		return mailQueue{claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
			leases, err := inner.Claim(ctx, now, until, limit)
			return change(now, leases), err
		}}
	})
}

// shownLetters changes the letters that Claim returns.
func shownLetters(change func(l *domain.Letter)) func(port.Store) port.Store {
	return lent(func(_ time.Time, leases []port.Lease) []port.Lease {
		for i := range leases {
			change(&leases[i].Letter)
		}
		return leases
	})
}

// moved stores letters with other times and shows those that were asked for, so that only
// what happens when tells.
func moved(move func(l *domain.Letter)) func(port.Store) port.Store {
	return inQueue(func(inner port.MailQueue) mailQueue {
		var asked memo[string, domain.Letter]
		return mailQueue{
			put: func(ctx context.Context, l domain.Letter) error {
				wanted := l
				move(&l)
				err := inner.Put(ctx, l)
				if err == nil {
					asked.set(l.ID, wanted)
				}
				return err
			},
			claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
				leases, err := inner.Claim(ctx, now, until, limit)
				for i, l := range leases {
					if wanted, ok := asked.get(l.Letter.ID); ok {
						leases[i].Letter.Due, leases[i].Letter.ExpiresAt = wanted.Due.UTC(), wanted.ExpiresAt.UTC()
					}
				}
				return leases, err
			},
			retry: func(ctx context.Context, l port.Lease, next time.Time) error {
				err := inner.Retry(ctx, l, next)
				if err == nil {
					asked.change(l.Letter.ID, func(wanted domain.Letter) domain.Letter {
						wanted.Due = next
						return wanted
					})
				}
				return err
			},
		}
	})
}

func queuePutFaults() []Fault {
	return []Fault{
		{
			Name: "due-a-moment-early", Turns: []string{"queue/put/due-boundary"},
			Store: moved(func(l *domain.Letter) { l.Due = l.Due.Add(-time.Microsecond) }),
		},
		{
			Name: "letter-conflict-unwrapped", Turns: []string{"queue/put/duplicate-is-conflict", "queue/put/one-winner"},
			Store: inQueue(func(inner port.MailQueue) mailQueue {
				return mailQueue{put: func(ctx context.Context, l domain.Letter) error {
					return replaceError(inner.Put(ctx, l), port.ErrConflict, driverError())
				}}
			}),
		},
		{
			Name: "letter-conflict-overwrites", Turns: []string{"queue/put/conflict-stores-nothing", "queue/put/one-winner"},
			Store: inQueue(func(inner port.MailQueue) mailQueue {
				var over memo[string, domain.Letter]
				return mailQueue{
					put: func(ctx context.Context, l domain.Letter) error {
						err := inner.Put(ctx, l)
						if errors.Is(err, port.ErrConflict) {
							over.set(l.ID, l)
						}
						return err
					},
					claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
						leases, err := inner.Claim(ctx, now, until, limit)
						for i, l := range leases {
							if written, ok := over.get(l.Letter.ID); ok {
								leases[i].Letter = written
							}
						}
						return leases, err
					},
				}
			}),
		},
		{
			Name: "letter-check-then-insert", Turns: []string{"queue/put/one-winner"},
			Store: inQueue(func(inner port.MailQueue) mailQueue {
				var o overlap
				return mailQueue{put: func(ctx context.Context, l domain.Letter) error {
					return o.unnoticed(func() error { return inner.Put(ctx, l) })
				}}
			}),
		},
		{
			Name: "url-cut", Turns: []string{"queue/values/come-back-equal", "queue/values/long-texts"},
			Store: putLetters(func(l *domain.Letter) { l.URL = l.URL[:min(len(l.URL), 1000)] }),
		},
		{
			Name: "url-cut-at-64k", Turns: []string{"queue/values/long-texts"},
			Store: putLetters(func(l *domain.Letter) { l.URL = cutAt64K(l.URL) }),
		},
		{
			Name: "every-letter-is-a-reset", Turns: []string{"queue/values/odd-texts"},
			Store: shownLetters(func(l *domain.Letter) {
				if l.Kind == "invitation" {
					l.Kind = domain.LetterPasswordReset
				}
			}),
		},
		{
			Name: "no-language-is-english", Turns: []string{"queue/values/empty-stays-empty"},
			Store: shownLetters(func(l *domain.Letter) {
				if l.Language == "" {
					l.Language = "en"
				}
			}),
		},
		{
			Name: "letter-time-truncated", Turns: []string{"queue/times/microseconds"},
			Store: putLetters(func(l *domain.Letter) { l.Due = l.Due.Truncate(time.Millisecond) }),
		},
		{
			Name: "letter-time-local", Turns: []string{"queue/times/utc"},
			Store: shownLetters(func(l *domain.Letter) { l.Due = l.Due.In(elsewhere()) }),
		},
	}
}

func queueClaimFaults() []Fault {
	claiming := func(claim func(ctx context.Context, inner port.MailQueue, now, until time.Time, limit int) ([]port.Lease, error)) func(port.Store) port.Store {
		return inQueue(func(inner port.MailQueue) mailQueue {
			return mailQueue{claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
				return claim(ctx, inner, now, until, limit)
			}}
		})
	}
	return []Fault{
		{
			Name: "empty-queue-is-not-found", Turns: []string{"queue/claim/none-is-no-error"},
			Store: inQueue(func(inner port.MailQueue) mailQueue {
				var used once
				return mailQueue{
					put: func(ctx context.Context, l domain.Letter) error {
						used.take()
						return inner.Put(ctx, l)
					},
					claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
						leases, err := inner.Claim(ctx, now, until, limit)
						if err == nil && len(leases) == 0 && !used.taken.Load() {
							return nil, port.ErrNotFound
						}
						return leases, err
					},
				}
			}),
		},
		{
			Name: "loan-a-moment-short", Turns: []string{"queue/claim/until-boundary"},
			Store: lending(func(inner port.MailQueue, known *loans) mailQueue {
				return mailQueue{claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
					for _, proof := range known.until.keys() {
						if over, _ := known.until.get(proof); over.Equal(now.Add(time.Microsecond)) {
							now = over
						}
					}
					return inner.Claim(ctx, now, until, limit)
				}}
			}),
		},
		{
			Name: "newest-first", Turns: []string{"queue/claim/oldest-first"},
			Store: lent(func(_ time.Time, leases []port.Lease) []port.Lease {
				slices.Reverse(leases)
				return leases
			}),
		},
		{
			Name: "claim-ignores-limit", Turns: []string{"queue/claim/limit", "queue/claim/oldest-first"},
			Store: claiming(func(ctx context.Context, inner port.MailQueue, now, until time.Time, limit int) ([]port.Lease, error) {
				if limit > 0 {
					limit = 1000
				}
				return inner.Claim(ctx, now, until, limit)
			}),
		},
		{
			Name: "queue-own-clock", Turns: []string{"queue/claim/time-is-an-argument"},
			Store: lent(func(_ time.Time, leases []port.Lease) []port.Lease {
				return slices.DeleteFunc(leases, func(l port.Lease) bool {
					return l.Letter.ExpiresAt.Before(time.Now().AddDate(-50, 0, 0))
				})
			}),
		},
		{
			Name: "lease-ignored", Turns: []string{"queue/claim/each-to-one"},
			Store: inQueue(func(inner port.MailQueue) mailQueue {
				var o overlap
				var latest memo[string, port.Lease]
				return mailQueue{claim: func(ctx context.Context, now, until time.Time, limit int) (leases []port.Lease, err error) {
					err = o.during(func(shared bool) error {
						var err error
						leases, err = inner.Claim(ctx, now, until, limit)
						if other, ok := latest.get(""); shared && ok {
							leases = append(leases, other)
						} else if shared && len(leases) > 0 {
							latest.set("", leases[0])
						}
						return err
					})
					return leases, err
				}}
			}),
		},
		{
			Name: "beaten-to-a-letter-is-an-empty-queue", Turns: []string{"queue/claim/second-to-a-letter-gets-the-next"},
			Store: inQueue(func(inner port.MailQueue) mailQueue {
				var o overlap
				return mailQueue{claim: func(ctx context.Context, now, until time.Time, limit int) (leases []port.Lease, err error) {
					err = o.during(func(shared bool) (err error) {
						if !shared {
							leases, err = inner.Claim(ctx, now, until, limit)
						}
						return err
					})
					return leases, err
				}}
			}),
		},
		{
			Name: "loan-counts-as-an-attempt", Turns: []string{"queue/claim/leaves-the-letter"},
			Store: inQueue(func(inner port.MailQueue) mailQueue {
				var loans memo[string, int]
				return mailQueue{
					claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
						leases, err := inner.Claim(ctx, now, until, limit)
						for i, l := range leases {
							leases[i].Letter.Attempts += loans.change(l.Letter.ID, func(n int) int { return n + 1 }) - 1
						}
						return leases, err
					},
					retry: func(ctx context.Context, l port.Lease, next time.Time) error {
						loans.drop(l.Letter.ID)
						return inner.Retry(ctx, l, next)
					},
				}
			}),
		},
		{
			Name: "limit-below-1-lends-all", Turns: []string{"queue/claim/limit-below-1-is-none"},
			Store: claiming(func(ctx context.Context, inner port.MailQueue, now, until time.Time, limit int) ([]port.Lease, error) {
				if limit < 1 {
					limit = 1000
				}
				return inner.Claim(ctx, now, until, limit)
			}),
		},
		{
			Name: "letter-expiry-inclusive", Turns: []string{"queue/claim/expiry-boundary"},
			Store: lending(func(inner port.MailQueue, known *loans) mailQueue {
				return mailQueue{claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
					for _, id := range known.first.keys() {
						if l, _ := known.first.get(id); l.ExpiresAt.Equal(now) {
							return inner.Claim(ctx, now.Add(-time.Microsecond), until, limit)
						}
					}
					return inner.Claim(ctx, now, until, limit)
				}}
			}),
		},
		{
			Name: "claim-removes-the-expired", Turns: []string{"queue/claim/expired-stay", "queue/claim/expired-on-loan-stay"},
			Store: lending(func(inner port.MailQueue, known *loans) mailQueue {
				return mailQueue{claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
					leases, err := inner.Claim(ctx, now, until, limit)
					if err != nil {
						return leases, err
					}
					for _, id := range known.latest.keys() {
						if l, _ := known.latest.get(id); !l.Letter.ExpiresAt.After(now) {
							_ = inner.Done(ctx, l)
						}
					}
					_, err = inner.Prune(ctx, now, 1000)
					return leases, err
				}}
			}),
		},
	}
}
