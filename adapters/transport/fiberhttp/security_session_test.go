package fiberhttp_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// TestSecurity01_SameAnswerForUnknownAddress: an unknown address and a wrong password get
// the same answer, byte for byte, but for what differs between any two answers.
//
// Red when verifyPassword in core/auth/login.go answers FORBIDDEN for a suspended account.
func TestSecurity01_SameAnswerForUnknownAddress(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	w.seed(t, "gone@example.com", func(u *domain.User) { u.Status = domain.StatusSuspended })
	answer := func(email string) response {
		got := w.do(t, post("/auth/login", map[string]any{"email": email, "password": "wrong", "mode": "session"}))
		for _, own := range []string{"X-Request-Id", "Date"} {
			got.header.Del(own)
		}
		return got
	}
	want := answer("ann@example.com")
	for _, email := range []string{"nobody@example.com", "gone@example.com"} {
		got := answer(email)
		if got.status != want.status || string(got.body) != string(want.body) || fmt.Sprint(got.header) != fmt.Sprint(want.header) {
			t.Errorf("%s: got %d %v %s, want %d %v %s", email, got.status, got.header, got.body, want.status, want.header, want.body)
		}
	}
}

// TestSecurity09_ForgedForwardedFor: nobody gets a fresh bucket by a header, unless a proxy
// of ours has written it.
//
// Red when client in proxies.go does not call trusts, or takes the first hop of a line, or the
// first line, before the last.
func TestSecurity09_ForgedForwardedFor(t *testing.T) {
	settings := unlimited()
	settings.LoginAddress = port.Limit{Burst: 3, Every: 60e9}
	guess := func(t *testing.T, w world, n int, header http.Header) response {
		t.Helper()
		return w.do(t, call{
			method: http.MethodPost, path: "/auth/login", header: header,
			body: map[string]any{"email": fmt.Sprintf("user%d@example.com", n), "password": "wrong"},
		})
	}
	forged := func(n int) string { return fmt.Sprintf("198.51.100.%d", n) }

	t.Run("without trusted proxies no header counts", func(t *testing.T) {
		w := newWorld(t, settings)
		for n := range 3 {
			wantFailure(t, guess(t, w, n, nil), 401, domain.InvalidCredentials)
		}
		for n, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "X-Client-Ip", "X-Forwarded", "Via"} {
			value := forged(n)
			if name == "Forwarded" {
				value = "for=" + value
			}
			wantFailure(t, guess(t, w, n, http.Header{name: {value}}), 429, domain.RequestsExceeded)
		}
	})
	t.Run("behind a trusted proxy what the client wrote itself does not count", func(t *testing.T) {
		w := newWorld(t, settings, func(c *fiberhttp.Config) {
			c.TrustedProxies = fiberhttp.Proxies{Ranges: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
		})
		for n := range 3 {
			wantFailure(t, guess(t, w, n, http.Header{"X-Forwarded-For": {forged(n) + ", 203.0.113.7"}}), 401, domain.InvalidCredentials)
		}
		wantFailure(t, guess(t, w, 4, http.Header{"X-Forwarded-For": {forged(4) + ", 203.0.113.7"}}), 429, domain.RequestsExceeded)
		wantFailure(t, guess(t, w, 5, http.Header{"X-Forwarded-For": {forged(5), "203.0.113.7"}}), 429, domain.RequestsExceeded)
		wantFailure(t, guess(t, w, 6, http.Header{"X-Forwarded-For": {"203.0.113.7, " + forged(6)}}), 401, domain.InvalidCredentials)
	})
	t.Run("the audit trail has the address that counts", func(t *testing.T) {
		w := newWorld(t, settings)
		guess(t, w, 0, http.Header{"X-Forwarded-For": {"198.51.100.9"}})
		if events := w.events(t); len(events) != 1 || events[0].Client.IP != "127.0.0.1" {
			t.Errorf("got %+v, want one event from 127.0.0.1", events)
		}
	})
}

