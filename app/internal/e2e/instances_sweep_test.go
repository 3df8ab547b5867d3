package e2e

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// stopped is a clock that stands still.
type stopped struct{ at time.Time }

func (c stopped) Now() time.Time { return c.at }

// TestInstancesSweepSideBySide lets four workers with connections of their own remove the same
// thousands of records at once. None fails, everything is counted once, and what is not over
// stays. To count what was found in place of what was removed turns it red.
func TestInstancesSweepSideBySide(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]home{"mysql": inMariaDB(t), "pg": inPostgreSQL(t), "pg, Redis": inPostgreSQLAndRedis(t)} {
		t.Run(name, func(t *testing.T) {
			serve(t, h.env).stop(t) // makes the tables
			now := time.Now().UTC().Truncate(time.Second)
			const of = 1200
			fill(t, h.open(t), of, now)
			before, err := h.open(t).Events().Latest(t.Context(), port.EventFilter{}, 0, 10_000)
			if err != nil {
				t.Fatal(err)
			}

			var mu sync.Mutex
			var sum auth.Swept
			sweep := func(worker auth.Worker) {
				for more := true; more; {
					got, err := worker.Sweep(t.Context())
					if err != nil {
						t.Errorf("sweep: %v", err)
						return
					}
					mu.Lock()
					sum.Sessions += got.Sessions
					sum.Tokens += got.Tokens
					sum.Letters += got.Letters
					sum.Events += got.Events
					mu.Unlock()
					more = got.More
				}
			}
			var workers []auth.Worker
			var all sync.WaitGroup
			for range 4 {
				store := h.open(t)
				workers = append(workers, auth.New(auth.Ports{
					Work: store, Repos: store.Repos(), Sessions: store.Sessions(), Limiter: store.Limiter(), Events: store.Events(),
					Clock: stopped{now}, Log: slog.New(slog.DiscardHandler),
				}, auth.DefaultSettings(), auth.Keys{}))
			}
			for _, worker := range workers {
				all.Go(func() { sweep(worker) })
			}
			all.Wait()
			sweep(workers[0]) // each may have got a part of its batch, and left the rest for a minute later
			if want := (auth.Swept{Sessions: of, Tokens: of, Letters: of, Events: of}); name != "pg, Redis" && sum != want || sum.Tokens != of || sum.Letters != of || sum.Events != of {
				t.Errorf("got %+v together, want %+v", sum, want)
			}
			store := h.open(t)
			if _, err := store.Sessions().Get(t.Context(), "alive", now); err != nil {
				t.Errorf("the session that is not over: %v", err)
			}
			left, err := store.Events().Latest(t.Context(), port.EventFilter{}, 0, 10_000)
			if err != nil || len(left) != len(before)-of {
				t.Errorf("got %d events, %v, want %d", len(left), err, len(before)-of)
			}
		})
	}
}

// fill keeps n of everything that is over, and a session that is not.
func fill(t *testing.T, store port.Store, n int, now time.Time) {
	t.Helper()
	long := now.Add(-365 * 24 * time.Hour)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	session := domain.Session{ID: "alive", UserID: "somebody", Mode: domain.ModeJSON, CreatedAt: now, RotatedAt: now, ExpiresAt: now.Add(time.Hour), EndsAt: now.Add(time.Hour)}
	must(store.Sessions().Create(t.Context(), session))
	for i := range n {
		id := fmt.Sprint("over-", i)
		session.ID, session.ExpiresAt, session.EndsAt = domain.SessionID(id), now.Add(-time.Minute), now.Add(time.Hour)
		must(store.Sessions().Create(t.Context(), session))
		must(store.Events().Record(t.Context(), domain.Event{ID: id, At: long, Kind: domain.EventLogin, Outcome: domain.OutcomeFailure}))
		must(store.Repos().OneTimeTokens.Put(t.Context(), domain.OneTimeToken{Hash: domain.HashSecret(id), Purpose: domain.PurposePasswordReset, UserID: "somebody", ExpiresAt: long}))
		must(store.Repos().MailQueue.Put(t.Context(), domain.Letter{ID: id, Kind: domain.LetterPasswordReset, Due: long, ExpiresAt: long.Add(time.Hour)}))
	}
}
