package contract

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// wantWaiting ends the case unless there are n letters of the kind of sampleLetter.
func wantWaiting(t testing.TB, queue port.MailQueue, n int) {
	t.Helper()
	if got := value(queue.Waiting(t.Context(), domain.LetterPasswordReset, n+10))(t); got != n {
		t.Fatalf("got %d letters in the queue, want %d", got, n)
	}
}

func queueWaitingCases() []Case[port.MailQueue] {
	const rule = "Waiting counts the letters of that kind that are there, whatever their times and whether on loan or not, but only up to limit; a limit below 1 counts none."
	return []Case[port.MailQueue]{
		{"queue/waiting/counts", rule, func(t testing.TB, queue port.MailQueue) {
			wantWaiting(t, queue, 0)
			putLetters(t, queue, dueLetter("late", 100*365*24*time.Hour), sampleLetter("ann"))
			wantWaiting(t, queue, 2)
			must(t, queue.Retry(t.Context(), claimOne(t, queue, at(0)), at(time.Second)))
			wantWaiting(t, queue, 2)
			over := sampleLetter("over")
			over.ExpiresAt = at(-100 * 365 * 24 * time.Hour)
			putLetters(t, queue, over)
			wantWaiting(t, queue, 3)
			notice := sampleLetter("notice")
			notice.Kind = domain.LetterEmailChanged
			putLetters(t, queue, notice)
			wantWaiting(t, queue, 3)
			wantEqual(t, value(queue.Waiting(t.Context(), domain.LetterEmailChanged, 10))(t), 1)
			wantEqual(t, value(queue.Waiting(t.Context(), domain.LetterPasswordChanged, 10))(t), 0)
		}},
		{"queue/waiting/on-loan", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"), sampleLetter("bob"))
			claim(t, queue, at(0), 1)
			wantWaiting(t, queue, 2)
			claim(t, queue, at(0), 1)
			wantWaiting(t, queue, 2)
		}},
		{"queue/waiting/limit", rule, func(t testing.TB, queue port.MailQueue) {
			for i := range 5 {
				putLetters(t, queue, sampleLetter(fmt.Sprint("user", i)))
			}
			for limit, want := range map[int]int{6: 5, 5: 5, 4: 4, 1: 1, 0: 0, -1: 0} {
				wantEqual(t, value(queue.Waiting(t.Context(), domain.LetterPasswordReset, limit))(t), want)
			}
		}},
	}
}

func queuePruneCases() []Case[port.MailQueue] {
	const rule = "Prune removes at most limit letters whose ExpiresAt is not after now, save those on loan at now, and returns how many it removed."
	end := sampleLetter("any").ExpiresAt
	put := func(t testing.TB, queue port.MailQueue, n int) {
		t.Helper()
		for i := range n {
			putLetters(t, queue, sampleLetter(fmt.Sprint("user", i)))
		}
	}
	wantPruned := func(t testing.TB, queue port.MailQueue, now time.Time, limit, want int) {
		t.Helper()
		if got := value(queue.Prune(t.Context(), now, limit))(t); got != want {
			t.Fatalf("got %d letters removed, want %d", got, want)
		}
	}
	return []Case[port.MailQueue]{
		{"queue/prune/removes", rule, func(t testing.TB, queue port.MailQueue) {
			put(t, queue, 3)
			putLetters(t, queue, dueLetter("never-due", 24*time.Hour))
			wantPruned(t, queue, end.Add(time.Minute), 10, 4)
			wantWaiting(t, queue, 0)
			put(t, queue, 3)
		}},
		{"queue/prune/boundary", rule, func(t testing.TB, queue port.MailQueue) {
			put(t, queue, 2)
			wantPruned(t, queue, end.Add(-time.Microsecond), 10, 0)
			wantPruned(t, queue, end, 10, 2)
		}},
		{"queue/prune/keeps-the-later", rule, func(t testing.TB, queue port.MailQueue) {
			put(t, queue, 2)
			later := sampleLetter("later")
			later.ExpiresAt = end.Add(time.Hour)
			putLetters(t, queue, later)
			wantPruned(t, queue, end.Add(time.Minute), 10, 2)
			wantEqual(t, claimOne(t, queue, end).Letter, later)
		}},
		{"queue/prune/limit", rule, func(t testing.TB, queue port.MailQueue) {
			put(t, queue, 5)
			for _, step := range []struct{ limit, removed, left int }{{0, 0, 5}, {-1, 0, 5}, {2, 2, 3}, {2, 2, 1}, {2, 1, 0}, {2, 0, 0}} {
				wantPruned(t, queue, end.Add(time.Minute), step.limit, step.removed)
				wantWaiting(t, queue, step.left)
			}
		}},
		{"queue/prune/spares-loans", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			begin := end.Add(-loan / 2)
			claimOne(t, queue, begin)
			wantPruned(t, queue, end, 10, 0)
			wantPruned(t, queue, begin.Add(loan-time.Microsecond), 10, 0)
			wantPruned(t, queue, begin.Add(loan), 10, 1)
		}},
		{"queue/prune/retried-are-on-loan-no-more", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			lease := value(queue.Claim(t.Context(), at(0), end.Add(time.Hour), 1))(t)[0]
			must(t, queue.Retry(t.Context(), lease, at(time.Second)))
			wantPruned(t, queue, end, 10, 1)
		}},
	}
}
