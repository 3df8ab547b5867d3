package sqlite_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestClaim(t *testing.T) {
	t.Run("that is cancelled halfway keeps no letter away from the next", func(t *testing.T) {
		store := open(t, newPath(t))
		queue := store.Repos().MailQueue
		now := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
		want := []string{"first", "second", "third"}
		for _, id := range want {
			must(t, queue.Put(t.Context(), domain.Letter{
				ID: id, Kind: domain.LetterPasswordReset, To: "ann@example.com", Due: now, ExpiresAt: now.Add(time.Hour),
			}))
		}
		ctx, cancel := context.WithCancel(t.Context())
		written := 0
		sqlite.OnRow(t, store, func() {
			if written++; written == 2 {
				cancel()
			}
		})
		if _, err := queue.Claim(ctx, now, now.Add(time.Minute), len(want)); !errors.Is(err, context.Canceled) {
			t.Fatalf("got error %v, want %v", err, context.Canceled)
		}
		leases, err := queue.Claim(t.Context(), now, now.Add(time.Minute), len(want))
		must(t, err)
		var got []string
		for _, l := range leases {
			got = append(got, l.Letter.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got letters %q, want %q", got, want)
		}
	})

	t.Run("lends no letter as it was before somebody else put it back", func(t *testing.T) {
		store := open(t, newPath(t))
		queue := store.Repos().MailQueue
		now := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
		must(t, queue.Put(t.Context(), domain.Letter{
			ID: "letter", Kind: domain.LetterPasswordReset, To: "ann@example.com", Due: now, ExpiresAt: now.Add(time.Hour),
		}))
		slow, err := queue.Claim(t.Context(), now, now.Add(time.Minute), 1)
		must(t, err)
		now = now.Add(time.Minute) // when the loan is over

		type claim struct {
			leases []port.Lease
			err    error
		}
		claimed := make(chan claim, 1)
		release, err := sqlite.HoldWrite(t.Context(), store, func() {
			go func() {
				leases, err := queue.Claim(t.Context(), now, now.Add(time.Minute), 1)
				claimed <- claim{leases, err}
			}()
		})
		must(t, err)
		must(t, queue.Retry(t.Context(), slow[0], now))
		release()
		got := <-claimed
		if got.err != nil || len(got.leases) != 1 || got.leases[0].Letter.Attempts != 1 {
			t.Errorf("got leases %+v and error %v, want the letter with 1 attempt", got.leases, got.err)
		}
	})
}
