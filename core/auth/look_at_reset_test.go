package auth_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestLookAtReset: whatever has become of a token, looking at it says what spending it would
// and changes nothing.
func TestLookAtReset(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, w world, token string) string
		want  domain.Code
	}{
		"good":      {func(_ *testing.T, _ world, token string) string { return token }, ""},
		"garbage":   {func(*testing.T, world, string) string { return "garbage" }, domain.InvalidToken},
		"empty":     {func(*testing.T, world, string) string { return "" }, domain.InvalidPayload},
		"not UTF-8": {func(*testing.T, world, string) string { return "\xff" }, domain.InvalidPayload},
		"expired":   {func(_ *testing.T, w world, token string) string { w.clock.Advance(time.Hour); return token }, domain.TokenExpired},
		"spent": {func(t *testing.T, w world, token string) string {
			wantCode(t, w.service.Reset(t.Context(), token, "the first battery", domain.Client{}), "")
			return token
		}, domain.Forbidden},
		"of before a new password": {func(t *testing.T, w world, token string) string {
			w.changeAnn(t, func(u *domain.User) { u.Epoch++ })
			return token
		}, domain.Forbidden},
		"of an account that may not log in": {func(t *testing.T, w world, token string) string {
			w.changeAnn(t, func(u *domain.User) { u.Status = domain.StatusSuspended })
			return token
		}, domain.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			var v valve
			w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			w.forgot(t, annEmail)
			w.deliver(t)
			token := c.spoil(t, w, w.resetToken(t))
			before := w.ann(t)
			var calls intercept.Recorder
			v.set(intercept.Hooks{Before: calls.Hook})
			for range 2 {
				wantCode(t, w.service.LookAtReset(t.Context(), token), c.want)
			}
			v.set(intercept.Hooks{})
			for _, call := range calls.Calls() {
				if !slices.Contains([]string{"OneTimeTokens.Get", "Users.ByID"}, call) {
					t.Errorf("got call %s, want none that changes anything", call)
				}
			}
			if got := w.ann(t); !reflect.DeepEqual(got, before) {
				t.Errorf("got account %+v, want it as it was", got)
			}
			wantCode(t, w.service.Reset(t.Context(), token, newPassword, domain.Client{}), c.want)
		})
	}
	t.Run("a store that does not answer is no verdict", func(t *testing.T) {
		var v valve
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		v.set(intercept.Hooks{Before: intercept.FailNth(1, errors.New("the cable is out")).Hook})
		wantCode(t, w.service.LookAtReset(t.Context(), "garbage"), domain.ServiceUnavailable)
	})
}