// events returns the audit trail.
func (w world) events(t testing.TB) []domain.Event {
	t.Helper()
	events, err := w.store.Events().List(t.Context(), "", 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// TestSecurity32_LoginMakesAFreshSession: a value that the client chose never becomes its
// session.
//
// Red when answerTokens sends the session cookie that came with the request, if one did.
func TestSecurity32_LoginMakesAFreshSession(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	chosen := strings.Repeat("A", 64)
	_, first := w.login(t, "ann@example.com", domain.ModeSession)
	earlier := first.cookies[sessionCookie]
	for mode, name := range map[domain.Mode]string{domain.ModeCookie: refreshCookie, domain.ModeSession: sessionCookie} {
		for _, value := range []string{chosen, earlier} {
			got := w.do(t, call{method: http.MethodPost, path: "/auth/login", body: credentials("mode", mode), cookie: &http.Cookie{Name: name, Value: value}})
			if set := got.cookies[name]; got.status != 200 || set == "" || set == value {
				t.Errorf("%s: got %d and the cookie that came, want 200 and a fresh one", mode, got.status)
			}
		}
	}
	body := `{"mode":"cookie"}`
	wantFailure(t, w.do(t, call{method: http.MethodPost, path: "/auth/refresh", body: body, cookie: &http.Cookie{Name: refreshCookie, Value: chosen}}), 401, domain.InvalidCredentials)
}

// TestSecurity34_Cookies: scripts, plain connections and other sites do not get at a
// token.
//
// Red when field in httpedge/cookie.go leaves an attribute out, or answerTokens shows t.Refresh in
// cookie mode.
func TestSecurity34_Cookies(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	for mode, name := range map[domain.Mode]string{domain.ModeCookie: refreshCookie, domain.ModeSession: sessionCookie} {
		_, got := w.login(t, "ann@example.com", mode)
		refreshed := w.do(t, call{
			method: http.MethodPost, path: "/auth/refresh", body: map[string]any{"mode": mode},
			cookie: &http.Cookie{Name: name, Value: got.cookies[name]},
		})
		if device := got.cookies[deviceCookie]; device == "" || strings.Contains(string(got.body), device) {
			t.Errorf("%s: got a device of %d characters, or the answer shows it to scripts", mode, len(device))
		}
		for _, got := range []response{got, refreshed} {
			cookie, err := http.ParseSetCookie(got.header.Get("Set-Cookie"))
			if err != nil {
				t.Fatalf("%s: %v", mode, err)
			}
			if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge <= 0 {
				t.Errorf("%s: got %q, want HttpOnly, Secure, SameSite=Lax, Path=/, Max-Age and no Domain", mode, got.header.Get("Set-Cookie"))
			}
			if strings.Contains(string(got.body), cookie.Value) {
				t.Errorf("%s: the answer shows the cookie's value to scripts", mode)
			}
			if slices.Contains(dataMembers(t, got), "refresh_token") {
				t.Errorf("%s: the answer has a refresh_token", mode)
			}
		}
	}
}

// TestSecurity35_CrossSiteRequests: a page of another site can neither renew, end, start nor
// use a session by the cookie that the browser sends along.
//
// Red without the call of refuseCrossSite in decodeRefresh, login or authenticate, and when
// httpedge.IsOwnOrigin compares prefixes, suffixes, or hosts without their scheme.
func TestSecurity35_CrossSiteRequests(t *testing.T) {
	w := newWorld(t, unlimited())
	user := w.seed(t, "ann@example.com")
	_, got := w.login(t, "ann@example.com", domain.ModeCookie)
	carry := refreshCookie + "=" + got.cookies[refreshCookie]
	_, got = w.login(t, "ann@example.com", domain.ModeSession)
	stay := sessionCookie + "=" + got.cookies[sessionCookie]
	own := strings.TrimPrefix(w.client.URL, "http://")

	requests := map[string]func(header http.Header) call{
		"logout by refresh cookie": func(h http.Header) call {
			return call{method: http.MethodPost, path: "/auth/logout", body: `{}`, header: with(h, carry)}
		},
		"refresh by refresh cookie": func(h http.Header) call {
			return call{method: http.MethodPost, path: "/auth/refresh", body: `{}`, header: with(h, carry)}
		},
		"refresh by session cookie": func(h http.Header) call {
			return call{method: http.MethodPost, path: "/auth/refresh", body: `{"mode":"session"}`, header: with(h, stay)}
		},
		"logout by session cookie": func(h http.Header) call {
			return call{method: http.MethodPost, path: "/auth/logout", body: `{"mode":"session"}`, header: with(h, stay)}
		},
		"PATCH by session cookie": func(h http.Header) call {
			return call{method: http.MethodPatch, path: "/users/me", body: `{"last_name":"Evil"}`, header: with(h, stay)}
		},
		"login that sets a cookie": func(h http.Header) call {
			return call{method: http.MethodPost, path: "/auth/login", body: credentials("mode", "session"), header: with(h, "")}
		},
	}
	for name, request := range requests {
		t.Run(name, func(t *testing.T) {
			for _, header := range []http.Header{
				{"Origin": {"https://evil.example"}},
				{"Origin": {"null"}},
				{"Origin": {"https://login.example.com.evil.example"}},
				{"Origin": {"https://evil-login.example.com"}},
				{"Origin": {"https://evil.login.example.com"}},
				{"Origin": {"https://login.example.com:8443"}},
				{"Origin": {"https://login.example.com@evil.example"}},
				{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"same-origin"}},
				{"Origin": {"https://evil.example"}, "X-Forwarded-Host": {"evil.example"}},
				{"Sec-Fetch-Site": {"cross-site"}},
				{"Sec-Fetch-Site": {"same-site"}},
				{"Sec-Fetch-Site": {"Cross-Site"}},
			} {
				got := w.do(t, request(header))
				if failed := failureIn(t, got); got.status != 403 || failed.code() != domain.Forbidden {
					t.Errorf("%v: got %d %s, want 403 FORBIDDEN", header, got.status, failed.code())
				}
				if set := got.header["Set-Cookie"]; set != nil {
					t.Errorf("%v: got %q, want no cookie", header, set)
				}
			}
		})
	}
	stored, err := w.store.Repos().Users.ByID(t.Context(), user.ID)
	if err != nil || stored.LastName != "" {
		t.Errorf("got last name %q, %v, want nothing changed", stored.LastName, err)
	}
	t.Run("Host decides, but not over the scheme of PublicURL", func(t *testing.T) {
		for origin, want := range map[string]int{
			"https://login.example.com": 204,
			"http://login.example.com":  403,
			"https://other.example.com": 403,
		} {
			answers := w.exchange(t, "POST /auth/logout HTTP/1.1\r\nHost: login.example.com\r\nConnection: close\r\nCookie: "+refreshCookie+"=x\r\nOrigin: "+origin+"\r\n\r\n")
			if len(answers) != 1 || answers[0].status != want {
				t.Errorf("%s: got %v, want %d", origin, answers, want)
			}
		}
	})
	t.Run("requests of our own pages and of programs go through", func(t *testing.T) {
		for _, header := range []http.Header{
			{"Origin": {"https://login.example.com"}, "Sec-Fetch-Site": {"same-origin"}},
			{"Origin": {"HTTPS://Login.Example.com"}},
			{"Origin": {"http://" + own}},
			{"Sec-Fetch-Site": {"none"}},
			{},
		} {
			got := w.do(t, requests["PATCH by session cookie"](header))
			if got.status != 200 {
				t.Errorf("%v: got %d %s, want 200", header, got.status, got.body)
			}
		}
	})
	t.Run("a token that a page must know is no cookie, and may come from anywhere", func(t *testing.T) {
		held, _ := w.login(t, "ann@example.com", domain.ModeJSON)
		refresh := post("/auth/refresh", map[string]any{"refresh_token": held.RefreshToken})
		refresh.header = http.Header{"Origin": {"https://app.example.org"}, "Sec-Fetch-Site": {"cross-site"}}
		if got := w.do(t, refresh); got.status != 200 {
			t.Errorf("got %d %s, want 200", got.status, got.body)
		}
	})
	t.Run("a request that changes nothing may come from anywhere", func(t *testing.T) {
		me := get("/users/me")
		me.header = with(http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}}, stay)
		if got := w.do(t, me); got.status != 200 {
			t.Errorf("got %d %s, want 200", got.status, got.body)
		}
	})
}

