package pages_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	ivyEmail   = "ivy@example.com"
	movedEmail = "anna@example.com"
)

// linkCookies are the names of the cookies that hold the tokens of links, by the path of the page.
func linkCookies() map[string]string {
	return map[string]string{
		"/admin/reset-password": resetCookie,
		"/admin/accept-invite":  "sallyport_invite_token",
		"/admin/verify-email":   "sallyport_verify_token",
		"/admin/confirm-email":  "sallyport_email_token",
	}
}

// invitation returns the link of an invitation of Ivy's.
func (w world) invitation(t testing.TB) string {
	t.Helper()
	root := domain.Role{ID: domain.AdministratorRole, Name: "Administrator", App: true, Admin: true}
	_ = w.store.Repos().Roles.Create(t.Context(), root) // or it is there already
	admin := w.seed(t, domain.Email("root"+domain.NewUUID(w.clock.Now())+"@example.com"), func(u *domain.User) { u.Role = root.ID })
	if err := w.service.Invite(t.Context(), auth.Principal{User: admin}, auth.Invitation{Emails: []string{ivyEmail}, Role: root.ID}); err != nil {
		t.Fatal(err)
	}
	return w.deliveredLink(t)
}

// registration returns the link of a registration of Ivy's, with newPassword.
func (w world) registration(t testing.TB) string {
	t.Helper()
	if err := w.service.Register(t.Context(), auth.Registration{Email: ivyEmail, Password: newPassword}); err != nil {
		t.Fatal(err)
	}
	return w.deliveredLink(t)
}

// move returns the link to movedEmail, which Ann has asked for.
func (w world) move(t testing.TB) string {
	t.Helper()
	caller := auth.Principal{User: w.ann(t)}
	if _, _, err := w.service.UpdateMe(t.Context(), caller, auth.ProfilePatch{Email: new(movedEmail)}, domain.Client{}); err != nil {
		t.Fatal(err)
	}
	return w.deliveredLink(t)
}

// joiningPage is a page that the link of a mail leads to, and what is true of each of them.
type joiningPage struct {
	path   string
	link   func(w world, t testing.TB) string
	fields []string // of its form
	done   string   // where it leads
	says   string   // there
	shows  string   // of the form
	life   time.Duration
	spent  string // what is said of a spent link
	status int    // with it
	email  string // that logs in afterwards
	with   string // the password that does
}

func joiningPages() []joiningPage {
	settings := auth.DefaultSettings()
	return []joiningPage{
		{
			path: "/admin/accept-invite", link: world.invitation, fields: []string{"password", newPassword, "repeated", newPassword},
			done: "/admin/login?ready", says: "Your account is ready.", shows: `autocomplete="new-password"`, life: settings.InviteTTL,
			spent: "accepted already", status: http.StatusBadRequest, email: ivyEmail, with: newPassword,
		},
		{
			path: "/admin/verify-email", link: world.registration,
			done: "/admin/login?ready", says: "Your account is ready.", shows: "without your confirmation", life: settings.Registration.TTL,
			spent: "confirmed already", status: http.StatusBadRequest, email: ivyEmail, with: newPassword,
		},
		{
			path: "/admin/confirm-email", link: world.move,
			done: "/admin/login?confirmed", says: "has been changed", shows: "signed out everywhere", life: settings.EmailTTL,
			spent: "used already", status: http.StatusForbidden, email: movedEmail, with: password,
		},
	}
}

