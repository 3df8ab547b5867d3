package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestInvite(t *testing.T) {
	t.Run("makes an invited account and mails a link that makes it active", func(t *testing.T) {
		w, root := joiningWorld(t, auth.DefaultSettings())
		w.invite(t, root, "bob@example.com", " BOB@example.com")
		w.wantMails(t, 1)
		w.invite(t, root, "cid@example.com")
		w.wantMails(t, 2)
		bob := w.find(t, "cid@example.com")
		if bob.Status != domain.StatusInvited || bob.Role != readers || bob.Password != "" || bob.EmailProven {
			t.Errorf("got %+v", bob)
		}
		token := w.resetToken(t)
		wantCode(t, w.service.LookAtInvitation(t.Context(), token), "")
		for range 2 { // a refused password spends nothing
			wantCode(t, w.service.AcceptInvitation(t.Context(), token, "password", visitor), domain.FailedValidation)
		}
		wantCode(t, w.service.AcceptInvitation(t.Context(), token, newPassword, visitor), "")
		w.wantLoginAs(t, "cid@example.com", newPassword, "")
		if cid := w.find(t, "cid@example.com"); cid.Status != domain.StatusActive || !cid.EmailProven {
			t.Errorf("got %+v", cid)
		}
		wantCode(t, w.service.AcceptInvitation(t.Context(), token, newPassword, visitor), domain.InvalidInvite)
		wantCode(t, w.service.LookAtInvitation(t.Context(), token), domain.InvalidInvite)
		w.wantMails(t, 2) // no notice of a first password
	})
	t.Run("mails again who is invited, and spends the other links with the first", func(t *testing.T) {
		w, root := joiningWorld(t, auth.DefaultSettings())
		w.invite(t, root, "bob@example.com")
		w.deliver(t)
		first := w.resetToken(t)
		other := domain.AdministratorRole
		wantCode(t, w.service.Invite(t.Context(), root, auth.Invitation{Emails: []string{"bob@example.com"}, Role: other}), "")
		w.wantMails(t, 2)
		if got := w.find(t, "bob@example.com").Role; got != other {
			t.Errorf("got role %q, want the one of the second invitation", got)
		}
		wantCode(t, w.service.AcceptInvitation(t.Context(), w.resetToken(t), newPassword, visitor), "")
		wantCode(t, w.service.AcceptInvitation(t.Context(), first, newPassword, visitor), domain.InvalidInvite)
	})
	t.Run("leaves who has an account alone", func(t *testing.T) {
		w, root := joiningWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		w.invite(t, root, annEmail)
		w.wantMails(t, 0)
		if got := w.ann(t).Role; got != "" {
			t.Errorf("got role %q", got)
		}
	})
	t.Run("refuses what cannot be meant", func(t *testing.T) {
		w, root := joiningWorld(t, auth.DefaultSettings())
		many := make([]string, auth.MaxChangedAccounts+1)
		for i := range many {
			many[i] = fmt.Sprintf("n%d@example.com", i)
		}
		for name, in := range map[string]auth.Invitation{
			"nobody":              {Role: readers},
			"too many":            {Emails: many, Role: readers},
			"no address":          {Emails: []string{"ok@example.com", "nowhere"}, Role: readers},
			"no role":             {Emails: []string{"ok@example.com"}},
			"a role there is not": {Emails: []string{"ok@example.com"}, Role: "0195f2c6-7d7e-7a10-8000-0000000000ff"},
		} {
			if err := w.service.Invite(t.Context(), root, in); codeOf(err) != domain.InvalidPayload {
				t.Errorf("%s: got %v", name, err)
			}
		}
		w.wantAccounts(t, 1)
		w.wantMails(t, 0)
	})
	t.Run("a link ends, and with the account, its address, its status", func(t *testing.T) {
		for name, c := range map[string]struct {
			change func(t *testing.T, w world, root auth.Principal, bob domain.UserID)
			want   domain.Code
		}{
			"its time": {func(_ *testing.T, w world, _ auth.Principal, _ domain.UserID) {
				w.clock.Advance(7 * 24 * time.Hour)
			}, domain.TokenExpired},
			"suspended": {func(t *testing.T, w world, root auth.Principal, bob domain.UserID) {
				_, err := w.service.UpdateAccount(t.Context(), root, bob, auth.AccountPatch{Status: new(domain.StatusSuspended)}, visitor)
				wantCode(t, err, "")
			}, domain.InvalidInvite},
			"suspended, and invited again": {func(t *testing.T, w world, root auth.Principal, bob domain.UserID) {
				for _, status := range []domain.Status{domain.StatusSuspended, domain.StatusInvited} {
					_, err := w.service.UpdateAccount(t.Context(), root, bob, auth.AccountPatch{Status: &status}, visitor)
					wantCode(t, err, "")
				}
			}, domain.InvalidInvite},
			"another address": {func(t *testing.T, w world, root auth.Principal, bob domain.UserID) {
				_, err := w.service.UpdateAccount(t.Context(), root, bob, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("x@example.com")}}, visitor)
				wantCode(t, err, "")
			}, domain.InvalidInvite},
			"deleted": {func(t *testing.T, w world, root auth.Principal, bob domain.UserID) {
				wantCode(t, w.service.DeleteAccount(t.Context(), root, bob, visitor), "")
			}, domain.InvalidInvite},
		} {
			t.Run(name, func(t *testing.T) {
				w, root := joiningWorld(t, auth.DefaultSettings())
				w.invite(t, root, "bob@example.com")
				w.deliver(t)
				c.change(t, w, root, w.find(t, "bob@example.com").ID)
				wantCode(t, w.service.AcceptInvitation(t.Context(), w.resetToken(t), newPassword, visitor), c.want)
			})
		}
		w, _ := joiningWorld(t, auth.DefaultSettings())
		wantCode(t, w.service.AcceptInvitation(t.Context(), "garbage", newPassword, visitor), domain.InvalidToken)
	})
	t.Run("of one token shown at once one works", func(t *testing.T) {
		w, root := joiningWorld(t, auth.DefaultSettings())
		w.invite(t, root, "bob@example.com")
		w.deliver(t)
		token := w.resetToken(t)
		got := race(8, func(i int) error {
			return w.service.AcceptInvitation(t.Context(), token, fmt.Sprintf("%s %d", newPassword, i), visitor)
		})
		if countCodes(got, "") != 1 || countCodes(got, domain.InvalidInvite) != 7 {
			t.Errorf("got %v", got)
		}
	})
	t.Run("has a limit for each who invites", func(t *testing.T) {
		s := auth.DefaultSettings()
		s.InviteAccount = port.Limit{Burst: 3, Every: time.Minute}
		w, root := joiningWorld(t, s)
		w.invite(t, root, "a@example.com", "b@example.com")
		in := auth.Invitation{Emails: []string{"c@example.com", "d@example.com"}, Role: readers}
		wantCode(t, w.service.Invite(t.Context(), root, in), domain.RequestsExceeded)
		w.invite(t, root, "c@example.com") // what was refused has not counted
		w.wantMails(t, 3)
		wantCode(t, w.service.InviteUser(t.Context(), "e@example.com", readers), "")
		w.wantMails(t, 4)
	})
	t.Run("has a limit for each client address where the public invites", func(t *testing.T) {
		s := auth.DefaultSettings()
		s.Registration.Address = port.Limit{Burst: 2, Every: time.Minute}
		w, root := joiningWorld(t, s)
		_, err := w.service.CreatePermission(t.Context(), root, auth.PermissionPatch{
			Role: new(domain.PublicRole), Collection: new(domain.CollectionUsers), Action: new(domain.ActionCreate), Fields: &[]string{"email", "role"},
		}, visitor)
		wantCode(t, err, "")
		w.invite(t, auth.Principal{}, "a@example.com", "b@example.com")
		in := auth.Invitation{Emails: []string{"c@example.com"}, Role: readers, Client: visitor}
		wantCode(t, w.service.Invite(t.Context(), auth.Principal{}, in), domain.RequestsExceeded)
		in.Client.IP = "203.0.113.200"
		wantCode(t, w.service.Invite(t.Context(), auth.Principal{}, in), "")
		w.wantMails(t, 3)
	})
}