// TestSecurity35_ForeignPagesUseUpNoDevice: a page of another site has no share in the
// attempts and mails that the browser's device has for itself.
//
// Red when device in crosssite.go returns the cookie without a look at where the request
// comes from, and when requestReset or decodeLogin reads the cookie by itself.
func TestSecurity35_ForeignPagesUseUpNoDevice(t *testing.T) {
	settings := auth.DefaultSettings()
	settings.LoginAccount, settings.ResetAccount = port.Limit{Burst: 1, Every: time.Hour}, port.Limit{Burst: 1, Every: time.Hour}
	for name, test := range map[string]struct {
		path           string
		body           map[string]any
		allowed, after int // the status of what is within the limits, and of what is not
	}{
		"request for a mail": {"/auth/password/request", map[string]any{"email": "ann@example.com"}, 204, 429},
		"login":              {"/auth/login", map[string]any{"email": "ann@example.com", "password": "wrong"}, 401, 429},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, settings)
			w.seed(t, "ann@example.com")
			_, got := w.login(t, "ann@example.com", domain.ModeCookie)
			device := deviceCookie + "=" + got.cookies[deviceCookie]
			ask := func(header http.Header) int {
				t.Helper()
				return w.do(t, call{method: http.MethodPost, path: test.path, body: test.body, header: with(header, device)}).status
			}
			foreign := []http.Header{
				{"Origin": {"https://evil.example"}},
				{"Origin": {"null"}},
				{"Sec-Fetch-Site": {"cross-site"}},
				{"Sec-Fetch-Site": {"same-site"}},
			}
			if got := ask(foreign[0]); got != test.allowed { // as a stranger's
				t.Fatalf("first from a foreign page: got %d, want %d", got, test.allowed)
			}
			for _, header := range foreign {
				if got := ask(header); got != test.after {
					t.Errorf("%v: got %d, want %d", header, got, test.after)
				}
			}
			own := http.Header{"Origin": {"https://login.example.com"}, "Sec-Fetch-Site": {"same-origin"}}
			if got := ask(own); got != test.allowed {
				t.Errorf("from our own page: got %d, want %d", got, test.allowed)
			}
		})
	}
}

