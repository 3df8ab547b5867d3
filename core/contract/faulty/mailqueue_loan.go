package faulty

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// loans is what a fault knows of the loans that were given.
type loans struct {
	latest  memo[string, port.Lease] // by letter; dropped when it is retried
	until   memo[string, time.Time]  // by proof
	begun   memo[string, time.Time]  // by proof
	batches memo[string, []port.Lease]
	done    memo[string, bool]   // letters
	retried memo[string, string] // letter to the proof with which it was
	first   memo[string, domain.Letter]
}

// lending plants a fault in Done and Retry, which know every loan.
func lending(plant func(inner port.MailQueue, known *loans) mailQueue) func(port.Store) port.Store {
	return inQueue(func(inner port.MailQueue) mailQueue {
		known := &loans{}
		r := plant(inner, known)
		r.put = func(ctx context.Context, l domain.Letter) error {
			err := inner.Put(ctx, l)
			if err == nil {
				known.first.set(l.ID, l)
			}
			return err
		}
		claim := r.claim
		if claim == nil {
			claim = inner.Claim
		}
		r.claim = func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
			leases, err := claim(ctx, now, until, limit)
			for _, l := range leases {
				known.latest.set(l.Letter.ID, l)
				known.begun.set(l.Token, now)
				known.until.set(l.Token, until)
				known.batches.set(l.Token, leases)
			}
			return leases, err
		}
		done, retry := r.done, r.retry
		if done == nil {
			done = inner.Done
		}
		if retry == nil {
			retry = inner.Retry
		}
		r.done = func(ctx context.Context, l port.Lease) error {
			err := done(ctx, l)
			if err == nil {
				known.done.set(l.Letter.ID, true)
			}
			return err
		}
		r.retry = func(ctx context.Context, l port.Lease, next time.Time) error {
			err := retry(ctx, l, next)
			if err == nil {
				known.retried.set(l.Letter.ID, l.Token)
				known.latest.drop(l.Letter.ID)
			}
			return err
		}
		return r
	})
}

// finishing plants a fault in Done.
func finishing(done func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease) error) func(port.Store) port.Store {
	return lending(func(inner port.MailQueue, known *loans) mailQueue {
		return mailQueue{done: func(ctx context.Context, l port.Lease) error { return done(ctx, inner, known, l) }}
	})
}

// retrying plants a fault in Retry.
func retrying(retry func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease, next time.Time) error) func(port.Store) port.Store {
	return lending(func(inner port.MailQueue, known *loans) mailQueue {
		return mailQueue{retry: func(ctx context.Context, l port.Lease, next time.Time) error {
			return retry(ctx, inner, known, l, next)
		}}
	})
}

// momentary is true of a loan that was over when it began.
func (k *loans) momentary(l port.Lease) bool {
	begun, ok := k.begun.get(l.Token)
	until, _ := k.until.get(l.Token)
	return ok && until.Equal(begun)
}

func queueDoneFaults() []Fault {
	return []Fault{
		{
			Name: "done-postpones", Turns: []string{"queue/done/removes"},
			Store: finishing(func(ctx context.Context, inner port.MailQueue, _ *loans, l port.Lease) error {
				if err := inner.Done(ctx, l); err != nil {
					return err
				}
				l.Letter.Due = l.Letter.Due.Add(2 * time.Minute)
				return inner.Put(ctx, l.Letter)
			}),
		},
		{
			Name: "done-removes-the-batch", Turns: []string{"queue/done/only-that-letter"},
			Store: finishing(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease) error {
				err := inner.Done(ctx, l)
				batch, _ := known.batches.get(l.Token)
				for _, other := range batch {
					if err == nil && other.Letter.ID != l.Letter.ID {
						_ = inner.Done(ctx, other)
					}
				}
				return err
			}),
		},
		{
			Name:  "proof-not-checked",
			Turns: []string{"queue/done/after-the-loan-is-stale", "queue/done/proof-of-another-letter-is-stale"},
			Store: finishing(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease) error {
				if latest, ok := known.latest.get(l.Letter.ID); ok {
					l = latest
				}
				return inner.Done(ctx, l)
			}),
		},
		{
			Name: "late-done-is-stale", Turns: []string{"queue/done/late-but-unclaimed-removes"},
			Store: finishing(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease) error {
				if known.momentary(l) {
					return port.ErrStale
				}
				return inner.Done(ctx, l)
			}),
		},
		{
			Name: "done-of-what-is-gone-is-nil", Turns: []string{"queue/done/twice-is-stale"},
			Store: finishing(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease) error {
				err := inner.Done(ctx, l)
				if _, gone := known.done.get(l.Letter.ID); gone {
					return replaceError(err, port.ErrStale, nil)
				}
				return err
			}),
		},
		{
			Name: "no-proof-needed-before-the-first-loan", Turns: []string{"queue/done/never-lent-is-stale"},
			Store: finishing(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease) error {
				err := inner.Done(ctx, l)
				_, put := known.first.get(l.Letter.ID)
				if _, lent := known.latest.get(l.Letter.ID); put && !lent && l.Token == "" {
					return replaceError(err, port.ErrStale, nil)
				}
				return err
			}),
		},
	}
}