// TestSecurity72_NobodyInvitesBeyondTheirOwnReach: who may create readers invites readers, and
// nobody else. Red when invite asks mayWrite of nothing.
func TestSecurity72_NobodyInvitesBeyondTheirOwnReach(t *testing.T) {
	w, root := joiningWorld(t, auth.DefaultSettings())
	w.seedAnn(t, func(u *domain.User) { u.Role = readers })
	ann := w.authenticate(t, w.login(t, domain.ModeJSON))
	editors, err := w.service.CreateRole(t.Context(), root, auth.RolePatch{Name: new("Editors")}, visitor)
	wantCode(t, err, "")
	try := func(p auth.Principal, email string, role domain.RoleID) error {
		return w.service.Invite(t.Context(), p, auth.Invitation{Emails: []string{email}, Role: role})
	}
	wantCode(t, try(auth.Principal{}, "bob@example.com", readers), domain.Forbidden)
	wantCode(t, try(ann, "bob@example.com", readers), domain.Forbidden)
	_, err = w.service.CreatePermission(t.Context(), root, auth.PermissionPatch{
		Role: new(readers), Collection: new(domain.CollectionUsers), Action: new(domain.ActionCreate),
		Fields: &[]string{"email", "role"}, Filter: new(fmt.Sprintf(`{"role":{"_eq":%q}}`, readers)),
	}, visitor)
	wantCode(t, err, "")
	wantCode(t, try(ann, "bob@example.com", readers), "")
	wantCode(t, try(ann, "cid@example.com", editors.ID), domain.Forbidden)
	wantCode(t, try(ann, "cid@example.com", domain.AdministratorRole), domain.Forbidden)
	w.wantMails(t, 1)
	// Who was invited to more is no concern of theirs: no mail, and no other role.
	wantCode(t, try(root, "dan@example.com", domain.AdministratorRole), "")
	w.wantMails(t, 2)
	wantCode(t, try(ann, "dan@example.com", readers), "")
	w.wantMails(t, 2)
	if got := w.find(t, "dan@example.com").Role; got != domain.AdministratorRole {
		t.Errorf("got role %q", got)
	}
}