// with returns the header with a Cookie, if that is not empty.
func with(header http.Header, cookie string) http.Header {
	header = header.Clone()
	if cookie != "" {
		header.Set("Cookie", cookie)
	}
	return header
}

// TestSecurity35_FormsCarryNoToken: what a form can send is never read, so a form holds no
// credential.
//
// Red when hasJSONBody takes text/plain for JSON.
func TestSecurity35_FormsCarryNoToken(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"} {
		asked := post("/auth/login", credentials("mode", "session"))
		asked.contentType = contentType
		wantFailure(t, w.do(t, asked), 400, domain.InvalidPayload)
	}
}

// TestSecurity35_FormsMoveNoCookie is about browsers that say nothing of where a request
// comes from: what a form can send moves no cookie. Dropping the look at Content-Type in
// refuseCrossSite turns it red.
func TestSecurity35_FormsMoveNoCookie(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	_, got := w.login(t, "ann@example.com", domain.ModeCookie)
	carry := http.Header{"Cookie": {refreshCookie + "=" + got.cookies[refreshCookie]}}
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"} {
		for _, path := range []string{"/auth/refresh", "/auth/logout"} {
			for _, body := range []string{"", "a=b"} {
				wantFailure(t, w.do(t, call{method: http.MethodPost, path: path, contentType: contentType, body: body, header: carry}), 403, domain.Forbidden)
			}
		}
	}
	if got := w.do(t, call{method: http.MethodPost, path: "/auth/refresh", header: carry}); got.status != http.StatusOK {
		t.Errorf("a request without body and type: status %d, %s", got.status, got.body)
	}
}