// queueCancelledFaults do the work and then say that nobody waits for it any more.
func queueCancelledFaults() []Fault {
	return []Fault{
		{
			Name: "cancelled-done-removes", Turns: []string{"queue/done/cancelled-changes-nothing"},
			Store: finishing(func(ctx context.Context, inner port.MailQueue, _ *loans, l port.Lease) error {
				err := inner.Done(context.WithoutCancel(ctx), l)
				return cmp.Or(ctx.Err(), err)
			}),
		},
		{
			Name: "cancelled-retry-ends-the-loan", Turns: []string{"queue/retry/cancelled-changes-nothing"},
			Store: retrying(func(ctx context.Context, inner port.MailQueue, _ *loans, l port.Lease, next time.Time) error {
				err := inner.Retry(context.WithoutCancel(ctx), l, next)
				return cmp.Or(ctx.Err(), err)
			}),
		},
	}
}

func queueRetryFaults() []Fault {
	return []Fault{
		{
			Name:  "retry-waits-for-the-loan",
			Turns: []string{"queue/retry/due-again", "queue/retry/counts", "queue/retry/ends-the-loan"},
			Store: retrying(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease, next time.Time) error {
				if until, ok := known.until.get(l.Token); ok && until.After(next) {
					next = until
				}
				return inner.Retry(ctx, l, next)
			}),
		},
		{
			Name: "retry-does-not-count", Turns: []string{"queue/retry/counts", "queue/retry/late-but-unclaimed-counts"},
			Store: lending(func(inner port.MailQueue, known *loans) mailQueue {
				return mailQueue{claim: func(ctx context.Context, now, until time.Time, limit int) ([]port.Lease, error) {
					leases, err := inner.Claim(ctx, now, until, limit)
					for i, l := range leases {
						if first, ok := known.first.get(l.Letter.ID); ok {
							leases[i].Letter.Attempts = first.Attempts
						}
					}
					return leases, err
				}}
			}),
		},
		{
			Name: "retry-keeps-the-proof", Turns: []string{"queue/retry/ends-the-loan"},
			Store: finishing(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease) error {
				err := inner.Done(ctx, l)
				if proof, ok := known.retried.get(l.Letter.ID); ok && proof == l.Token {
					return replaceError(err, port.ErrStale, nil)
				}
				return err
			}),
		},
		{
			Name: "proof-not-checked-by-retry", Turns: []string{"queue/retry/after-the-loan-is-stale"},
			Store: retrying(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease, next time.Time) error {
				if latest, ok := known.latest.get(l.Letter.ID); ok {
					l = latest
				}
				return inner.Retry(ctx, l, next)
			}),
		},
		{
			Name: "late-retry-is-stale", Turns: []string{"queue/retry/late-but-unclaimed-counts"},
			Store: retrying(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease, next time.Time) error {
				if known.momentary(l) {
					return port.ErrStale
				}
				return inner.Retry(ctx, l, next)
			}),
		},
		{
			Name: "retry-revives", Turns: []string{"queue/retry/gone-is-stale"},
			Store: retrying(func(ctx context.Context, inner port.MailQueue, known *loans, l port.Lease, next time.Time) error {
				err := inner.Retry(ctx, l, next)
				if _, gone := known.done.get(l.Letter.ID); gone && errors.Is(err, port.ErrStale) {
					l.Letter.Due = next
					return inner.Put(ctx, l.Letter)
				}
				return err
			}),
		},
	}
}
