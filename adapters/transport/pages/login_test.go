package pages_test

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/adapters/transport/pages"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
	"github.com/sallyport-auth/sallyport/core/totp"
)

func TestLogin(t *testing.T) {
	t.Run("shows a form that password managers know", func(t *testing.T) {
		newWorld(t).browser(t).get(t, "/admin/login").shows(t, http.StatusOK,
			"<title>Sign in – Ann & <Sons></title>", `autocomplete="username"`, `autocomplete="current-password"`, `for="email"`, `for="password"`)
	})
	t.Run("leads to the account, with the session cookie of REST", func(t *testing.T) {
		w := newWorld(t)
		b := w.browser(t)
		got := b.post(t, "/admin/login", "email", " Ann@Example.com", "password", password)
		got.leadsTo(t, "/admin")
		cookie := got.set(sessionCookie)
		if cookie == nil {
			t.Fatal("no session cookie was set")
		}
		if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != 86400 {
			t.Errorf("got cookie %v", cookie)
		}
		who, err := w.service.Authenticate(t.Context(), auth.Credential{Cookie: cookie.Value})
		if err != nil || who.User.Email != annEmail || who.Session.Client.IP != "192.0.2.7" {
			t.Errorf("the cookie lets in %+v, %v", who, err)
		}
		b.get(t, "/admin").shows(t, http.StatusOK, annEmail)
	})
	t.Run("remembers the device, so that strangers who guess do not keep its owner out", func(t *testing.T) {
		w := newWorld(t)
		owner := w.browser(t)
		owner.post(t, "/admin/login", "email", annEmail, "password", password).leadsTo(t, "/admin")
		owner.post(t, "/admin/logout").leadsTo(t, "/admin/login?signed-out")
		for range auth.DefaultSettings().LoginAccount.Burst {
			w.browser(t).post(t, "/admin/login", "email", annEmail, "password", "wrong horse").shows(t, http.StatusUnauthorized)
		}
		w.browser(t).post(t, "/admin/login", "email", annEmail, "password", password).shows(t, http.StatusTooManyRequests)
		owner.post(t, "/admin/login", "email", annEmail, "password", password).leadsTo(t, "/admin")
	})
	t.Run("refuses in one way whatever is wrong, and keeps the address only", func(t *testing.T) {
		w := newWorld(t)
		w.seed(t, "sue@example.com", func(u *domain.User) { u.Status = domain.StatusSuspended })
		for _, typed := range [][2]string{
			{annEmail, "wrong horse"},
			{"nobody@example.com", password},
			{"sue@example.com", password},
		} {
			got := w.browser(t).post(t, "/admin/login", "email", typed[0], "password", typed[1])
			got.shows(t, http.StatusUnauthorized, "The e-mail address or the password is not right.", `role="alert"`, `value="`+typed[0]+`"`, "<title>Error: Sign in")
			got.hides(t, typed[1])
			if got.set(sessionCookie) != nil {
				t.Errorf("%s: a cookie was set", typed[0])
			}
		}
	})
	t.Run("asks for what is missing, at its field", func(t *testing.T) {
		w := newWorld(t)
		before := w.hasher.Work()
		w.browser(t).post(t, "/admin/login", "password", password).shows(t, http.StatusBadRequest,
			"Please enter your e-mail address.", `href="#email"`, `autofocus aria-invalid="true" aria-describedby="problem"`)
		w.browser(t).post(t, "/admin/login", "email", annEmail).shows(t, http.StatusBadRequest, "Please enter a password.", `href="#password"`)
		if got := w.hasher.Work(); got != before {
			t.Errorf("got %d rounds of hashing, want none", got-before)
		}
	})
	t.Run("takes what no account can have as a mistake of the form", func(t *testing.T) {
		w := newWorld(t)
		for _, typed := range [][2]string{{"zzz", password}, {annEmail, strings.Repeat("x", auth.MaxPasswordBytes+1)}, {annEmail, "\xff\xfe"}, {"a\x00@example.com", password}} {
			w.browser(t).post(t, "/admin/login", "email", typed[0], "password", typed[1]).shows(t, http.StatusBadRequest, "is not right")
		}
	})
	t.Run("says when to come back after too many attempts", func(t *testing.T) {
		w := newWorld(t, func(_ *pages.Config, s *auth.Settings) {
			s.LoginAccount = port.Limit{Burst: 1, Every: 150 * time.Second}
		})
		b := w.browser(t)
		b.post(t, "/admin/login", "email", annEmail, "password", "wrong horse").shows(t, http.StatusUnauthorized)
		got := b.post(t, "/admin/login", "email", annEmail, "password", password)
		got.shows(t, http.StatusTooManyRequests, "There were too many attempts. Please try again in 3 minutes.")
		if wait := got.header.Get("Retry-After"); wait != "150" {
			t.Errorf("got Retry-After %q, want 150", wait)
		}
	})
	t.Run("asks for the code of a second factor after the password", func(t *testing.T) {
		w := newWorld(t)
		secret := w.enableTFA(t)
		b := w.browser(t)
		b.get(t, "/admin/login").hides(t, "one-time-code")
		asked := b.post(t, "/admin/login", "email", annEmail, "password", password)
		asked.shows(t, http.StatusUnauthorized, "asks for a second factor", `autocomplete="one-time-code"`, `for="otp"`, `value="`+annEmail+`"`)
		asked.hides(t, html.EscapeString(password))
		wrong := b.post(t, "/admin/login", "email", annEmail, "password", password, "otp", "aaaaa-aaaaa")
		wrong.shows(t, http.StatusUnauthorized, "The code is not right", `aria-describedby="problem otp-hint" aria-invalid="true"`)
		wrong.hides(t, "aaaaa-aaaaa")
		b.post(t, "/admin/login", "email", annEmail, "password", "wrong horse", "otp", "123456").shows(t, http.StatusUnauthorized, "is not right", "one-time-code")
		code := totp.Code(secret, totp.Step(w.clock.Now()))
		b.post(t, "/admin/login", "email", annEmail, "password", password, "otp", " "+code+" ").leadsTo(t, "/admin")
		b.get(t, "/admin").shows(t, http.StatusOK, annEmail)
	})
	t.Run("tells who has to set up a second factor first, and shows nothing of the account", func(t *testing.T) {
		w := newWorld(t)
		role := domain.Role{ID: "0195f2c6-7d7e-7a10-8000-0000000000e2", Name: "Keepers", EnforceTFA: true}
		if err := w.store.Repos().Roles.Create(t.Context(), role); err != nil {
			t.Fatal(err)
		}
		w.changeAnn(t, func(u *domain.User) { u.Role = role.ID })
		b := w.browser(t)
		b.post(t, "/admin/login", "email", annEmail, "password", password).leadsTo(t, "/admin")
		b.get(t, "/admin").leadsTo(t, "/admin/login")
		b.get(t, "/admin/login").shows(t, http.StatusOK, "has to have a second factor")
	})
	t.Run("says that nobody can find out, and writes down why", func(t *testing.T) {
		w := newWorld(t)
		w.faults.Set(func(context.Context, string) error { return errors.New("the cable is out") })
		got := w.browser(t).post(t, "/admin/login", "email", annEmail, "password", password)
		got.shows(t, http.StatusServiceUnavailable, "cannot answer at the moment. Please try again in one second.")
		got.hides(t, "cable")
		if got.header.Get("Retry-After") != "1" {
			t.Errorf("got Retry-After %q, want 1", got.header.Get("Retry-After"))
		}
		if !strings.Contains(w.log.String(), "the cable is out") {
			t.Error("the log does not say why")
		}
	})
	t.Run("is passed by whoever is signed in", func(t *testing.T) {
		newWorld(t).signedIn(t).get(t, "/admin/login").leadsTo(t, "/admin")
	})
	t.Run("takes away a cookie that lets nobody in", func(t *testing.T) {
		w := newWorld(t)
		got := w.browser(t).do(t, http.MethodGet, "/admin/login", nil, "Cookie", sessionCookie+"=garbage")
		got.shows(t, http.StatusOK, "Sign in")
		if cookie := got.set(sessionCookie); cookie == nil || cookie.MaxAge >= 0 {
			t.Errorf("got cookie %v, want one that expires", cookie)
		}
	})
	t.Run("leads nowhere that a request names", func(t *testing.T) {
		const evil = "https://evil.example"
		b := newWorld(t).browser(t)
		for _, name := range []string{"next", "redirect", "return", "return_to", "url"} {
			b.post(t, "/admin/login?"+name+"="+evil, "email", annEmail, "password", password, name, evil).leadsTo(t, "/admin")
		}
		got := b.do(t, http.MethodGet, "/admin/login", nil, "Host", "evil.example", "X-Forwarded-Host", "evil.example")
		got.leadsTo(t, "/admin")
	})
}

