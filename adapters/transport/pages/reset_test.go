package pages_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/pages"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestForgot(t *testing.T) {
	t.Run("says the same of every address, and writes to those it has", func(t *testing.T) {
		w := newWorld(t)
		w.seed(t, "sue@example.com", func(u *domain.User) { u.Status = domain.StatusSuspended })
		for _, email := range []string{annEmail, "nobody@example.com", "sue@example.com", "zzz"} {
			b := w.browser(t)
			b.post(t, "/admin/forgot-password", "email", email).leadsTo(t, "/admin/forgot-password?sent")
			got := b.get(t, "/admin/forgot-password?sent")
			got.shows(t, http.StatusOK, "If there is an account with this address", `role="status"`)
			got.hides(t, email)
		}
		w.deliveredLink(t)
		if mails := w.mailbox.Mails(); len(mails) != 1 || mails[0].To != annEmail {
			t.Errorf("got %d mails, want one to Ann", len(mails))
		}
	})
	t.Run("writes in the language that the browser prefers", func(t *testing.T) {
		w := newWorld(t)
		b := w.browser(t)
		b.header.Set("Accept-Language", "de-CH,de;q=0.9")
		b.post(t, "/admin/forgot-password", "email", annEmail).leadsTo(t, "/admin/forgot-password?sent")
		w.deliveredLink(t)
		if got := w.mailbox.Mails()[0].Subject; !strings.Contains(got, "Passwort") {
			t.Errorf("got subject %q, want German", got)
		}
	})
	t.Run("asks for an address", func(t *testing.T) {
		w := newWorld(t)
		for _, email := range []string{"", "  "} {
			w.browser(t).post(t, "/admin/forgot-password", "email", email).shows(t, http.StatusBadRequest, "Please enter your e-mail address.", `aria-invalid="true"`)
		}
		if letters := w.queued(); letters != 0 {
			t.Errorf("%d letters were queued, want none", letters)
		}
	})
	t.Run("writes to an owner who has signed in here before, though strangers have asked too often", func(t *testing.T) {
		w := newWorld(t)
		owner := w.browser(t)
		owner.post(t, "/admin/login", "email", annEmail, "password", password).leadsTo(t, "/admin")
		for range auth.DefaultSettings().ResetAccount.Burst {
			w.browser(t).post(t, "/admin/forgot-password", "email", annEmail).leadsTo(t, "/admin/forgot-password?sent")
		}
		w.browser(t).post(t, "/admin/forgot-password", "email", annEmail).shows(t, http.StatusTooManyRequests)
		owner.post(t, "/admin/forgot-password", "email", annEmail).leadsTo(t, "/admin/forgot-password?sent")
	})
	t.Run("says when to come back after too many", func(t *testing.T) {
		w := newWorld(t)
		b := w.browser(t)
		for range 3 {
			b.post(t, "/admin/forgot-password", "email", annEmail).leadsTo(t, "/admin/forgot-password?sent")
		}
		got := b.post(t, "/admin/forgot-password", "email", annEmail)
		got.shows(t, http.StatusTooManyRequests, "Please try again in 20 minutes.", `value="ann@example.com"`)
		if got.header.Get("Retry-After") != "1200" {
			t.Errorf("got Retry-After %q, want 1200", got.header.Get("Retry-After"))
		}
	})
	t.Run("asks to come back while too many letters wait, and says so in a warning", func(t *testing.T) {
		w := newWorld(t, func(_ *pages.Config, s *auth.Settings) { s.MailQueue = 1 })
		w.browser(t).post(t, "/admin/forgot-password", "email", annEmail).leadsTo(t, "/admin/forgot-password?sent")
		for _, email := range []string{annEmail, "nobody@example.com"} {
			got := w.browser(t).post(t, "/admin/forgot-password", "email", email)
			got.shows(t, http.StatusServiceUnavailable, "Please try again in 60 seconds.", `value="`+email+`"`)
		}
		if got := w.log.String(); strings.Count(got, "the mail queue is full") < 2 || strings.Contains(got, `"level":"ERROR"`) || !strings.Contains(got, `"level":"WARN"`) {
			t.Errorf("got log %s", got)
		}
	})
	t.Run("counts the address that Client names", func(t *testing.T) {
		w := newWorld(t)
		w.browser(t).post(t, "/admin/forgot-password", "email", annEmail).leadsTo(t, "/admin/forgot-password?sent")
		events, err := w.store.Events().List(t.Context(), "", 10)
		if err != nil || len(events) != 1 || events[0].Client.IP != "192.0.2.7" {
			t.Errorf("got events %+v, %v", events, err)
		}
	})
}

// queued counts the letters that were put into the queue.
func (w world) queued() int {
	n := 0
	for _, call := range w.calls.Calls() {
		if call == "MailQueue.Put" {
			n++
		}
	}
	return n
}

