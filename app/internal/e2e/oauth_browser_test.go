package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
)

// TestBrowserLogsInElsewhere logs in at an OpenID provider on another site, in two tabs at once:
// the login that was begun last counts, and the other one's callback is stale.
func TestBrowserLogsInElsewhere(t *testing.T) {
	t.Parallel()
	program := chromium(t)
	port, publicURL := publicHome(t)
	at := oidctest.OpenID(t, false, callbacks(publicURL, "IdP")...)
	at.SetPerson(bobElsewhere)
	at.Ask(true)
	p := serve(t, append(cheap(t.TempDir()), append(openIDOfToday(at.URL), "PORT="+port, "PUBLIC_URL="+publicURL)...))

	first := openBrowser(t, program, "localhost:"+port, strings.TrimPrefix(at.URL, "http://"))
	second := first.newTab()
	first.open(publicURL + "/auth/login/IdP?redirect=/admin")
	first.sees("#continue")
	second.open(publicURL + "/auth/login/IdP?redirect=/admin")
	second.sees("#continue")

	// The browser has the cookie of the second login by now.
	first.click("#continue")
	first.await(`location.pathname === "/auth/login/IdP/callback"`)
	first.reads("body", "INVALID_CREDENTIALS")
	if got := sessionCookie(first); got != nil {
		t.Error("the stale callback has logged somebody in")
	}

	second.click("#continue")
	second.at("/admin", "Your account")
	second.holds("#first_name", bobElsewhere.FirstName)
	cookie := sessionCookie(second)
	if cookie == nil || !cookie.HTTPOnly || !cookie.Secure || cookie.SameSite != network.CookieSameSiteLax {
		t.Fatalf("got session cookie %+v", cookie)
	}

	first.open(publicURL + "/admin")
	first.at("/admin", "Your account") // tabs share the session

	// The second time, at the same provider, it is the same account.
	second.click(`form[action="/admin/logout"] button`)
	second.at("/admin/login?signed-out", "Sign in")
	at.Ask(false)
	second.open(publicURL + "/auth/oauth/idp?redirect=/admin/login")
	second.at("/admin/login", "Sign in") // the page's family has the refresh cookie, which these pages do not look at
	second.open(publicURL + "/auth/login/idp?redirect=/admin")
	second.at("/admin", "Your account")
	second.holds("#first_name", bobElsewhere.FirstName)
	admin := login(t, p.Client, "json")
	var people []struct{ Email string }
	p.browse(t, http.MethodGet, "/users?fields=email", "", nil, admin.Access).data(t, &people)
	if len(people) != 2 {
		t.Errorf("got %d accounts, want the administrator's and Bob's", len(people))
	}
}

// sessionCookie returns the one that the browser sends to the page of b.
func sessionCookie(b *browser) *network.Cookie {
	b.t.Helper()
	var found *network.Cookie
	run(b, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		kept, err := cdp.Call(ctx, tab, network.GetCookies, network.GetCookiesParams{})
		if err != nil {
			return err
		}
		for _, cookie := range kept.Cookies {
			if cookie.Name == "directus_session_token" {
				found = cookie
			}
		}
		return nil
	}))
	return found
}
