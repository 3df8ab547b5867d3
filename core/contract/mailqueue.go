package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunMailQueue runs MailQueueCases, each on what open returns: an empty port.MailQueue that
// t.Cleanup closes.
func RunMailQueue(t *testing.T, open func(t testing.TB) port.MailQueue, opts ...Option) {
	t.Helper()
	run(t, "mail queue", MailQueueCases(), open, opts)
}

// MailQueueCases returns the rules of port.MailQueue.
func MailQueueCases() []Case[port.MailQueue] {
	return slices.Concat(
		queuePutCases(),
		queueValueCases(),
		queueClaimCases(),
		queueExpiryCases(),
		queueDoneCases(),
		queueRetryCases(),
		queueWaitingCases(),
		queuePruneCases(),
		queueCancelledCases(),
		mailQueueKeyed().cases(),
		mailQueueMethods().cancelled(),
	)
}

// loan is how long the cases lend letters.
const loan = time.Minute

func putLetters(t testing.TB, queue port.MailQueue, letters ...domain.Letter) {
	t.Helper()
	for _, l := range letters {
		must(t, queue.Put(t.Context(), l))
	}
}

// claim returns at most limit leases, lent from now on for a loan.
func claim(t testing.TB, queue port.MailQueue, now time.Time, limit int) []port.Lease {
	t.Helper()
	return value(queue.Claim(t.Context(), now, now.Add(loan), limit))(t)
}

// claimOne returns the lease of the only letter that is due at now.
func claimOne(t testing.TB, queue port.MailQueue, now time.Time) port.Lease {
	t.Helper()
	leases := claim(t, queue, now, 10)
	if len(leases) != 1 {
		t.Fatalf("got %d letters, want 1", len(leases))
	}
	return leases[0]
}

// wantNoneDue ends the case unless no letter is due at now.
func wantNoneDue(t testing.TB, queue port.MailQueue, now time.Time) {
	t.Helper()
	wantEqual(t, letterIDs(claim(t, queue, now, 10)), []string{})
}

func letterIDs(leases []port.Lease) []string {
	ids := make([]string, len(leases))
	for i, l := range leases {
		ids[i] = l.Letter.ID
	}
	return ids
}

func queuePutCases() []Case[port.MailQueue] {
	const rule = "Put stores l, due at l.Due, or returns ErrConflict when its ID is taken, and then stores nothing."
	return []Case[port.MailQueue]{
		{"queue/put/due-boundary", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			wantNoneDue(t, queue, at(-time.Microsecond))
			wantEqual(t, claimOne(t, queue, at(0)).Letter.ID, "id-of-ann")
		}},
		{"queue/put/duplicate-is-conflict", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			wantError(t, queue.Put(t.Context(), sampleLetter("ann")), port.ErrConflict)
			claimOne(t, queue, at(0))
			wantError(t, queue.Put(t.Context(), sampleLetter("ann")), port.ErrConflict)
		}},
		{"queue/put/conflict-stores-nothing", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			other := sampleLetter("ann")
			other.To = "thief@example.com"
			if queue.Put(t.Context(), other) == nil {
				t.Fatal("got no error for an ID that is taken")
			}
			wantEqual(t, claimOne(t, queue, at(0)).Letter, sampleLetter("ann"))
		}},
		{"queue/put/one-winner", rule, func(t testing.TB, queue port.MailQueue) {
			letter := func(i int) domain.Letter {
				l := sampleLetter("wanted")
				l.URL = fmt.Sprint("https://example.com/", i)
				return l
			}
			got := race(t, racers, func(i int) error { return queue.Put(t.Context(), letter(i)) })
			got.want(t, 1, nil)
			got.want(t, racers-1, port.ErrConflict)
			wantEqual(t, claimOne(t, queue, at(0)).Letter, letter(got.winner()))
		}},
	}
}

func queueValueCases() []Case[port.MailQueue] {
	const rule = "Stored values come back equal."
	const ruleTimes = "Times keep microseconds and come back in UTC; the caller passes no finer ones."
	comesBack := func(l domain.Letter) func(testing.TB, port.MailQueue) {
		return func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, l)
			wantEqual(t, claimOne(t, queue, at(time.Second)).Letter, l)
		}
	}
	long, huge, odd, fine := sampleLetter("ann"), sampleLetter("ann"), sampleLetter("ann"), sampleLetter("ann")
	long.URL += strings.Repeat("&more=x", 256)
	huge.URL += strings.Repeat("&more=x", 1<<14) // more than 64 KiB
	huge.Client = longClient()
	odd.Kind, odd.Language, odd.Attempts = "invitation", "sr-Latn-RS", 0
	odd.URL = "https://example.com/\u00e4?next=%2F&mark=\U0001F511 "
	fine.Due, fine.ExpiresAt = at(time.Microsecond), at(time.Hour+7*time.Microsecond)
	return []Case[port.MailQueue]{
		{"queue/values/come-back-equal", rule, comesBack(long)},
		{"queue/values/odd-texts", rule, comesBack(odd)},
		{"queue/values/long-texts", rule, comesBack(huge)},
		{"queue/values/empty-stays-empty", rule, comesBack(domain.Letter{ID: "id", Due: at(0), ExpiresAt: at(time.Hour)})},
		{"queue/times/microseconds", ruleTimes, comesBack(fine)},
		{"queue/times/utc", ruleTimes, func(t testing.TB, queue port.MailQueue) {
			l := sampleLetter("ann")
			l.Due, l.ExpiresAt = elsewhere(l.Due), elsewhere(l.ExpiresAt)
			putLetters(t, queue, l)
			got := value(queue.Claim(t.Context(), elsewhere(at(0)), elsewhere(at(loan)), 1))(t)[0]
			wantUTC(t, got.Letter.Due, got.Letter.ExpiresAt)
			must(t, queue.Retry(t.Context(), got, elsewhere(at(time.Minute))))
			wantUTC(t, claimOne(t, queue, at(time.Minute)).Letter.Due)
		}},
	}
}

