package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/pages"
	"github.com/sallyport-auth/sallyport/core/auth"
)

func newWikiWorld(t *testing.T) world {
	t.Helper()
	return newWorld(t, func(c *pages.Config, _ *auth.Settings) { c.Returns = []string{"https://wiki.example.com"} })
}

func loginTo(target string) string { return "/admin/login?return=" + url.QueryEscape(target) }

func TestReturn(t *testing.T) {
	const wiki = "https://wiki.example.com/a?b=c&d=e"
	t.Run("leads back to an application that is on the list", func(t *testing.T) {
		b := newWikiWorld(t).browser(t)
		b.get(t, loginTo(wiki)).shows(t, http.StatusOK, `action="/admin/login?return=https%3a%2f%2fwiki.example.com%2fa%3fb%3dc%26d%3de"`)
		b.post(t, loginTo(wiki), "email", annEmail, "password", "wrong horse").shows(t, http.StatusUnauthorized, `action="/admin/login?return=https%3a%2f%2fwiki`)
		leaving := b.post(t, loginTo(wiki), "email", annEmail, "password", password)
		leaving.shows(t, http.StatusOK, "led to wiki.example.com", "Go on to wiki.example.com")
		if to := leaving.refreshed(t); to != wiki || leaving.set(sessionCookie) == nil {
			t.Errorf("it leads to %q with cookie %v, want %q", to, leaving.set(sessionCookie), wiki)
		}
	})
	t.Run("leads who was signed in there by a link, so that nobody goes in a circle", func(t *testing.T) {
		w := newWikiWorld(t)
		got := w.signedIn(t).get(t, loginTo(wiki))
		got.shows(t, http.StatusOK, "You are signed in.", `href="https://wiki.example.com/a?b=c&d=e"`)
		got.hides(t, `http-equiv="refresh"`)
	})
	t.Run("leads to places of this origin at once", func(t *testing.T) {
		w := newWikiWorld(t)
		for _, target := range []string{"/wiki/a?b", "https://login.example.com/wiki", "https://login.example.com//evil.example"} {
			for _, got := range []answer{
				w.browser(t).post(t, loginTo(target), "email", annEmail, "password", password),
				w.signedIn(t).get(t, loginTo(target)),
			} {
				if to := got.header.Get("Location"); got.status != http.StatusSeeOther || to != target {
					t.Errorf("got %d to %q, want %q", got.status, to, target)
				}
			}
		}
	})
	t.Run("leads by way of a provider, too", func(t *testing.T) {
		w := newWikiWorld(t)
		b := w.browser(t)
		b.get(t, loginTo(wiki)).shows(t, http.StatusOK, `href="/admin/sign-in-with?provider=Google&return=https%3a%2f%2fwiki`)
		begun := b.get(t, "/admin/sign-in-with?provider=Google&return="+url.QueryEscape(wiki))
		finished, err := w.comeBack(t, b, "Google", begun.header.Get("Location"), bobElsewhere)
		if want := loginTo(wiki); finished.Redirect != want {
			t.Errorf("it ends at %q with %v, want %q", finished.Redirect, err, want)
		}
	})
}

func TestSecurity66_TheLoginPageLeadsNowhereElse(t *testing.T) {
	w := newWikiWorld(t)
	for _, target := range []string{
		"https://evil.example", "//evil.example", "///evil.example", `/\evil.example`, "https:evil.example", "http://wiki.example.com", "http://wiki.example.com:443", "https://wiki.example.com:8443",
		"https://wiki.example.com@evil.example", "https://wiki.example.com.evil.example", "javascript:alert(1)", "javascript://wiki.example.com/%0aalert(1)",
		"/" + strings.Repeat("a", 1800),
	} {
		b := w.browser(t)
		b.get(t, loginTo(target)).hides(t, "evil", "return=")
		b.post(t, loginTo(target), "email", annEmail, "password", password).leadsTo(t, "/admin")
		b.get(t, loginTo(target)).leadsTo(t, "/admin")
	}
}

func TestSignInElsewhereFromAnotherHost(t *testing.T) {
	const path = "/admin/sign-in-with?provider=Google&return=%2Fwiki"
	t.Run("goes on where the provider sends browsers back, before a cookie is set", func(t *testing.T) {
		b := newWorld(t).browser(t)
		got := b.do(t, http.MethodGet, path, nil, "Host", "127.0.0.1:8055")
		if to := got.header.Get("Location"); got.status != http.StatusSeeOther || to != site+"/admin/sign-in-with?moved=&provider=Google&return=%2Fwiki" {
			t.Errorf("got %d to %q", got.status, to)
		}
		if c := got.set(oauthCookie); c != nil {
			t.Errorf("got cookie %v, want none", c)
		}
	})
	t.Run("goes no circle where a proxy writes another host", func(t *testing.T) {
		b := newWorld(t).browser(t)
		got := b.do(t, http.MethodGet, path+"&moved=", nil, "Host", "sallyport:8055")
		if got.status != http.StatusSeeOther || strings.HasPrefix(got.header.Get("Location"), site) || got.set(oauthCookie) == nil {
			t.Errorf("got %d to %q, want the provider", got.status, got.header.Get("Location"))
		}
	})
	t.Run("is here under its other spellings", func(t *testing.T) {
		for _, host := range []string{"login.example.com:443", "LOGIN.example.com"} {
			got := newWorld(t).browser(t).do(t, http.MethodGet, path, nil, "Host", host)
			if got.set(oauthCookie) == nil {
				t.Errorf("%s: got %d to %q, want the provider", host, got.status, got.header.Get("Location"))
			}
		}
	})
}
