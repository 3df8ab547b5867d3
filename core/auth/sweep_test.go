package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestSweep(t *testing.T) {
	t.Run("removes what is over, and nothing else", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		for range 3 {
			w.login(t, domain.ModeSession) // its idle end comes first
		}
		held := w.login(t, domain.ModeJSON)
		_, err := w.tryLogin(t, annEmail, "wrong", domain.ModeJSON)
		wantCode(t, err, domain.InvalidCredentials)

		w.forgot(t, annEmail)

		if got, err := w.service.Sweep(t.Context()); got != (auth.Swept{}) || err != nil {
			t.Errorf("got %+v and %v at once, want nothing to sweep", got, err)
		}
		w.clock.Advance(24 * time.Hour)
		want := auth.Swept{Sessions: 3, LimiterKeys: 4, Letters: 1}
		if got, err := w.service.Sweep(t.Context()); got != want || err != nil {
			t.Errorf("got %+v and %v, want %+v", got, err, want)
		}
		w.wantIn(t, w.refresh(t, held))
	})
	t.Run("removes a letter that has expired, and not a microsecond before", func(t *testing.T) {
		settings := auth.DefaultSettings()
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.clock.Advance(settings.ResetTTL - time.Microsecond)
		for _, want := range []int{0, 1} {
			if got, err := w.service.Sweep(t.Context()); got.Letters != want || err != nil {
				t.Errorf("got %+v and %v, want %d letters", got, err, want)
			}
			w.clock.Advance(time.Microsecond)
		}
	})
	t.Run("says when a batch was full, and ends", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		const n = 501
		for i := range n {
			s := domain.Session{ID: domain.SessionID(fmt.Sprint(i)), UserID: annID, Mode: domain.ModeJSON, ExpiresAt: w.clock.Now(), EndsAt: w.clock.Now()}
			if err := w.store.Sessions().Create(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		for i, want := range []auth.Swept{{Sessions: 500, More: true}, {Sessions: 1}, {}} {
			if got, err := w.service.Sweep(t.Context()); got != want || err != nil {
				t.Errorf("sweep %d: got %+v and %v, want %+v", i, got, err, want)
			}
		}
	})
	t.Run("counts limiter keys towards a full batch, too", func(t *testing.T) {
		settings := auth.DefaultSettings()
		w := newWorld(t, settings)
		for i := range 500 {
			if _, err := w.ports.Limiter.Take(t.Context(), fmt.Sprint(i), settings.LoginAccount, w.clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
		w.clock.Advance(time.Hour)
		want := auth.Swept{LimiterKeys: 500, More: true}
		if got, err := w.service.Sweep(t.Context()); got != want || err != nil {
			t.Errorf("got %+v and %v, want %+v", got, err, want)
		}
	})
}
