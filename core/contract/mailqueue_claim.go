package contract

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	ruleClaim     = "Claim lends at most limit letters that are due at now, oldest first, until the time until: before it nobody else is given them, from then on they are due again."
	ruleEachToOne = "Of many concurrent callers each letter goes to one."
	ruleNext      = "Who is beaten to a letter is lent the next: none at all are lent only when no more are due and free."
	ruleLoan      = "A loan changes nothing in the letter, and a limit below 1 lends none."
)

// dueLetter returns a letter that is due at at(due).
func dueLetter(name string, due time.Duration) domain.Letter {
	l := sampleLetter(name)
	l.Due = at(due)
	return l
}

func queueClaimCases() []Case[port.MailQueue] {
	return []Case[port.MailQueue]{
		{"queue/claim/none-is-no-error", ruleClaim, func(t testing.TB, queue port.MailQueue) {
			wantNoneDue(t, queue, at(0))
		}},
		{"queue/claim/until-boundary", ruleClaim, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			first := claimOne(t, queue, at(0))
			wantNoneDue(t, queue, at(0))
			wantNoneDue(t, queue, at(loan-time.Microsecond))
			second := claimOne(t, queue, at(loan))
			if first.Token == second.Token {
				t.Fatal("got one proof for two loans")
			}
			wantNoneDue(t, queue, at(2*loan-time.Microsecond))
		}},
		{"queue/claim/oldest-first", ruleClaim, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue,
				dueLetter("b", -2*time.Second), dueLetter("d", -time.Microsecond), dueLetter("a", -time.Second), dueLetter("c", -time.Hour))
			wantEqual(t, letterIDs(claim(t, queue, at(0), 2)), []string{"id-of-c", "id-of-b"})
			wantEqual(t, letterIDs(claim(t, queue, at(0), 10)), []string{"id-of-a", "id-of-d"})
		}},
		{"queue/claim/limit", ruleClaim, func(t testing.TB, queue port.MailQueue) {
			for i := range 5 {
				putLetters(t, queue, sampleLetter(fmt.Sprint("user", i)))
			}
			for _, step := range []struct{ limit, lent int }{{2, 2}, {1, 1}, {10, 2}, {10, 0}} {
				wantEqual(t, len(claim(t, queue, at(0), step.limit)), step.lent)
			}
		}},
		{
			"queue/claim/time-is-an-argument", "Time is an argument. No adapter asks its own clock or its database's.",
			func(t testing.TB, queue port.MailQueue) {
				for _, years := range []int{-100, 100} {
					now := at(0).AddDate(years, 0, 0)
					l := sampleLetter(fmt.Sprint("year", years))
					l.Due, l.ExpiresAt = now, now.AddDate(0, 0, 1)
					putLetters(t, queue, l)
					lease := claimOne(t, queue, now)
					wantNoneDue(t, queue, now.Add(loan/2))
					must(t, queue.Retry(t.Context(), lease, now.Add(time.Hour)))
					wantNoneDue(t, queue, now.Add(time.Hour-time.Microsecond))
					must(t, queue.Done(t.Context(), claimOne(t, queue, now.Add(time.Hour))))
				}
			},
		},
		{"queue/claim/each-to-one", ruleEachToOne, func(t testing.TB, queue port.MailQueue) {
			const letters = 20
			for i := range letters {
				putLetters(t, queue, dueLetter(fmt.Sprint("user", i), -time.Duration(i)*time.Second))
			}
			var mu sync.Mutex
			var lent []port.Lease
			race(t, racers, func(int) error {
				leases, err := queue.Claim(t.Context(), at(0), at(loan), 3)
				mu.Lock()
				defer mu.Unlock()
				lent = append(lent, leases...)
				return err
			}).want(t, racers, nil)
			for range letters { // whatever the race has left must not be lost
				lent = append(lent, claim(t, queue, at(0), 3)...)
			}
			ids := letterIDs(lent)
			slices.Sort(ids)
			if got := len(slices.Compact(ids)); len(lent) != letters || got != letters {
				t.Fatalf("got %d loans of %d letters, want %d of as many", len(lent), got, letters)
			}
		}},
		{"queue/claim/second-to-a-letter-gets-the-next", ruleNext, func(t testing.TB, queue port.MailQueue) {
			const each = 3
			for i := range racers * each {
				putLetters(t, queue, dueLetter(fmt.Sprint("user", i), -time.Duration(i)*time.Second))
			}
			var empty atomic.Int64
			race(t, racers, func(int) error {
				for range each {
					leases, err := queue.Claim(t.Context(), at(0), at(loan), 1)
					if err != nil {
						return err
					}
					if len(leases) == 0 {
						empty.Add(1)
					}
				}
				return nil
			}).want(t, racers, nil)
			if left := len(claim(t, queue, at(0), racers*each)); left > 0 {
				t.Fatalf("%d calls got no letter, and %d letters were there for them", empty.Load(), left)
			}
		}},
		{"queue/claim/leaves-the-letter", ruleLoan, func(t testing.TB, queue port.MailQueue) {
			l := dueLetter("ann", -time.Second)
			putLetters(t, queue, l)
			for i := range 3 {
				wantEqual(t, claimOne(t, queue, at(time.Duration(i)*loan)).Letter, l)
			}
		}},
		{"queue/claim/limit-below-1-is-none", ruleLoan, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			for _, limit := range []int{0, -1} {
				wantEqual(t, len(claim(t, queue, at(0), limit)), 0)
			}
			claimOne(t, queue, at(0))
		}},
	}
}

func queueExpiryCases() []Case[port.MailQueue] {
	const rule = "A letter whose ExpiresAt is not after now is lent to nobody, and not removed either."
	return []Case[port.MailQueue]{
		{"queue/claim/expiry-boundary", rule, func(t testing.TB, queue port.MailQueue) {
			over, good := sampleLetter("over"), sampleLetter("good")
			good.ExpiresAt = over.ExpiresAt.Add(time.Microsecond)
			putLetters(t, queue, over, good)
			wantEqual(t, claimOne(t, queue, over.ExpiresAt).Letter.ID, good.ID)
		}},
		{"queue/claim/expired-stay", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			must(t, queue.Retry(t.Context(), claimOne(t, queue, at(0)), at(time.Minute)))
			wantNoneDue(t, queue, at(2*time.Hour))
			claimOne(t, queue, at(time.Minute)) // for another instance, whose clock is behind
		}},
		{"queue/claim/expired-on-loan-stay", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			lease := claimOne(t, queue, at(0))
			wantNoneDue(t, queue, at(2*time.Hour))
			must(t, queue.Done(t.Context(), lease))
		}},
	}
}
