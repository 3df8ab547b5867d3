package contract

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// queueCancelledCases ask with a lease that is good, as the generated cases cannot.
func queueCancelledCases() []Case[port.MailQueue] {
	// stays wants the letter still to be on loan after call, whose context is done.
	stays := func(call func(ctx context.Context, queue port.MailQueue, l port.Lease) error) func(testing.TB, port.MailQueue) {
		return func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			lease := claimOne(t, queue, at(0))
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if call(ctx, queue, lease) == nil {
				t.Fatal("got no error from a call whose context is done")
			}
			wantNoneDue(t, queue, at(loan/2))
			must(t, queue.Done(t.Context(), lease))
		}
	}
	return []Case[port.MailQueue]{
		{"queue/done/cancelled-changes-nothing", ruleCancelled, stays(func(ctx context.Context, queue port.MailQueue, l port.Lease) error {
			return queue.Done(ctx, l)
		})},
		{"queue/retry/cancelled-changes-nothing", ruleCancelled, stays(func(ctx context.Context, queue port.MailQueue, l port.Lease) error {
			return queue.Retry(ctx, l, at(time.Second))
		})},
	}
}

func queueDoneCases() []Case[port.MailQueue] {
	const rule = "Done removes the letter, or returns ErrStale when the loan is over: somebody else has claimed the letter since, or it is gone."
	return []Case[port.MailQueue]{
		{"queue/done/removes", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			must(t, queue.Done(t.Context(), claimOne(t, queue, at(0))))
			wantNoneDue(t, queue, at(2*loan))
		}},
		{"queue/done/only-that-letter", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"), sampleLetter("bob"))
			lease := claim(t, queue, at(0), 2)[0]
			must(t, queue.Done(t.Context(), lease))
			if left := claimOne(t, queue, at(loan)); left.Letter.ID == lease.Letter.ID {
				t.Fatalf("got letter %s, which is done", left.Letter.ID)
			}
		}},
		{"queue/done/after-the-loan-is-stale", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			late, current := claimOne(t, queue, at(0)), claimOne(t, queue, at(loan))
			wantError(t, queue.Done(t.Context(), late), port.ErrStale)
			must(t, queue.Done(t.Context(), current))
		}},
		{"queue/done/late-but-unclaimed-removes", rule, func(t testing.TB, queue port.MailQueue) {
			// Without anybody else's claim, the mail that was sent must not be sent again.
			putLetters(t, queue, sampleLetter("ann"))
			lease := value(queue.Claim(t.Context(), at(0), at(0), 1))(t)[0]
			must(t, queue.Done(t.Context(), lease))
			wantNoneDue(t, queue, at(loan))
		}},
		{"queue/done/twice-is-stale", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			lease := claimOne(t, queue, at(0))
			must(t, queue.Done(t.Context(), lease))
			wantError(t, queue.Done(t.Context(), lease), port.ErrStale)
		}},
		{"queue/done/proof-of-another-letter-is-stale", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"), sampleLetter("bob"))
			leases := claim(t, queue, at(0), 2)
			mixed, without := leases[0], leases[0]
			mixed.Token, without.Token = leases[1].Token, ""
			wantError(t, queue.Done(t.Context(), mixed), port.ErrStale)
			wantError(t, queue.Done(t.Context(), without), port.ErrStale)
			must(t, queue.Done(t.Context(), leases[0]))
		}},
		{"queue/done/never-lent-is-stale", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			wantError(t, queue.Done(t.Context(), port.Lease{Letter: sampleLetter("ann")}), port.ErrStale)
			claimOne(t, queue, at(0))
		}},
	}
}

func queueRetryCases() []Case[port.MailQueue] {
	const rule = "Retry makes the letter due again at next, counts the attempt and ends the loan, or returns ErrStale when the loan is over."
	retry := func(t testing.TB, queue port.MailQueue, l port.Lease, next time.Time) {
		t.Helper()
		must(t, queue.Retry(t.Context(), l, next))
	}
	return []Case[port.MailQueue]{
		{"queue/retry/due-again", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"), sampleLetter("bob"))
			leases := claim(t, queue, at(0), 2)
			soon, late := leases[0], leases[1]
			retry(t, queue, soon, at(loan/2)) // before the loan would be over
			retry(t, queue, late, at(2*loan)) // and after it
			wantNoneDue(t, queue, at(loan/2-time.Microsecond))
			wantEqual(t, claimOne(t, queue, at(loan/2)).Letter.ID, soon.Letter.ID)
			wantNoneDue(t, queue, at(loan))
			if got := letterIDs(claim(t, queue, at(2*loan), 10)); !slices.Contains(got, late.Letter.ID) {
				t.Fatalf("got letters %q, want %q among them", got, late.Letter.ID)
			}
		}},
		{"queue/retry/counts", rule, func(t testing.TB, queue port.MailQueue) {
			want := sampleLetter("ann")
			putLetters(t, queue, want)
			for i := range 3 {
				lease := claimOne(t, queue, at(time.Duration(i)*time.Second))
				wantEqual(t, lease.Letter, want)
				want.Attempts++
				want.Due = at(time.Duration(i+1) * time.Second)
				retry(t, queue, lease, want.Due)
			}
		}},
		{"queue/retry/ends-the-loan", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			lease := claimOne(t, queue, at(0))
			retry(t, queue, lease, at(time.Second))
			wantError(t, queue.Done(t.Context(), lease), port.ErrStale)
			wantError(t, queue.Retry(t.Context(), lease, at(time.Hour)), port.ErrStale)
			claimOne(t, queue, at(time.Second))
		}},
		{"queue/retry/after-the-loan-is-stale", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			late, current := claimOne(t, queue, at(0)), claimOne(t, queue, at(loan))
			wantError(t, queue.Retry(t.Context(), late, at(loan+time.Second)), port.ErrStale)
			wantNoneDue(t, queue, at(loan+time.Second))
			must(t, queue.Done(t.Context(), current))
		}},
		{"queue/retry/late-but-unclaimed-counts", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			lease := value(queue.Claim(t.Context(), at(0), at(0), 1))(t)[0]
			retry(t, queue, lease, at(loan))
			wantEqual(t, claimOne(t, queue, at(loan)).Letter.Attempts, lease.Letter.Attempts+1)
		}},
		{"queue/retry/gone-is-stale", rule, func(t testing.TB, queue port.MailQueue) {
			putLetters(t, queue, sampleLetter("ann"))
			lease := claimOne(t, queue, at(0))
			must(t, queue.Done(t.Context(), lease))
			wantError(t, queue.Retry(t.Context(), lease, at(0)), port.ErrStale)
			wantNoneDue(t, queue, at(0))
		}},
	}
}