func TestReset(t *testing.T) {
	t.Run("sets the password and ends every session", func(t *testing.T) {
		w := newWorld(t)
		elsewhere := w.signedIn(t)
		b := w.browser(t)
		b.get(t, w.link(t)).leadsTo(t, "/admin/reset-password")
		b.get(t, "/admin/reset-password").shows(t, http.StatusOK, `autocomplete="new-password"`, "At least 8 characters", `aria-describedby="password-hint"`)
		got := b.post(t, "/admin/reset-password", "password", newPassword, "repeated", newPassword)
		got.leadsTo(t, "/admin/login?changed")
		if b.cookie(t, "/admin/reset-password", resetCookie) != "" {
			t.Error("the browser still has the token")
		}
		b.get(t, "/admin/login?changed").shows(t, http.StatusOK, "Your password has been changed", `role="status"`)
		elsewhere.get(t, "/admin").leadsTo(t, "/admin/login")
		b.post(t, "/admin/login", "email", annEmail, "password", password).shows(t, http.StatusUnauthorized)
		b.post(t, "/admin/login", "email", annEmail, "password", newPassword).leadsTo(t, "/admin")
	})
	t.Run("says so to whoever is signed in with another account", func(t *testing.T) {
		w := newWorld(t)
		w.signedIn(t).get(t, "/admin/login?changed").shows(t, http.StatusOK, "Your password has been changed")
	})
	t.Run("spends nothing when the link is only opened", func(t *testing.T) {
		w := newWorld(t)
		link := w.link(t)
		w.calls.Reset()
		for range 5 {
			scanner := w.browser(t)
			scanner.get(t, link).leadsTo(t, "/admin/reset-password")
			scanner.do(t, http.MethodHead, link, nil).leadsTo(t, "/admin/reset-password")
			scanner.get(t, "/admin/reset-password").shows(t, http.StatusOK)
		}
		for _, call := range w.calls.Calls() {
			if call != "OneTimeTokens.Get" && call != "Users.ByID" {
				t.Errorf("got call %s, want none that changes anything", call)
			}
		}
		w.resets(t, link)
	})
	t.Run("asks again for a password that cannot be, and spends nothing", func(t *testing.T) {
		w := newWorld(t)
		link := w.link(t)
		b := w.browser(t)
		b.get(t, link)
		for name, c := range map[string]struct{ password, repeated, want, at string }{
			"empty":              {"", "", "Please enter a password.", "password"},
			"short":              {"seven c", "seven c", "at least 8 characters", "password"},
			"short of runes":     {"ééééééé", "ééééééé", "at least 8 characters", "password"},
			"long":               {strings.Repeat("y", auth.MaxPasswordBytes+1), strings.Repeat("y", auth.MaxPasswordBytes+1), "too long", "password"},
			"easily guessed":     {"password1", "password1", "easily guessed", "password"},
			"the address itself": {annEmail, annEmail, "easily guessed", "password"},
			"not UTF-8":          {"battery staple \xff", "battery staple \xff", "easily guessed", "password"},
			"repeated otherwise": {newPassword, newPassword + "x", "The two passwords differ", "repeated"},
		} {
			t.Run(name, func(t *testing.T) {
				got := b.post(t, "/admin/reset-password", "password", c.password, "repeated", c.repeated)
				got.shows(t, http.StatusBadRequest, c.want, `href="#`+c.at+`"`, `id="repeated"`)
				if c.password != "" && c.password != annEmail {
					got.hides(t, c.password)
				}
			})
		}
		b.post(t, "/admin/reset-password", "password", newPassword, "repeated", newPassword).leadsTo(t, "/admin/login?changed")
	})
	t.Run("says what is wrong with a link, and where to get another", func(t *testing.T) {
		for name, c := range map[string]struct {
			spoil  func(t *testing.T, w world, link string) string
			status int
			want   string
		}{
			"used": {func(t *testing.T, w world, link string) string { w.resets(t, link); return link }, http.StatusForbidden, "used already"},
			"of before a new password": {func(t *testing.T, w world, link string) string {
				w.changeAnn(t, func(u *domain.User) { u.Epoch++ })
				return link
			}, http.StatusForbidden, "has changed since"},
			"expired": {func(_ *testing.T, w world, link string) string { w.clock.Advance(time.Hour); return link }, http.StatusUnauthorized, "too old"},
			"garbage": {func(*testing.T, world, string) string { return "/admin/reset-password?token=garbage" }, http.StatusForbidden, "not complete"},
			"cut off": {func(_ *testing.T, _ world, link string) string { return link[:len(link)-1] }, http.StatusForbidden, "not complete"},
			"of an account that may not sign in": {func(t *testing.T, w world, link string) string {
				w.changeAnn(t, func(u *domain.User) { u.Status = domain.StatusSuspended })
				return link
			}, http.StatusForbidden, "may not sign in"},
		} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t)
				link := c.spoil(t, w, w.link(t))
				b := w.browser(t)
				for _, ask := range []func() answer{
					func() answer { return b.get(t, "/admin/reset-password") },
					func() answer { // of a form that was opened while the link was good
						token := b.cookie(t, "/admin/reset-password", resetCookie)
						return b.doForm(t, "/admin/reset-password", "password", "a third battery", "repeated", "a third battery", "link", linkOf(token))
					},
				} {
					b.get(t, link).leadsTo(t, "/admin/reset-password")
					got := ask()
					got.shows(t, c.status, c.want, `href="/admin/forgot-password"`)
					if strings.Contains(got.body, `type="password"`) {
						t.Error("the form is shown")
					}
					if b.cookie(t, "/admin/reset-password", resetCookie) != "" {
						t.Error("the browser still has the token")
					}
				}
			})
		}
	})
	t.Run("keeps the link where nobody can find out", func(t *testing.T) {
		w := newWorld(t)
		b := w.browser(t)
		b.get(t, w.link(t))
		w.faults.Set(func(context.Context, string) error { return errors.New("the cable is out") })
		b.get(t, "/admin/reset-password").shows(t, http.StatusOK, `type="password"`)
		b.post(t, "/admin/reset-password", "password", newPassword, "repeated", newPassword).shows(t, http.StatusServiceUnavailable, "one second", `type="password"`)
		w.faults.Set(nil)
		b.post(t, "/admin/reset-password", "password", newPassword, "repeated", newPassword).leadsTo(t, "/admin/login?changed")
	})
	t.Run("takes the form of one link with no other", func(t *testing.T) {
		w := newWorld(t)
		first := w.link(t)
		w.seed(t, "bob@example.com")
		b := w.browser(t)
		b.get(t, first)
		mine := b.get(t, "/admin/reset-password").hidden(t, "link")
		if err := w.service.RequestReset(t.Context(), auth.ResetRequest{Email: "bob@example.com"}); err != nil {
			t.Fatal(err)
		}
		second := w.deliveredLink(t)
		b.get(t, second) // in another tab
		before := w.ann(t).Password

		for _, link := range []string{mine, "", tokenOf(t, second)} {
			got := b.doForm(t, "/admin/reset-password", "password", newPassword, "repeated", newPassword, "link", link)
			got.shows(t, http.StatusConflict, "Another link has been opened", `type="password"`)
			if shown := got.hidden(t, "link"); shown == mine {
				t.Error("the form is still that of the first link")
			}
			got.hides(t, tokenOf(t, first), tokenOf(t, second))
		}
		bob, err := w.store.Repos().Users.ByEmail(t.Context(), "bob@example.com")
		if err != nil || bob.Version != 1 || w.ann(t).Password != before {
			t.Errorf("a password was changed: %v", err)
		}
		b.get(t, first)
		b.doForm(t, "/admin/reset-password", "password", newPassword, "repeated", newPassword, "link", mine).leadsTo(t, "/admin/login?changed")
		if w.ann(t).Password == before {
			t.Error("the password of the link was not changed")
		}
	})
	t.Run("without a token says how to come here", func(t *testing.T) {
		w := newWorld(t)
		b := w.browser(t)
		b.get(t, "/admin/reset-password").shows(t, http.StatusForbidden, "opened by the link in the mail", `href="/admin/forgot-password"`)
		b.post(t, "/admin/reset-password", "password", newPassword, "repeated", newPassword, "token", tokenOf(t, w.link(t))).
			shows(t, http.StatusForbidden, "opened by the link in the mail")
	})
	t.Run("forgets the token of an earlier link where one holds none", func(t *testing.T) {
		w := newWorld(t)
		for _, token := range []string{"", "a+b", "%0d%0aSet-Cookie:%20a=b", "%22%3E%3Cscript%3E", "%ff", strings.Repeat("x", 513)} {
			b := w.browser(t)
			b.get(t, "/admin/reset-password?token=earlier")
			got := b.get(t, "/admin/reset-password?token="+token)
			got.leadsTo(t, "/admin/reset-password")
			if held := b.cookie(t, "/admin/reset-password", resetCookie); held != "" || len(got.cookies) != 1 {
				t.Errorf("%q: got cookies %v, and the browser has %q", token, got.cookies, held)
			}
		}
	})
	t.Run("waits a quarter of an hour for the form", func(t *testing.T) {
		w := newWorld(t)
		got := w.browser(t).get(t, w.link(t)).set(resetCookie)
		if got == nil || got.MaxAge != 900 || !got.HttpOnly || !got.Secure || got.SameSite != http.SameSiteLaxMode || got.Path != "/admin/reset-password" {
			t.Errorf("got cookie %v", got)
		}
	})
}

// linkOf is what the form of a token holds in its hidden field.
func linkOf(token string) string {
	sum := sha256.Sum256([]byte("sallyport reset form\x00" + token))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// resets has a browser of its own set newPassword with the link.
func (w world) resets(t testing.TB, link string) {
	t.Helper()
	b := w.browser(t)
	b.get(t, link).leadsTo(t, "/admin/reset-password")
	b.post(t, "/admin/reset-password", "password", newPassword, "repeated", newPassword).leadsTo(t, "/admin/login?changed")
}
