package auth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// preferences is a patch of one member.
func preferences(name, value string) auth.ProfilePatch {
	return auth.ProfilePatch{Preferences: map[string]json.RawMessage{name: json.RawMessage(value)}}
}

// once calls f before the first call of method.
func once(method string, f func()) intercept.Hook {
	done := false
	return func(_ context.Context, called string) error {
		if called == method && !done {
			done = true
			f()
		}
		return nil
	}
}

func TestUpdateMe(t *testing.T) {
	// newDisturbed returns a world in which disturb happens between the caller's reading
	// of the account and its writing.
	newDisturbed := func(t *testing.T, disturb func(*domain.User)) (world, auth.Principal) {
		var v valve
		w := newWorld(t, atOnce(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		me := w.authenticate(t, w.login(t, domain.ModeJSON))
		disturbed := false // a change with a notice is a unit of work, any other one call
		v.set(intercept.Hooks{Before: func(_ context.Context, method string) error {
			if !disturbed && (method == "UnitOfWork.Do" || method == "Users.Update") {
				disturbed = true
				w.changeAnn(t, disturb)
			}
			return nil
		}})
		return w, me
	}

	t.Run("a change that came first is kept", func(t *testing.T) {
		w, me := newDisturbed(t, func(u *domain.User) { u.LastName = "Archer" })
		_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{FirstName: new("Anna")}, domain.Client{})
		wantCode(t, err, "")
		if got := w.ann(t); got.FirstName != "Anna" || got.LastName != "Archer" {
			t.Errorf("got %q %q, want both changes", got.FirstName, got.LastName)
		}
	})
	t.Run("a caller whose session has ended meanwhile changes nothing", func(t *testing.T) {
		for name, end := range map[string]func(*domain.User){
			"epoch":  func(u *domain.User) { u.Epoch++ },
			"status": func(u *domain.User) { u.Status = domain.StatusSuspended },
		} {
			w, me := newDisturbed(t, end)
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(newPassword)}, domain.Client{})
			wantCode(t, err, domain.InvalidCredentials)
			w.changeAnn(t, func(u *domain.User) { u.Status = domain.StatusActive })
			if _, err := w.tryLogin(t, annEmail, newPassword, domain.ModeJSON); codeOf(err) != domain.InvalidCredentials {
				t.Errorf("%s: got %v when logging in with the password that was refused", name, err)
			}
		}
	})
	t.Run("a new address is no new password in the audit trail, though the hash was renewed meanwhile", func(t *testing.T) {
		rehashed, err := fakes.NewHasher(2).Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		w, me := newDisturbed(t, func(u *domain.User) { u.Password = rehashed })
		_, _, err = w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Email: new("anna@example.com")}, domain.Client{})
		wantCode(t, err, "")
		if got := w.count(t, domain.EventPasswordChanged, domain.OutcomeSuccess); got != 0 {
			t.Errorf("got %d events of a changed password, want none", got)
		}
		if got := w.count(t, domain.EventEmailChanged, domain.OutcomeSuccess); got != 1 {
			t.Errorf("got %d events of a changed address, want 1", got)
		}
	})
	t.Run("gives up with 503 when others keep changing the account", func(t *testing.T) {
		var v valve
		w := newWorld(t, atOnce(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		me := w.authenticate(t, w.login(t, domain.ModeJSON))
		v.set(intercept.Hooks{Before: func(_ context.Context, method string) error {
			if method == "Users.Update" {
				w.changeAnn(t, func(u *domain.User) { u.Language += "x" })
			}
			return nil
		}})
		_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{FirstName: new("Anna")}, domain.Client{})
		wantCode(t, err, domain.ServiceUnavailable)
		if got := w.ann(t); got.FirstName != "" || got.Language != "xxxx" {
			t.Errorf("got name %q and language %q, want no name and four tries", got.FirstName, got.Language)
		}
	})
	t.Run("preferences that are all removed are none", func(t *testing.T) {
		w := newWorld(t, atOnce())
		w.seedAnn(t, func(u *domain.User) { u.Preferences = []byte(`{"title":"Archer"}`) })
		me := w.authenticate(t, w.login(t, domain.ModeJSON))
		_, _, err := w.service.UpdateMe(t.Context(), me, preferences("title", " null "), domain.Client{})
		wantCode(t, err, "")
		if got := w.ann(t).Preferences; got != nil {
			t.Errorf("got preferences %s, want none", got)
		}
	})
	t.Run("preferences that cannot be read are not overwritten", func(t *testing.T) {
		w := newWorld(t, atOnce())
		w.seedAnn(t, func(u *domain.User) { u.Preferences = []byte(`{"title":`) })
		me := w.authenticate(t, w.login(t, domain.ModeJSON))
		_, _, err := w.service.UpdateMe(t.Context(), me, preferences("title", `"Archer"`), domain.Client{})
		wantCode(t, err, domain.ServiceUnavailable)
		if got := string(w.ann(t).Preferences); got != `{"title":` {
			t.Errorf("got preferences %s", got)
		}
	})
	t.Run("an account that is gone meanwhile is nobody's", func(t *testing.T) {
		var v valve
		w := newWorld(t, atOnce(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		me := w.authenticate(t, w.login(t, domain.ModeJSON))
		v.set(intercept.Hooks{Before: intercept.FailMethod("Users.Update", fmt.Errorf("store: %w", port.ErrNotFound))})
		_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{FirstName: new("Anna")}, domain.Client{})
		wantCode(t, err, domain.InvalidCredentials)
	})
	t.Run("in session mode a fresh session that cannot be started is a line of the log: the change has happened", func(t *testing.T) {
		for _, method := range []string{"Roles.ByID", "Issuer.Issue", "Sessions.Create"} {
			var v valve
			var log logbook
			w := newWorld(t, atOnce(), intercepted(v.hooks()), logged(&log))
			w.seedAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
			me := w.authenticate(t, w.login(t, domain.ModeSession))
			v.set(intercept.Hooks{Before: intercept.FailMethod(method, errBroken)})
			u, tokens, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(newPassword)}, domain.Client{})
			v.set(intercept.Hooks{})
			wantCode(t, err, "")
			if tokens != nil || u.ID != annID || u.Epoch != me.User.Epoch+1 {
				t.Errorf("%s: got tokens %t, account %q of epoch %d; want none, Ann's, 1", method, tokens != nil, u.ID, u.Epoch)
			}
			if !strings.Contains(log.String(), "no session was started in place of") {
				t.Errorf("%s: the log does not say so", method)
			}
			w.wantPassword(t, true)
		}
	})
	t.Run("an address in another case is the same account, and its sessions end", func(t *testing.T) {
		w := newWorld(t, atOnce())
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeJSON)
		_, _, err := w.service.UpdateMe(t.Context(), w.authenticate(t, held), auth.ProfilePatch{Email: new("ANN@example.com")}, domain.Client{})
		wantCode(t, err, "")
		w.wantOut(t, held)
		w.wantIn(t, w.login(t, domain.ModeJSON))
	})
}

func TestMe(t *testing.T) {
	t.Run("nobody is nobody", func(t *testing.T) {
		w := newWorld(t, atOnce())
		u, err := w.service.Me(t.Context(), auth.Principal{})
		wantCode(t, err, domain.InvalidCredentials)
		if u.ID != "" {
			t.Errorf("got account %q", u.ID)
		}
	})
}
