package sqlite_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/domain"
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
}
