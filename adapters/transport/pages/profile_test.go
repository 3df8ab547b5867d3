package pages_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestProfile(t *testing.T) {
	t.Run("is for whoever is signed in", func(t *testing.T) {
		w := newWorld(t)
		w.browser(t).get(t, "/admin").leadsTo(t, "/admin/login")
		w.browser(t).get(t, "/admin/").leadsTo(t, "/admin")
		w.browser(t).post(t, "/admin", "first_name", "Eve").leadsTo(t, "/admin/login")
		if got := w.ann(t).FirstName; got != "" {
			t.Errorf("got first name %q", got)
		}
	})
	t.Run("shows the account as it stands", func(t *testing.T) {
		w := newWorld(t)
		w.changeAnn(t, func(u *domain.User) { u.FirstName, u.LastName, u.Language = `"Ann" <b>`, "Ö'Neill", "fr-CA" })
		got := w.signedIn(t).get(t, "/admin")
		got.shows(t, http.StatusOK, annEmail, `autocomplete="given-name"`, `value="Ö'Neill"`, `<option value="fr-CA" selected>`)
		if strings.Contains(got.body, "<b>") {
			t.Errorf("a name is not escaped:\n%s", got.body)
		}
	})
	t.Run("keeps what is saved", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		b.post(t, "/admin", "first_name", "Ann", "last_name", "Lee", "language", "en").leadsTo(t, "/admin?saved")
		b.get(t, "/admin?saved").shows(t, http.StatusOK, "Your changes have been saved.", `value="Ann"`, `value="Lee"`, `<option value="en" lang="en" selected>`)
		if u := w.ann(t); u.FirstName != "Ann" || u.LastName != "Lee" || u.Language != "en" {
			t.Errorf("got %q, %q, %q", u.FirstName, u.LastName, u.Language)
		}
	})
	t.Run("empties a field that is empty, and leaves one alone that is not there", func(t *testing.T) {
		w := newWorld(t)
		w.changeAnn(t, func(u *domain.User) { u.FirstName, u.LastName = "Ann", "Lee" })
		w.signedIn(t).post(t, "/admin", "first_name", "").leadsTo(t, "/admin?saved")
		if u := w.ann(t); u.FirstName != "" || u.LastName != "Lee" {
			t.Errorf("got %q, %q, want none and Lee", u.FirstName, u.LastName)
		}
	})
	t.Run("changes nothing but these fields", func(t *testing.T) {
		w := newWorld(t)
		before := w.ann(t)
		w.signedIn(t).post(t, "/admin", "email", "eve@example.com", "password", newPassword, "status", "archived", "role", "admin").leadsTo(t, "/admin?saved")
		if after := w.ann(t); after.Email != before.Email || after.Password != before.Password || after.Status != before.Status || after.Role != before.Role {
			t.Errorf("got %+v, want %+v", after, before)
		}
	})
	t.Run("shows the form again with what was typed when a field cannot be kept", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		long := strings.Repeat("é", 51)
		b.post(t, "/admin", "first_name", "Eve", "last_name", long).shows(t, http.StatusBadRequest,
			"at most 50 characters", `href="#last_name"`, `value="`+long+`"`, `value="Eve"`)
		b.post(t, "/admin", "first_name", "a\x00b").shows(t, http.StatusBadRequest, `href="#first_name"`)
		b.post(t, "/admin", "language", strings.Repeat("x", 256)).shows(t, http.StatusBadRequest, "at most 255 characters", `href="#language"`)
		if got := w.ann(t).FirstName; got != "" {
			t.Errorf("got first name %q, want it as it was", got)
		}
	})
	t.Run("speaks the language that its owner has chosen", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		b.post(t, "/admin", "language", "de").leadsTo(t, "/admin?saved")
		b.get(t, "/admin").shows(t, http.StatusOK, `<html lang="de">`, "Ihr Konto", "Abmelden")
	})
	t.Run("of a session that has ended leads to the form of signing in", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		w.changeAnn(t, func(u *domain.User) { u.Epoch++ })
		b.get(t, "/admin").leadsTo(t, "/admin/login")
		if b.cookie(t, "/admin", sessionCookie) != "" {
			t.Error("the dead cookie stays")
		}
	})
	t.Run("keeps the cookie where nobody can find out who it is", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		w.faults.Set(func(context.Context, string) error { return errors.New("the cable is out") })
		b.get(t, "/admin").shows(t, http.StatusServiceUnavailable, "cannot answer at the moment")
		b.post(t, "/admin", "first_name", "Eve").shows(t, http.StatusServiceUnavailable)
		if b.cookie(t, "/admin", sessionCookie) == "" {
			t.Error("the cookie is gone")
		}
	})
	t.Run("takes no token but the cookie", func(t *testing.T) {
		w := newWorld(t)
		held := w.signedIn(t).cookie(t, "/admin", sessionCookie)
		w.browser(t).get(t, "/admin?access_token="+held).leadsTo(t, "/admin/login")
		w.browser(t).do(t, http.MethodGet, "/admin", nil, "Authorization", "Bearer "+held).leadsTo(t, "/admin/login")
	})
}
