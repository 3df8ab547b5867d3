package auth_test

import (
	"context"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Red when userOf takes an address for another's without a second look at the identity.
func TestOAuthInTwoWindowsAtOnce(t *testing.T) {
	var inOtherWindow func()
	hook := func(_ context.Context, call string) error {
		if call == "Users.ByEmail" && inOtherWindow != nil {
			other := inOtherWindow
			inOtherWindow = nil
			other()
		}
		return nil
	}
	e := newElsewhere(t, func(p *auth.OAuthPlace) { p.AllowRegistration = true }, intercepted(intercept.Hooks{Before: hook}))
	first, second := e.back(t, e.begin(t, "/home"), bob), e.back(t, e.begin(t, "/home"), bob)
	var other domain.UserID
	inOtherWindow = func() {
		finished, err := e.service.FinishOAuth(t.Context(), second)
		wantCode(t, err, "")
		other = e.authenticate(t, finished.Tokens).User.ID
	}
	finished, err := e.service.FinishOAuth(t.Context(), first)
	wantCode(t, err, "")
	if got := e.authenticate(t, finished.Tokens).User.ID; got != other || other == "" {
		t.Errorf("got account %q, want %q as in the other window", got, other)
	}
}