func mailQueueKeyed() keyed[port.MailQueue] {
	type call = func(ctx context.Context, queue port.MailQueue, s string) error
	put := func(change func(l *domain.Letter, s string)) call {
		return func(ctx context.Context, queue port.MailQueue, s string) error {
			l := sampleLetter("ann")
			change(&l, s)
			return queue.Put(ctx, l)
		}
	}
	lease := func(id, token string) port.Lease {
		return port.Lease{Letter: domain.Letter{ID: id}, Token: token}
	}
	return keyed[port.MailQueue]{
		port: "queue",
		put: func(ctx context.Context, queue port.MailQueue, key string) error {
			l := sampleLetter("ann")
			l.ID = key
			return queue.Put(ctx, l)
		},
		// A loan until the time at which it begins leaves every letter due.
		has: func(ctx context.Context, queue port.MailQueue, key string) (bool, error) {
			leases, err := queue.Claim(ctx, at(0), at(0), 10)
			return slices.Contains(letterIDs(leases), key), err
		},
		keys: []func(ctx context.Context, queue port.MailQueue, key string) error{
			put(func(l *domain.Letter, s string) { l.ID = s }),
			put(func(l *domain.Letter, s string) { l.To = domain.Email(s) }),
			func(ctx context.Context, queue port.MailQueue, key string) error {
				return queue.Done(ctx, lease(key, "token"))
			},
			func(ctx context.Context, queue port.MailQueue, key string) error {
				return queue.Done(ctx, lease("id", key))
			},
			func(ctx context.Context, queue port.MailQueue, key string) error {
				return queue.Retry(ctx, lease(key, "token"), at(0))
			},
			func(ctx context.Context, queue port.MailQueue, key string) error {
				return queue.Retry(ctx, lease("id", key), at(0))
			},
		},
		texts: []func(ctx context.Context, queue port.MailQueue, text string) error{
			put(func(l *domain.Letter, s string) { l.Kind = domain.LetterKind(s) }),
			put(func(l *domain.Letter, s string) { l.URL = s }),
			put(func(l *domain.Letter, s string) { l.Language = s }),
			put(func(l *domain.Letter, s string) { l.Client.IP = s }),
			put(func(l *domain.Letter, s string) { l.Client.UserAgent = s }),
			put(func(l *domain.Letter, s string) { l.Client.Origin = s }),
		},
	}
}

// mailQueueMethods asks Done and Retry about a lease that they cannot know: only a caller
// who is told that the context is done has been refused before the question.
func mailQueueMethods() methods[port.MailQueue] {
	over := sampleLetter("over")
	over.ExpiresAt = at(-time.Minute)
	return methods[port.MailQueue]{
		port: "queue",
		seed: func(t testing.TB, queue port.MailQueue) { putLetters(t, queue, sampleLetter("ann"), over) },
		untouched: func(t testing.TB, queue port.MailQueue) {
			t.Helper()
			wantWaiting(t, queue, 2)
			wantEqual(t, claimOne(t, queue, at(0)).Letter, sampleLetter("ann"))
		},
		list: []method[port.MailQueue]{
			{"Put", func(ctx context.Context, queue port.MailQueue) error { return queue.Put(ctx, sampleLetter("bob")) }},
			{"Claim", func(ctx context.Context, queue port.MailQueue) error {
				return errorOf(queue.Claim(ctx, at(0), at(loan), 10))
			}},
			{"Done", func(ctx context.Context, queue port.MailQueue) error {
				return queue.Done(ctx, port.Lease{Letter: sampleLetter("ann"), Token: "unknown"})
			}},
			{"Retry", func(ctx context.Context, queue port.MailQueue) error {
				return queue.Retry(ctx, port.Lease{Letter: sampleLetter("ann"), Token: "unknown"}, at(loan))
			}},
			{"Waiting", func(ctx context.Context, queue port.MailQueue) error {
				return errorOf(queue.Waiting(ctx, domain.LetterPasswordReset, 10))
			}},
			{"Prune", func(ctx context.Context, queue port.MailQueue) error { return errorOf(queue.Prune(ctx, at(0), 10)) }},
		},
	}
}