func TestJoining(t *testing.T) {
	for _, p := range joiningPages() {
		t.Run(strings.TrimPrefix(p.path, "/admin/")+" is done by its form, once", func(t *testing.T) {
			w := newWorld(t)
			link := p.link(w, t)
			b := w.browser(t)
			b.get(t, link).leadsTo(t, p.path)
			b.get(t, p.path).shows(t, http.StatusOK, p.shows)
			b.post(t, p.path, p.fields...).leadsTo(t, p.done)
			if b.cookie(t, p.path, linkCookies()[p.path]) != "" {
				t.Error("the browser still has the token")
			}
			b.get(t, p.done).shows(t, http.StatusOK, p.says, `role="status"`)
			b.get(t, link).leadsTo(t, p.path)
			b.get(t, p.path).shows(t, p.status, p.spent, `href="/admin/login"`)
			b.post(t, "/admin/login", "email", p.email, "password", p.with).leadsTo(t, "/admin")
		})
		t.Run(strings.TrimPrefix(p.path, "/admin/")+" is spent by nobody who only opens the link", func(t *testing.T) {
			w := newWorld(t)
			link := p.link(w, t)
			w.calls.Reset()
			for range 3 {
				scanner := w.browser(t)
				scanner.get(t, link).leadsTo(t, p.path)
				scanner.do(t, http.MethodHead, link, nil).leadsTo(t, p.path)
				scanner.get(t, p.path).shows(t, http.StatusOK, p.shows)
			}
			for _, call := range w.calls.Calls() {
				switch call {
				case "OneTimeTokens.Get", "Users.ByID", "Users.ByEmail", "Roles.ByID":
				default:
					t.Errorf("got call %s, want none that changes anything", call)
				}
			}
			w.browser(t).post(t, "/admin/login", "email", p.email, "password", p.with).shows(t, http.StatusUnauthorized)
		})
		t.Run(strings.TrimPrefix(p.path, "/admin/")+" says what is wrong with a link", func(t *testing.T) {
			w := newWorld(t)
			link := p.link(w, t)
			b := w.browser(t)
			b.get(t, p.path).shows(t, http.StatusForbidden, "opened by the link in the mail")
			b.post(t, p.path, append(p.fields, "token", tokenOf(t, link))...).shows(t, http.StatusForbidden, "opened by the link in the mail")
			b.get(t, link[:len(link)-1]).leadsTo(t, p.path)
			b.get(t, p.path).shows(t, http.StatusForbidden, "not complete")
			b.get(t, w.link(t)) // of a forgotten password
			b.get(t, p.path+"?token="+tokenOf(t, w.link(t)))
			b.get(t, p.path).shows(t, http.StatusForbidden, "not complete")
			w.clock.Advance(p.life)
			b.get(t, link)
			b.get(t, p.path).shows(t, http.StatusUnauthorized, "too old")
		})
		t.Run(strings.TrimPrefix(p.path, "/admin/")+" takes the form of its own link alone", func(t *testing.T) {
			w := newWorld(t)
			b := w.browser(t)
			b.get(t, p.link(w, t))
			for _, link := range []string{"", linkOf("another")} {
				b.doForm(t, p.path, append(p.fields, "link", link)...).shows(t, http.StatusConflict, "Another link has been opened")
			}
			got := b.do(t, http.MethodPost, p.path, strings.NewReader(""), "Content-Type", "application/x-www-form-urlencoded", "Origin", "https://evil.example")
			got.shows(t, http.StatusForbidden, "sent by another site")
			b.post(t, "/admin/login", "email", p.email, "password", p.with).shows(t, http.StatusUnauthorized)
		})
		t.Run(strings.TrimPrefix(p.path, "/admin/")+" keeps the link where nobody can find out", func(t *testing.T) {
			w := newWorld(t)
			b := w.browser(t)
			b.get(t, p.link(w, t))
			w.faults.Set(func(context.Context, string) error { return errors.New("the cable is out") })
			b.get(t, p.path).shows(t, http.StatusOK, p.shows)
			b.post(t, p.path, p.fields...).shows(t, http.StatusServiceUnavailable, "one second", p.shows)
			w.faults.Set(nil)
			b.post(t, p.path, p.fields...).leadsTo(t, p.done)
		})
		t.Run(strings.TrimPrefix(p.path, "/admin/")+" keeps its token out of sight", func(t *testing.T) {
			w := newWorld(t)
			link := p.link(w, t)
			b := w.browser(t)
			cookie := b.get(t, link).set(linkCookies()[p.path])
			if cookie == nil || cookie.Value != tokenOf(t, link) || !cookie.HttpOnly || !cookie.Secure || cookie.Path != p.path || cookie.MaxAge != 900 {
				t.Fatalf("got cookie %v", cookie)
			}
			b.get(t, p.path).hides(t, tokenOf(t, link))
			b.post(t, p.path, p.fields...).hides(t, tokenOf(t, link))
			if strings.Contains(w.log.String(), tokenOf(t, link)) {
				t.Error("the log has the token")
			}
		})
	}
	t.Run("a refused password leaves the invitation", func(t *testing.T) {
		w := newWorld(t)
		b := w.browser(t)
		b.get(t, w.invitation(t))
		b.post(t, "/admin/accept-invite", "password", "short", "repeated", "short").shows(t, http.StatusBadRequest, "at least 8 characters")
		b.post(t, "/admin/accept-invite", "password", ivyEmail, "repeated", ivyEmail).shows(t, http.StatusBadRequest, "easily guessed")
		b.post(t, "/admin/accept-invite", "password", newPassword, "repeated", newPassword+"x").shows(t, http.StatusBadRequest, "The two passwords differ")
		b.post(t, "/admin/accept-invite", "password", newPassword, "repeated", newPassword).leadsTo(t, "/admin/login?ready")
	})
	t.Run("an address that another has got meanwhile is told", func(t *testing.T) {
		w := newWorld(t)
		b := w.browser(t)
		b.get(t, w.move(t))
		w.seed(t, movedEmail)
		b.post(t, "/admin/confirm-email").shows(t, http.StatusBadRequest, "Another account has this address")
	})
	t.Run("who was led to an account by REST is led to sign in", func(t *testing.T) {
		w := newWorld(t)
		b := w.browser(t)
		b.get(t, "/admin/users/0195f2c6-7d7e-7a10-8000-0000000000a1").leadsTo(t, "/admin/login?ready")
		for _, path := range []string{"/admin/users", "/admin/users/", "/admin/users/a/b"} {
			b.get(t, path).shows(t, http.StatusNotFound, "This page does not exist.")
		}
	})
	t.Run("in German", func(t *testing.T) {
		w := newWorld(t)
		b := w.browser(t)
		b.header.Set("Accept-Language", "de")
		b.get(t, w.registration(t))
		b.get(t, "/admin/verify-email").shows(t, http.StatusOK, "Ja, das war ich")
	})
}
