package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestRefreshToken(t *testing.T) {
	t.Run("none is good for a session of session mode, whose selector was never handed out", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeJSON)
		session := w.authenticate(t, held).Session
		if err := w.store.Sessions().Delete(t.Context(), session.ID); err != nil {
			t.Fatal(err)
		}
		session.Mode = domain.ModeSession
		if err := w.store.Sessions().Create(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		w.wantRefused(t, held)
		w.wantNoReuse(t)
		if _, err := w.store.Sessions().Get(t.Context(), session.ID, w.clock.Now()); err != nil {
			t.Errorf("got %v, want the session to live", err)
		}
	})
}

func TestRefreshLifetimes(t *testing.T) {
	for _, mode := range allModes() {
		t.Run(string(mode)+"/count from the refresh, until the session's absolute end", func(t *testing.T) {
			settings := auth.DefaultSettings()
			w := newWorld(t, settings)
			w.seedAnn(t, nil)
			access, idle := settings.AccessTTL, settings.RefreshTTL
			if mode == domain.ModeSession {
				access, idle = settings.SessionTTL, settings.SessionTTL
			}
			held, end := w.login(t, mode), w.clock.Now().Add(settings.AbsoluteTTL)
			for w.clock.Now().Add(idle / 2).Before(end) {
				w.clock.Advance(idle / 2)
				held = w.refresh(t, held)
				left := end.Sub(w.clock.Now())
				if held.TTL != min(access, left) || held.RefreshTTL != min(idle, left) {
					t.Fatalf("%v before the end: got %v and %v, want %v and %v", left, held.TTL, held.RefreshTTL, min(access, left), min(idle, left))
				}
			}
		})
	}
}

func TestReuseIsRecorded(t *testing.T) {
	for _, mode := range allModes() {
		t.Run(string(mode)+"/only by who ended the session", func(t *testing.T) {
			var v valve
			w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			session := w.authenticate(t, held).Session.ID
			w.refresh(t, held)
			w.clock.Advance(time.Minute)
			v.set(intercept.Hooks{Before: once("Sessions.EndReused", func() {
				if err := w.store.Sessions().Delete(t.Context(), session); err != nil {
					t.Error(err)
				}
			})})
			w.wantRefused(t, held)
			w.wantNoReuse(t)
		})
		t.Run(string(mode)+"/each time where it ends nothing by choice", func(t *testing.T) {
			settings := auth.DefaultSettings()
			settings.KeepReused = true
			w := newWorld(t, settings)
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			w.refresh(t, held)
			w.clock.Advance(time.Minute)
			w.wantRefused(t, held)
			w.wantRefused(t, held)
			if got := w.count(t, domain.EventRefreshReuse, domain.OutcomeFailure); got != 2 {
				t.Errorf("got %d events, want 2", got)
			}
		})
	}
}

func TestRotationOfUnknownOutcome(t *testing.T) {
	noGrace := auth.DefaultSettings()
	noGrace.RefreshGrace, noGrace.SessionGrace = 0, 0

	for _, mode := range allModes() {
		t.Run(string(mode)+"/is a success when it has happened, also without a grace period", func(t *testing.T) {
			var v valve
			w := newWorld(t, noGrace, intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			v.set(intercept.Hooks{After: intercept.FailMethod("Sessions.Rotate", errBroken)})
			next := w.refresh(t, held)
			v.set(intercept.Hooks{})
			w.wantIn(t, w.refresh(t, next))
		})
		t.Run(string(mode)+"/is 503 when it has not, and the token still works", func(t *testing.T) {
			var v valve
			w := newWorld(t, noGrace, intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			v.set(intercept.Hooks{Before: intercept.FailMethod("Sessions.Rotate", errBroken)})
			_, err := w.tryRefresh(t, held)
			wantCode(t, err, domain.ServiceUnavailable)
			v.set(intercept.Hooks{})
			w.wantIn(t, w.refresh(t, held))
		})
		t.Run(string(mode)+"/is 503 when nothing can be read back, and nothing is ended", func(t *testing.T) {
			var v valve
			w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			rotated := false
			v.set(intercept.Hooks{
				Before: func(_ context.Context, method string) error {
					if method == "Sessions.Get" && rotated {
						return errBroken
					}
					return nil
				},
				After: func(_ context.Context, method string) error {
					if method == "Sessions.Rotate" {
						rotated = true
						return errBroken
					}
					return nil
				},
			})
			_, err := w.tryRefresh(t, held)
			wantCode(t, err, domain.ServiceUnavailable)
			v.set(intercept.Hooks{})
			w.wantIn(t, w.refresh(t, w.refresh(t, held)))
			w.wantNoReuse(t)
		})
		t.Run(string(mode)+"/is settled though the caller's time is over", func(t *testing.T) {
			var v valve
			w := newWorld(t, noGrace, intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			w.clock.Advance(time.Minute) // so that the last access would be recorded
			ctx, cancel := context.WithCancel(t.Context())
			v.set(intercept.Hooks{
				Before: func(ctx context.Context, _ string) error { return ctx.Err() },
				After: func(ctx context.Context, method string) error {
					if method == "Sessions.Rotate" {
						cancel()
					}
					return ctx.Err()
				},
			})
			next, err := w.service.Refresh(ctx, refreshOf(held))
			wantCode(t, err, "")
			v.set(intercept.Hooks{})
			w.wantIn(t, next)
			w.wantIn(t, w.refresh(t, next))
		})
		t.Run(string(mode)+"/is nobody's success when it was another's rotation", func(t *testing.T) {
			var v valve
			w := newWorld(t, noGrace, intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			var winner auth.Tokens
			v.set(intercept.Hooks{Before: func(_ context.Context, method string) error {
				if method != "Sessions.Rotate" {
					return nil
				}
				v.set(intercept.Hooks{})
				w.clock.Advance(time.Millisecond)
				winner = w.refresh(t, held)
				return errBroken
			}})
			tokens, err := w.tryRefresh(t, held)
			wantCode(t, err, domain.ServiceUnavailable)
			if tokens != (auth.Tokens{}) {
				t.Error("got a second set of tokens for one token")
			}
			w.wantIn(t, w.refresh(t, winner))
		})
		t.Run(string(mode)+"/never gives a token that was spent this very moment its successor, without a grace period", func(t *testing.T) {
			var v valve
			w := newWorld(t, noGrace, intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			next := w.refresh(t, held)
			v.set(intercept.Hooks{Before: intercept.FailMethod("Sessions.Rotate", errBroken)})
			_, err := w.tryRefresh(t, held)
			wantCode(t, err, domain.ServiceUnavailable)
			v.set(intercept.Hooks{})
			w.wantIn(t, w.refresh(t, next))
		})
		t.Run(string(mode)+"/never gives a token that was spent long ago its successor", func(t *testing.T) {
			var v valve
			w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			next := w.refresh(t, held)
			w.clock.Advance(time.Hour)
			v.set(intercept.Hooks{Before: intercept.FailMethod("Sessions.Rotate", errBroken)})
			_, err := w.tryRefresh(t, held)
			wantCode(t, err, domain.ServiceUnavailable)
			v.set(intercept.Hooks{})
			w.wantNoReuse(t)
			w.wantRefused(t, held)
			w.wantRefused(t, next)
		})
	}
}