func TestLogout(t *testing.T) {
	t.Run("ends the session and takes the cookie away", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		held := b.cookie(t, "/admin", sessionCookie)
		b.post(t, "/admin/logout").leadsTo(t, "/admin/login?signed-out")
		if got := b.cookie(t, "/admin", sessionCookie); got != "" {
			t.Errorf("the browser still has %q", got)
		}
		if _, err := w.service.Authenticate(t.Context(), auth.Credential{Cookie: held}); err == nil {
			t.Error("the cookie still lets in")
		}
		b.get(t, "/admin/login?signed-out").shows(t, http.StatusOK, `role="status"`, "You are signed out.")
		b.get(t, "/admin").leadsTo(t, "/admin/login")
	})
	t.Run("takes a login elsewhere away that has begun", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		b.post(t, "/admin/link", "provider", "Google")
		if b.cookie(t, "/auth/login", oauthCookie) == "" {
			t.Fatal("nothing has begun")
		}
		b.post(t, "/admin/logout").leadsTo(t, "/admin/login?signed-out")
		if got := b.cookie(t, "/auth/login", oauthCookie); got != "" {
			t.Errorf("the browser still has %q", got)
		}
	})
	t.Run("of nobody leads to the form as well", func(t *testing.T) {
		newWorld(t).browser(t).post(t, "/admin/logout").leadsTo(t, "/admin/login?signed-out")
	})
	t.Run("keeps the cookie of a session that may not have ended", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		w.faults.Set(func(_ context.Context, method string) error {
			if method == "Sessions.Delete" {
				return errors.New("the cable is out")
			}
			return nil
		})
		b.post(t, "/admin/logout").shows(t, http.StatusServiceUnavailable, "cannot answer at the moment")
		if b.cookie(t, "/admin", sessionCookie) == "" {
			t.Error("the cookie is gone")
		}
	})
	t.Run("is not to be had by a link", func(t *testing.T) {
		b := newWorld(t).signedIn(t)
		got := b.get(t, "/admin/logout")
		got.shows(t, http.StatusMethodNotAllowed)
		if allow := got.header.Get("Allow"); allow != "POST" {
			t.Errorf("got Allow %q, want POST", allow)
		}
		b.get(t, "/admin").shows(t, http.StatusOK, annEmail)
	})
}

