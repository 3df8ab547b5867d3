package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
)

// TestBrowserLinksElsewhere links an account at a provider, signs in by it and removes it, on the
// pages and by keyboard, and looks at each page on the way.
func TestBrowserLinksElsewhere(t *testing.T) {
	t.Parallel()
	program := chromium(t)
	port, publicURL := publicHome(t)
	at := oidctest.OpenID(t, false, callbacks(publicURL, "IdP")...)
	at.SetPerson(bobElsewhere)
	env := append(openIDOfToday(at.URL), "PORT="+port, "PUBLIC_URL="+publicURL, "AUTH_IDP_ALLOW_PUBLIC_REGISTRATION=false")
	serve(t, append(cheap(t.TempDir()), env...))
	b := openBrowser(t, program, "localhost:"+port, strings.TrimPrefix(at.URL, "http://"))

	b.open(publicURL + "/admin/login")
	b.at("/admin/login", "Sign in")
	b.accessible()
	const elsewhere = `a[href="/admin/sign-in-with?provider=IdP"]`
	b.reads(elsewhere, "Sign in with The identity provider")
	b.tabTo(elsewhere)
	b.press(kb.Enter)
	b.at("/admin/login?detail=NOT_REGISTERED&reason=INVALID_CREDENTIALS", "Error: Sign in")
	b.reads("#problem", "no account here belongs to it")
	b.accessible()

	b.tabTo("#email")
	b.press(adminEmail + kb.Tab + adminPassword + kb.Enter)
	b.at("/admin", "Your account")
	b.accessible()
	b.tabTo(`form[action="/admin/link"] button`)
	b.press(kb.Enter)
	b.at("/admin?linked", "Your account")
	b.reads("main", "you can sign in that way, too")
	b.accessible()

	b.tabTo(`form[action="/admin/logout"] button`)
	b.press(kb.Enter)
	b.at("/admin/login?signed-out", "Sign in")
	b.tabTo(elsewhere)
	b.press(kb.Enter)
	b.at("/admin", "Your account")
	b.reads(".account", adminEmail)

	b.tabTo(`form[action="/admin/unlink"] button`)
	b.press(kb.Enter)
	b.at("/admin?unlinked", "Your account")
	b.sees(`form[action="/admin/link"]`)
	b.accessible()

	// Who says no there comes back to the page that asked.
	at.Deny(true)
	b.tabTo(`form[action="/admin/link"] button`)
	b.press(kb.Enter)
	b.at("/admin?reason=INVALID_CREDENTIALS", "Error: Your account")
	b.reads("#problem", "it was cancelled")
	b.accessible()
}
