package auth_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Red when taken does not look at the accounts of the same request.
func TestOneStaticTokenForSeveralIsToldAsSuch(t *testing.T) {
	const token = "a-static-token-for-many"
	with := func(email string) auth.AccountPatch {
		return auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: &email}, Token: new(token)}
	}
	for name, test := range map[string]struct {
		act  func(t *testing.T, w world, root auth.Principal) error
		want string
	}{
		"made with one token": {func(t *testing.T, w world, root auth.Principal) error {
			_, err := w.service.CreateAccounts(t.Context(), root, []auth.AccountPatch{with("bob@example.com"), with("cid@example.com")}, domain.Client{})
			return err
		}, "token"},
		"given one token": {func(t *testing.T, w world, root auth.Principal) error {
			patch := auth.AccountPatch{Token: new(token)}
			_, err := w.service.UpdateAccounts(t.Context(), root, []auth.AccountUpdate{{annID, patch}, {root.User.ID, patch}}, domain.Client{})
			return err
		}, "token"},
		"made with tokens of their own and one address": {func(t *testing.T, w world, root auth.Principal) error {
			second := with("bob@example.com")
			second.Token = new(token + "2")
			_, err := w.service.CreateAccounts(t.Context(), root, []auth.AccountPatch{with("bob@example.com"), second}, domain.Client{})
			return err
		}, "email"},
		"made with an address that another has": {func(t *testing.T, w world, root auth.Principal) error {
			_, err := w.service.CreateAccounts(t.Context(), root, []auth.AccountPatch{with(annEmail)}, domain.Client{})
			return err
		}, "email"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, auth.DefaultSettings())
			w.seedAnn(t, nil)
			err := test.act(t, w, w.administrator(t, "root@example.com"))
			if failure := wantCode(t, err, domain.RecordNotUnique); failure.Field != test.want {
				t.Errorf("got field %q, want %q", failure.Field, test.want)
			}
		})
	}
}

// Red when recordDoubt does not look at errNothingAsked.
func TestWhatWasNeverAskedForIsNoUnknownOutcome(t *testing.T) {
	var v valve
	var log logbook
	w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()), logged(&log))
	w.seedAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
	root := w.administrator(t, "root@example.com")
	var made intercept.Recorder
	asked := 0
	v.set(intercept.Hooks{Before: intercept.Chain(made.Hook, func(_ context.Context, method string) error {
		if method == "Roles.ByID" {
			asked++
		}
		if asked == 2 { // the first is that of the administrator
			return errBroken
		}
		return nil
	})})
	wantCode(t, w.service.DeleteAccount(t.Context(), root, annID, domain.Client{}), domain.ServiceUnavailable)
	if strings.Contains(log.String(), domain.OutcomeUnknown) {
		t.Errorf("got an event of unknown outcome after %q: nothing was asked to be written", made.Calls())
	}
}
