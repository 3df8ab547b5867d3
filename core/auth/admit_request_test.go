package auth_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestAdmitRequest(t *testing.T) {
	settings := auth.DefaultSettings()
	settings.Requests = port.Limit{Burst: 3, Every: time.Second}
	from := func(ip string) domain.Client { return domain.Client{IP: ip} }

	t.Run("counts by the address of the client, and heals", func(t *testing.T) {
		w := newWorld(t, settings)
		for _, ip := range []string{"203.0.113.7", "::ffff:203.0.113.7", "203.0.113.7"} {
			wantCode(t, w.service.AdmitRequest(t.Context(), from(ip)), "")
		}
		failure := wantCode(t, w.service.AdmitRequest(t.Context(), from("203.0.113.7")), domain.RequestsExceeded)
		if failure.RetryAfter != time.Second {
			t.Errorf("got a wait of %v, want 1s", failure.RetryAfter)
		}
		wantCode(t, w.service.AdmitRequest(t.Context(), from("203.0.113.8")), "")
		w.clock.Advance(time.Second)
		wantCode(t, w.service.AdmitRequest(t.Context(), from("203.0.113.7")), "")
	})
	t.Run("takes a /64 of IPv6 for one client", func(t *testing.T) {
		w := newWorld(t, settings)
		for _, ip := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::ffff:0:0:1"} {
			wantCode(t, w.service.AdmitRequest(t.Context(), from(ip)), "")
		}
		wantCode(t, w.service.AdmitRequest(t.Context(), from("2001:db8::3")), domain.RequestsExceeded)
		wantCode(t, w.service.AdmitRequest(t.Context(), from("2001:db8:0:1::3")), "")
	})
	t.Run("leaves attempts alone", func(t *testing.T) {
		settings := settings
		settings.LoginAddress = settings.Requests
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		client := from("203.0.113.7")
		for range 4 {
			_ = w.service.AdmitRequest(t.Context(), client)
		}
		_, err := w.service.Login(t.Context(), auth.LoginInput{Email: annEmail, Password: password, Mode: domain.ModeJSON, Client: client})
		wantCode(t, err, "")
	})
	t.Run("has no limit unless one is set", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		for range 1000 {
			wantCode(t, w.service.AdmitRequest(t.Context(), from("203.0.113.7")), "")
		}
	})
	t.Run("lets nobody in where nobody can count", func(t *testing.T) {
		w := newWorld(t, settings, intercepted(intercept.Hooks{Before: intercept.FailMethod("Limiter.Take", errors.New("gone"))}))
		wantCode(t, w.service.AdmitRequest(t.Context(), from("203.0.113.7")), domain.ServiceUnavailable)
	})
}
