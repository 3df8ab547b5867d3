package auth_test

import (
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// move asks for another address of Ann's, and returns the token of the link.
func (w world) move(t testing.TB, to string) string {
	t.Helper()
	p := auth.Principal{User: w.ann(t)}
	user, _, err := w.service.UpdateMe(t.Context(), p, auth.ProfilePatch{Email: &to, FirstName: new("Anna")}, visitor)
	wantCode(t, err, "")
	if user.Email != p.User.Email || user.FirstName != "Anna" {
		t.Fatalf("got %q, %q", user.Email, user.FirstName)
	}
	w.deliver(t)
	return w.resetToken(t)
}

func TestConfirmEmail(t *testing.T) {
	const to = "anna@example.com"
	t.Run("keeps the address until the link is followed, and tells the former one", func(t *testing.T) {
		s := auth.DefaultSettings()
		s.NoticePage = "https://login.example.com/forgot"
		w := newWorld(t, s)
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeJSON)
		token := w.move(t, to)
		if mail := w.wantMails(t, 1); mail.To != to {
			t.Errorf("got a mail to %q, want one to the new address", mail.To)
		}
		w.wantIn(t, held)
		w.wantLoginAs(t, to, password, domain.InvalidCredentials)
		wantCode(t, w.service.LookAtEmailChange(t.Context(), token), "")
		wantCode(t, w.service.ConfirmEmail(t.Context(), token, visitor), "")
		w.wantOut(t, held)
		w.wantLoginAs(t, to, password, "")
		w.wantLoginAs(t, annEmail, password, domain.InvalidCredentials)
		if u := w.ann(t); u.Email != to || !u.EmailProven {
			t.Errorf("got %q, proven: %t", u.Email, u.EmailProven)
		}
		w.wantMails(t, 3)
		if later := w.mailbox.Mails()[1:]; !slices.ContainsFunc(later, func(m domain.Mail) bool { return m.To == annEmail }) {
			t.Errorf("got mails to %q and %q, want one to the former address", later[0].To, later[1].To)
		}
		wantCode(t, w.service.ConfirmEmail(t.Context(), token, visitor), domain.Forbidden)
	})
	t.Run("a link ends with its time, the account's password, address and status, and the first that is followed", func(t *testing.T) {
		for name, c := range map[string]struct {
			change func(t *testing.T, w world)
			want   domain.Code
		}{
			"time": {func(_ *testing.T, w world) { w.clock.Advance(24 * time.Hour) }, domain.TokenExpired},
			"password": {func(t *testing.T, w world) {
				_, err := w.service.SetPassword(t.Context(), annEmail, newPassword)
				wantCode(t, err, "")
			}, domain.Forbidden},
			"status": {func(t *testing.T, w world) {
				_, err := w.service.SetStatus(t.Context(), annEmail, domain.StatusSuspended)
				wantCode(t, err, "")
			}, domain.Forbidden},
			"another link": {func(t *testing.T, w world) {
				wantCode(t, w.service.ConfirmEmail(t.Context(), w.move(t, "other@example.com"), visitor), "")
			}, domain.Forbidden},
			"the address is taken": {func(t *testing.T, w world) {
				_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: to, Password: password})
				wantCode(t, err, "")
			}, domain.RecordNotUnique},
		} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, auth.DefaultSettings())
				w.seedAnn(t, nil)
				token := w.move(t, to)
				c.change(t, w)
				wantCode(t, w.service.ConfirmEmail(t.Context(), token, visitor), c.want)
				if w.ann(t).Email == to {
					t.Error("the address has changed")
				}
			})
		}
		w := newWorld(t, auth.DefaultSettings())
		for _, token := range []string{"", "garbage", "\xff"} {
			wantCode(t, w.service.ConfirmEmail(t.Context(), token, visitor), domain.InvalidToken)
		}
	})
	t.Run("asks nobody about an address that another has, and answers alike", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: to, Password: password})
		wantCode(t, err, "")
		_, _, err = w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, auth.ProfilePatch{Email: new(to)}, visitor)
		wantCode(t, err, "")
		w.wantMails(t, 0)
	})
	t.Run("another spelling is the same mailbox", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		user, _, err := w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, auth.ProfilePatch{Email: new("ANN@example.com")}, visitor)
		wantCode(t, err, "")
		if user.Email != "ANN@example.com" {
			t.Errorf("got %q", user.Email)
		}
	})
	t.Run("with a new password the link is of the account as it is then", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		_, _, err := w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, auth.ProfilePatch{Email: new(to), Password: new(newPassword)}, visitor)
		wantCode(t, err, "")
		w.deliver(t)
		wantCode(t, w.service.ConfirmEmail(t.Context(), w.resetToken(t), visitor), "")
		w.wantLoginAs(t, to, newPassword, "")
	})
	t.Run("administrators change the addresses of others at once", func(t *testing.T) {
		w, root := joiningWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		_, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(to)}}, visitor)
		wantCode(t, err, "")
		w.wantLoginAs(t, to, password, "")
	})
	t.Run("a permission is no way around the link", func(t *testing.T) {
		w, root := joiningWorld(t, auth.DefaultSettings())
		w.seedAnn(t, func(u *domain.User) { u.Role = readers })
		_, err := w.service.CreatePermission(t.Context(), root, auth.PermissionPatch{
			Role: new(readers), Collection: new(domain.CollectionUsers), Action: new(domain.ActionUpdate), Fields: &[]string{"*"},
		}, visitor)
		wantCode(t, err, "")
		_, err = w.service.UpdateAccount(t.Context(), auth.Principal{User: w.ann(t)}, annID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(to)}}, visitor)
		wantCode(t, err, domain.Forbidden)
	})
}