func TestFailuresAreNotedForTheLineOfTheRequest(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]domain.Code{"/admin/login": domain.InvalidCredentials, "/admin/nowhere": domain.RouteNotFound} {
		var failure httpedge.Failure
		r := httptest.NewRequestWithContext(httpedge.WithFailure(t.Context(), &failure), http.MethodPost, site+path, strings.NewReader("email=ann@example.com&password=wrong-horse"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w.handler.ServeHTTP(httptest.NewRecorder(), r)
		if got, ok := errors.AsType[*domain.Error](failure.Err()); !ok || got.Code != want {
			t.Errorf("%s: got %v, want %s", path, failure.Err(), want)
		}
	}
}

// enableTFA turns Ann's second factor on, and goes on to where its first code is spent.
func (w world) enableTFA(t *testing.T) (secret []byte) {
	t.Helper()
	ann, err := w.store.Repos().Users.ByEmail(t.Context(), annEmail)
	if err != nil {
		t.Fatal(err)
	}
	p := auth.Principal{User: ann}
	setup, err := w.service.GenerateTFA(t.Context(), p, password, domain.Client{})
	if err != nil {
		t.Fatal(err)
	}
	if secret, err = totp.DecodeSecret(setup.Secret); err != nil {
		t.Fatal(err)
	}
	in := auth.TFAEnable{Secret: setup.Secret, OTP: totp.Code(secret, totp.Step(w.clock.Now()))}
	if _, err := w.service.EnableTFA(t.Context(), p, in, domain.Client{}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(totp.Period)
	return secret
}
