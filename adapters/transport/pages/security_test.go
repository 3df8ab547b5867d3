package pages_test

import (
	"net/http"
	"strings"
	"testing"
)

// everyAnswer calls check with answers of every kind: pages, redirects, mistakes of forms,
// and refusals before any page.
func everyAnswer(t *testing.T, check func(t *testing.T, got answer)) {
	t.Helper()
	w := newWorld(t)
	link := w.link(t)
	in, out, resetting, joining := w.signedIn(t), w.browser(t), w.browser(t), w.browser(t)
	resetting.get(t, link)
	joining.get(t, w.invitation(t))
	for name, ask := range map[string]func() answer{
		"invitation":       func() answer { return joining.get(t, "/admin/accept-invite") },
		"invitation taken": func() answer { return joining.post(t, "/admin/accept-invite", "password", "short") },
		"no registration":  func() answer { return out.get(t, "/admin/verify-email") },
		"no new address":   func() answer { return out.post(t, "/admin/confirm-email") },
		"led from REST":    func() answer { return out.get(t, "/admin/users/1") },
		"login":            func() answer { return out.get(t, "/admin/login") },
		"login refused":    func() answer { return out.post(t, "/admin/login", "email", annEmail, "password", "wrong horse") },
		"login taken":      func() answer { return w.browser(t).post(t, "/admin/login", "email", annEmail, "password", password) },
		"forgot":           func() answer { return out.get(t, "/admin/forgot-password") },
		"forgot taken":     func() answer { return out.post(t, "/admin/forgot-password", "email", annEmail) },
		"link":             func() answer { return w.browser(t).get(t, link) },
		"reset":            func() answer { return resetting.get(t, "/admin/reset-password") },
		"reset refused":    func() answer { return resetting.post(t, "/admin/reset-password", "password", "short") },
		"reset, no token":  func() answer { return out.get(t, "/admin/reset-password") },
		"profile":          func() answer { return in.get(t, "/admin") },
		"profile, nobody":  func() answer { return out.get(t, "/admin") },
		"profile refused":  func() answer { return in.post(t, "/admin", "first_name", strings.Repeat("x", 51)) },
		"profile taken":    func() answer { return in.post(t, "/admin", "first_name", "Ann") },
		"elsewhere":        func() answer { return out.get(t, "/admin/sign-in-with?provider=GitHub") },
		"elsewhere failed": func() answer { return out.get(t, "/admin/login?reason=INVALID_CREDENTIALS") },
		"elsewhere linked": func() answer { return in.post(t, "/admin/link", "provider", "GitHub") },
		"elsewhere gone":   func() answer { return in.post(t, "/admin/unlink", "provider", "GitHub") },
		"sign out, nobody": func() answer { return out.post(t, "/admin/logout") },
		"no such page":     func() answer { return out.get(t, "/admin/nowhere") },
		"no such method":   func() answer { return out.do(t, http.MethodPut, "/admin/login", nil) },
		"cross-site": func() answer {
			return out.do(t, http.MethodPost, "/admin/login", nil, "Origin", "https://evil.example")
		},
		"no form": func() answer { return out.do(t, http.MethodPost, "/admin/login", strings.NewReader("{}")) },
	} {
		t.Run(name, func(t *testing.T) { check(t, ask()) })
	}
}

// TestSecurity35_CrossSiteFormsAreRefused: dropping the call of refuseCrossSite in serve
// turns it red, as does any of its conditions, and httpedge.IsOwnOrigin without the scheme.
func TestSecurity35_CrossSiteFormsAreRefused(t *testing.T) {
	const evil = "https://evil.example"
	for name, c := range map[string]struct {
		origin, site string
		refused      bool
	}{
		"another site's":                               {evil, "cross-site", true},
		"a sibling's":                                  {"https://other.example.com", "same-site", true},
		"one without an origin":                        {"null", "cross-site", true},
		"one from an old browser":                      {evil, "", true},
		"one from an old browser, without an origin":   {"null", "", true},
		"one that claims our origin from another site": {site, "cross-site", true},
		"one by hand":                                  {"null", "none", true},
		"an origin that only begins like ours":         {site + ".evil.example", "", true},
		"ours by another scheme's name":                {"data:text/html,x", "", true},
		"two that do not agree":                        {evil, "same-origin", true},
		"ours without TLS":                             {"http://login.example.com", "", true},
		"ours in other letters":                        {"HTTPS://Login.Example.com", "Same-Origin", false},
		"a page of ours, with no-referrer":             {"null", "same-origin", false},
		"a page of ours":                               {site, "same-origin", false},
		"a page of ours, in an old browser":            {site, "", false},
		"one from a program that is no browser":        {"", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := w.signedIn(t)
			held := b.cookie(t, "/admin", sessionCookie)
			resetting := w.browser(t)
			resetting.get(t, w.link(t))
			queued := w.queued()
			for _, f := range []struct {
				from       *browser
				path, form string
			}{
				{b, "/admin", "first_name=Eve"},
				{resetting, "/admin/reset-password", "password=chosen+by+eve&repeated=chosen+by+eve"},
				{w.browser(t), "/admin/login", "email=ann%40example.com&password=chosen+by+eve"},
				{b, "/admin/forgot-password", "email=ann%40example.com"},
				{b, "/admin/logout", ""},
				{b, "/admin/link", "provider=GitHub"},
				{b, "/admin/unlink", "provider=GitHub"},
			} {
				got := f.from.do(t, http.MethodPost, f.path, strings.NewReader(f.form),
					"Content-Type", "application/x-www-form-urlencoded", "Origin", c.origin, "Sec-Fetch-Site", c.site)
				if c.refused {
					failed := "(Origin)"
					if c.site != "" && !strings.EqualFold(c.site, "same-origin") {
						failed = "(Sec-Fetch-Site)"
					}
					got.shows(t, http.StatusForbidden, "sent by another site", failed)
				} else if got.status == http.StatusForbidden {
					t.Errorf("%s was refused\n%s", f.path, got.body)
				}
			}
			if !c.refused {
				return
			}
			if u := w.ann(t); u.FirstName != "" || w.queued() != queued {
				t.Errorf("got first name %q and %d letters, want no change", u.FirstName, w.queued()-queued)
			}
			if b.cookie(t, "/admin", sessionCookie) != held {
				t.Error("the session cookie changed")
			}
			b.get(t, "/admin").shows(t, http.StatusOK, annEmail)
			w.browser(t).post(t, "/admin/login", "email", annEmail, "password", password).leadsTo(t, "/admin")
		})
	}
}

