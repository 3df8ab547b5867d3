package auth_test

import (
	"context"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Red when leftRoles leaves out roles that do not administrate when the change begins, and when
// storeAll does not ask whichAdministrate once they are reserved.
func TestTheLastAdministratorStaysAlsoOfARoleThatBeginsToAdministrate(t *testing.T) {
	var v valve
	w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
	w.seedAnn(t, nil)
	root := w.administrator(t, rootEmail)
	second, err := w.service.CreateRole(t.Context(), root, auth.RolePatch{Name: new("Second")}, visitor)
	wantCode(t, err, "")
	w.changeAnn(t, func(u *domain.User) { u.Role = second.ID })
	v.set(intercept.Hooks{Before: once("UnitOfWork.Do", func() {
		_, err := w.service.UpdateRole(t.Context(), root, second.ID, auth.RolePatch{Admin: new(true)}, visitor)
		wantCode(t, err, "")
		_, err = w.service.UpdateRole(t.Context(), root, domain.AdministratorRole, auth.RolePatch{Admin: new(false)}, visitor)
		wantCode(t, err, "")
	})})
	_, err = w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Status: new(domain.StatusSuspended)}, visitor)
	wantCode(t, err, domain.UnprocessableContent)
	if got := w.ann(t).Status; got != domain.StatusActive {
		t.Errorf("got status %s, want active", got)
	}
}

// Red when reserveRoles does not reserve what is given, and when storeAll, createAll, inviteIn,
// register or newcomersRole does not ask it.
func TestARoleIsNotRemovedWhileItIsGiven(t *testing.T) {
	settings := openHouse()
	settings.Registration.Verify = false
	settings.Registration.Role = readers
	for name, c := range map[string]struct {
		give func(t *testing.T, w world, root auth.Principal) error
		want domain.Code
	}{
		"to an account": {func(t *testing.T, w world, root auth.Principal) error {
			_, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Role: new(readers)}, visitor)
			return err
		}, domain.InvalidPayload},
		"to a new account": {func(t *testing.T, w world, root auth.Principal) error {
			patch := addressed("new@example.com")
			patch.Role = new(readers)
			_, err := w.service.CreateAccount(t.Context(), root, patch, visitor)
			return err
		}, domain.InvalidPayload},
		"to who is invited": {func(t *testing.T, w world, root auth.Principal) error {
			return w.service.Invite(t.Context(), root, auth.Invitation{Emails: []string{"new@example.com"}, Role: readers, Client: visitor})
		}, domain.InvalidPayload},
		"to who registers": {func(t *testing.T, w world, _ auth.Principal) error {
			return w.service.Register(t.Context(), auth.Registration{Email: "new@example.com", Password: newPassword, Client: visitor})
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var v valve
			w, root := joiningWorld(t, settings, intercepted(v.hooks()))
			w.seedAnn(t, nil)
			v.set(intercept.Hooks{Before: once("UnitOfWork.Do", func() {
				wantCode(t, w.service.DeleteRole(t.Context(), root, readers, visitor), "")
			})})
			wantCode(t, c.give(t, w, root), c.want)
			if w.ann(t).Role != "" {
				t.Error("the account has a role that is not there")
			}
			user, err := w.store.Repos().Users.ByEmail(t.Context(), "new@example.com")
			if found := err == nil; found != (c.want == "") && name != "to an account" || user.Role != "" {
				t.Errorf("got a new account: %t, in the role %q", found, user.Role)
			}
		})
	}
}

// Red when createRole forgets what is known only of a role that it knows to be there.
func TestARoleThatMayBeThereIsReadAnew(t *testing.T) {
	var v valve
	w, root := joiningWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
	_, err := w.service.ListAccounts(t.Context(), auth.Principal{}, port.UserQuery{Limit: 1})
	wantCode(t, err, domain.Forbidden)
	reads := 0
	v.set(intercept.Hooks{
		Before: func(_ context.Context, method string) error {
			if method == "Permissions.List" {
				reads++
			}
			return nil
		},
		After: intercept.FailMethod("Roles.Create", errBroken),
	})
	_, err = w.service.CreateRole(t.Context(), root, auth.RolePatch{Name: new("Lost")}, visitor)
	wantCode(t, err, domain.ServiceUnavailable)
	_, err = w.service.ListAccounts(t.Context(), auth.Principal{}, port.UserQuery{Limit: 1})
	wantCode(t, err, domain.Forbidden)
	if reads != 1 {
		t.Errorf("got %d reads of the permissions, want 1", reads)
	}
}
