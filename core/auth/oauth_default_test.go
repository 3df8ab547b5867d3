package auth_test

import (
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Red when Login, deliverLink or unlink does not look at DisableDefault.
func TestDisableDefault(t *testing.T) {
	newClosed := func(t *testing.T) (elsewhere, auth.Principal) {
		t.Helper()
		s := auth.DefaultSettings()
		s.PublicURL, s.DisableDefault = publicURL, true
		e := elsewhere{provider: fakes.NewOAuthProvider("GitHub")}
		e.world = newWorld(t, s, func(p *auth.Ports) { p.OAuth = []auth.OAuthPlace{{Provider: e.provider}} })
		e.seedAnn(t, nil)
		e.link(t, "GitHub", annElsewhere.Subject, annID)
		return e, e.authenticate(t, e.wantFinish(t, annElsewhere, "").Tokens)
	}
	t.Run("lets nobody in with a password, whether it is right or not", func(t *testing.T) {
		e, _ := newClosed(t)
		for _, typed := range []string{password, "wrong horse"} {
			_, err := e.service.Login(t.Context(), auth.LoginInput{Email: annEmail, Password: typed, Mode: domain.ModeJSON})
			wantCode(t, err, domain.RouteNotFound)
		}
		if !e.service.DefaultDisabled() {
			t.Error("the service does not say so")
		}
	})
	t.Run("sends nobody a link for a new password", func(t *testing.T) {
		e, _ := newClosed(t)
		wantCode(t, e.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail}), "")
		contract.DeliverWith(e.service)(t)
		if mails := e.mailbox.Mails(); len(mails) != 0 {
			t.Errorf("got %d mails, want none", len(mails))
		}
	})
	t.Run("makes a password no way in, so that the last identity stays", func(t *testing.T) {
		e, ann := newClosed(t)
		wantCode(t, e.service.UnlinkIdentity(t.Context(), ann, "GitHub", visitor), domain.UnprocessableContent)
	})
	t.Run("is off unless it is set", func(t *testing.T) {
		if newElsewhere(t, nil).service.DefaultDisabled() {
			t.Error("passwords are switched off by default")
		}
	})
}

// Red when nobodyHere drops the reason from the chain of the error.
func TestNobodyHereSaysWhy(t *testing.T) {
	unverified, nameless := bob, bob
	unverified.EmailVerified, nameless.Email = false, ""
	for want, who := range map[auth.NobodyHere]contract.OAuthPerson{
		auth.NotRegistered: bob, auth.AddressTaken: annElsewhere, auth.AddressUnverified: unverified, auth.AddressMissing: nameless,
	} {
		e := newElsewhere(t, nil)
		e.seedAnn(t, nil)
		_, err := e.finish(t, who)
		failure := wantCode(t, err, domain.InvalidCredentials)
		if got, _ := errors.AsType[auth.NobodyHere](err); got != want || failure.Reason != want.Error() {
			t.Errorf("got %q with reason %q, want %q", got, failure.Reason, want)
		}
	}
}