// TestSecurity45_NoTokenInTheQueryOfAPage: taking access_token of the query into the
// Credential of visitor turns it red.
func TestSecurity45_NoTokenInTheQueryOfAPage(t *testing.T) {
	w := newWorld(t)
	held := w.signedIn(t).cookie(t, "/admin", sessionCookie)
	w.browser(t).get(t, "/admin?access_token="+held).leadsTo(t, "/admin/login")
}

// TestSecurity56_ResetTokensStayOutOfSight: answering the link with the form instead of the
// redirect in showReset turns it red.
func TestSecurity56_ResetTokensStayOutOfSight(t *testing.T) {
	w := newWorld(t)
	link := w.link(t)
	token := tokenOf(t, link)
	b := w.browser(t)

	got := b.get(t, link)
	got.leadsTo(t, "/admin/reset-password")
	cookie := got.set(resetCookie)
	if cookie == nil || cookie.Value != token || !cookie.HttpOnly || !cookie.Secure || cookie.Path != "/admin/reset-password" {
		t.Fatalf("got cookie %v, want the token out of reach of scripts and of other paths", cookie)
	}
	if b.cookie(t, "/admin/login", resetCookie) != "" {
		t.Error("the token goes with requests for other pages")
	}
	for name, got := range map[string]answer{
		"the link":          got,
		"the form":          b.get(t, "/admin/reset-password"),
		"the form, refused": b.post(t, "/admin/reset-password", "password", "short"),
	} {
		if policy := got.header.Get("Referrer-Policy"); policy != "no-referrer" {
			t.Errorf("%s: got Referrer-Policy %q, want no-referrer", name, policy)
		}
		if strings.Contains(got.body, token) || strings.Contains(got.header.Get("Location"), token) {
			t.Errorf("%s shows the token", name)
		}
		for _, foreign := range []string{"http://", "https://", `="//`, "<script", "@import"} {
			if strings.Contains(got.body, foreign) {
				t.Errorf("%s has %q in it:\n%s", name, foreign, got.body)
			}
		}
	}
	b.post(t, "/admin/reset-password", "password", newPassword, "repeated", newPassword).leadsTo(t, "/admin/login?changed")
	if strings.Contains(w.log.String(), token) {
		t.Error("the log has the token")
	}
}

// TestSecurity74_SecretsStayIn: showing User.Password on the page of the account turns it
// red.
func TestSecurity74_SecretsStayIn(t *testing.T) {
	w := newWorld(t)
	b := w.signedIn(t)
	held := b.cookie(t, "/admin", sessionCookie)
	for _, got := range []answer{
		b.get(t, "/admin"),
		b.post(t, "/admin", "first_name", strings.Repeat("x", 51)),
		w.browser(t).post(t, "/admin/login", "email", annEmail, "password", "wrong horse"),
	} {
		got.hides(t, w.ann(t).Password, held, "wrong horse")
	}
	for _, secret := range []string{w.ann(t).Password, held, password, "wrong horse"} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// TestSecurity89_NothingIsKept: dropping Cache-Control in protect turns it red.
func TestSecurity89_NothingIsKept(t *testing.T) {
	everyAnswer(t, func(t *testing.T, got answer) {
		if control := got.header.Get("Cache-Control"); control != "no-store" {
			t.Errorf("status %d: got Cache-Control %q, want no-store", got.status, control)
		}
	})
}

// TestSecurity90_BrowsersAreToldWhatNotToDo: dropping frame-ancestors from policy turns it
// red, as does any other line of protect.
func TestSecurity90_BrowsersAreToldWhatNotToDo(t *testing.T) {
	everyAnswer(t, func(t *testing.T, got answer) {
		for name, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "no-referrer",
			"Strict-Transport-Security":    "max-age=31536000",
			"X-Content-Type-Options":       "nosniff",
		} {
			if values := got.header.Values(name); len(values) != 1 || values[0] != want {
				t.Errorf("%s: got %q, want %q", name, values, want)
			}
		}
		for _, inline := range []string{"<script", "<style", " style=", " onclick=", " onload=", "javascript:"} {
			if strings.Contains(got.body, inline) {
				t.Errorf("the page has %q, which its policy does not let in", inline)
			}
		}
	})
}
