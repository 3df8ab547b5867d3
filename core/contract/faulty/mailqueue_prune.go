package faulty

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func queueWaitingFaults() []Fault {
	counting := func(count func(ctx context.Context, inner port.MailQueue, known *loans, kind domain.LetterKind, limit int) (int, error)) func(port.Store) port.Store {
		return lending(func(inner port.MailQueue, known *loans) mailQueue {
			return mailQueue{waiting: func(ctx context.Context, kind domain.LetterKind, limit int) (int, error) {
				return count(ctx, inner, known, kind, limit)
			}}
		})
	}
	return []Fault{
		{
			Name: "expired-letters-are-not-counted", Turns: []string{"queue/waiting/counts"},
			Store: counting(func(ctx context.Context, inner port.MailQueue, known *loans, kind domain.LetterKind, limit int) (int, error) {
				n, err := inner.Waiting(ctx, kind, limit)
				for _, id := range known.first.keys() {
					if l, _ := known.first.get(id); l.ExpiresAt.Before(time.Now().AddDate(-50, 0, 0)) {
						n--
					}
				}
				return n, err
			}),
		},
		{
			Name: "count-takes-letters-of-any-kind", Turns: []string{"queue/waiting/counts"},
			Store: counting(func(ctx context.Context, inner port.MailQueue, _ *loans, _ domain.LetterKind, limit int) (n int, err error) {
				for _, kind := range domain.LetterKinds() {
					of, err := inner.Waiting(ctx, kind, limit)
					if err != nil {
						return 0, err
					}
					n += of
				}
				return max(0, min(n, limit)), nil
			}),
		},
		{
			Name: "loans-are-not-counted", Turns: []string{"queue/waiting/on-loan"},
			Store: counting(func(ctx context.Context, inner port.MailQueue, known *loans, kind domain.LetterKind, limit int) (int, error) {
				n, err := inner.Waiting(ctx, kind, limit)
				for _, id := range known.latest.keys() {
					if _, done := known.done.get(id); !done && n > 0 {
						n--
					}
				}
				return n, err
			}),
		},
		{
			Name: "count-ignores-limit", Turns: []string{"queue/waiting/limit"},
			Store: counting(func(ctx context.Context, inner port.MailQueue, _ *loans, kind domain.LetterKind, limit int) (int, error) {
				return inner.Waiting(ctx, kind, max(limit, min(1, limit)*1000))
			}),
		},
		{
			Name: "negative-limit-counts-all", Turns: []string{"queue/waiting/limit"},
			Store: counting(func(ctx context.Context, inner port.MailQueue, _ *loans, kind domain.LetterKind, limit int) (int, error) {
				if limit < 0 {
					limit = 1000
				}
				return inner.Waiting(ctx, kind, limit)
			}),
		},
	}
}

func queuePruneFaults() []Fault {
	pruning := func(prune func(ctx context.Context, inner port.MailQueue, known *loans, now time.Time, limit int) (int, error)) func(port.Store) port.Store {
		return lending(func(inner port.MailQueue, known *loans) mailQueue {
			return mailQueue{prune: func(ctx context.Context, now time.Time, limit int) (int, error) {
				return prune(ctx, inner, known, now, limit)
			}}
		})
	}
	return []Fault{
		{
			Name:  "letter-prune-counts-once",
			Turns: []string{"queue/prune/removes", "queue/prune/boundary", "queue/prune/keeps-the-later", "queue/prune/limit"},
			Store: pruning(func(ctx context.Context, inner port.MailQueue, _ *loans, now time.Time, limit int) (int, error) {
				n, err := inner.Prune(ctx, now, limit)
				return min(n, 1), err
			}),
		},
		{
			Name: "letter-prune-exclusive", Turns: []string{"queue/prune/boundary", "queue/prune/spares-loans", "queue/prune/retried-are-on-loan-no-more"},
			Store: pruning(func(ctx context.Context, inner port.MailQueue, _ *loans, now time.Time, limit int) (int, error) {
				return inner.Prune(ctx, now.Add(-time.Microsecond), limit)
			}),
		},
		{
			Name: "letter-prune-early", Turns: []string{"queue/prune/boundary", "queue/prune/spares-loans"},
			Store: pruning(func(ctx context.Context, inner port.MailQueue, _ *loans, now time.Time, limit int) (int, error) {
				return inner.Prune(ctx, now.Add(time.Microsecond), limit)
			}),
		},
		{
			Name: "letter-prune-spares-what-was-never-due", Turns: []string{"queue/prune/removes"},
			Store: pruning(func(ctx context.Context, inner port.MailQueue, known *loans, now time.Time, limit int) (int, error) {
				n, err := inner.Prune(ctx, now, limit)
				for _, id := range known.first.keys() {
					if l, _ := known.first.get(id); l.Due.After(l.ExpiresAt) && inner.Put(ctx, l) == nil {
						n--
					}
				}
				return n, err
			}),
		},
		{
			Name: "letter-prune-goes-too-far", Turns: []string{"queue/prune/keeps-the-later"},
			Store: pruning(func(ctx context.Context, inner port.MailQueue, _ *loans, now time.Time, limit int) (int, error) {
				n, err := inner.Prune(ctx, now, limit)
				if n > 0 {
					_, err = inner.Prune(ctx, now.Add(2*time.Hour), limit-n)
				}
				return n, err
			}),
		},
		{
			Name: "letter-prune-ignores-limit", Turns: []string{"queue/prune/limit"},
			Store: pruning(func(ctx context.Context, inner port.MailQueue, _ *loans, now time.Time, _ int) (int, error) {
				return inner.Prune(ctx, now, 1000)
			}),
		},
		{
			Name: "letter-prune-takes-loans", Turns: []string{"queue/prune/spares-loans"},
			Store: pruning(func(ctx context.Context, inner port.MailQueue, known *loans, now time.Time, limit int) (int, error) {
				n, err := inner.Prune(ctx, now, limit)
				for _, id := range known.latest.keys() {
					if l, _ := known.latest.get(id); err == nil && n < limit && !l.Letter.ExpiresAt.After(now) && inner.Done(ctx, l) == nil {
						n++
					}
				}
				return n, err
			}),
		},
		{
			Name: "letter-prune-spares-ended-loans", Turns: []string{"queue/prune/retried-are-on-loan-no-more"},
			Store: pruning(func(ctx context.Context, inner port.MailQueue, known *loans, now time.Time, limit int) (int, error) {
				n, err := inner.Prune(ctx, now, limit)
				for _, id := range known.retried.keys() {
					proof, _ := known.retried.get(id)
					until, _ := known.until.get(proof)
					var l domain.Letter
					if l, _ = known.first.get(id); until.After(now) && inner.Put(ctx, l) == nil {
						n--
					}
				}
				return n, err
			}),
		},
	}
}
