package fiberhttp_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// refreshRules are those of POST /auth/refresh.
func refreshRules() []rule {
	noSource := map[string]string{"field": "refresh_token"}
	return []rule{
		{name: "§3 refresh", rows: []row{
			{name: "json mode and the cookie only", call: func(s scene) call { return refreshing(`{"mode":"json"}`, &s.carry) }, status: 400, code: domain.InvalidPayload, extension: noSource},
			{name: "cookie mode and the body only", call: func(s scene) call {
				return refreshing(map[string]any{"mode": "cookie", "refresh_token": s.json.RefreshToken}, nil)
			}, status: 400, code: domain.InvalidPayload, extension: noSource},
			{name: "session mode and the refresh cookie only", call: func(s scene) call { return refreshing(`{"mode":"session"}`, &s.carry) }, status: 400, code: domain.InvalidPayload, extension: noSource},
			{name: "body without a mode is json", call: func(s scene) call { return refreshing(map[string]any{"refresh_token": s.json.RefreshToken}, nil) }, status: 200, members: []string{"access_token", "expires", "refresh_token"}},
			{name: "body goes before the cookie", call: func(s scene) call {
				return refreshing(map[string]any{"refresh_token": s.json.RefreshToken}, &s.carry)
			}, status: 200, members: []string{"access_token", "expires", "refresh_token"}},
			{name: "no mode and no body is cookie", call: func(s scene) call { return refreshing(nil, &s.carry) }, status: 200, members: []string{"access_token", "expires"}, cookies: []string{refreshCookieSet}},
			{name: "an empty object is cookie", call: func(s scene) call { return refreshing(`{}`, &s.carry) }, status: 200, members: []string{"access_token", "expires"}, cookies: []string{refreshCookieSet}},
			{name: "cookie", call: func(s scene) call { return refreshing(`{"mode":"cookie"}`, &s.carry) }, status: 200, members: []string{"access_token", "expires"}, cookies: []string{refreshCookieSet}},
			{name: "session", call: func(s scene) call { return refreshing(`{"mode":"session"}`, &s.stay) }, status: 200, members: []string{"expires"}, cookies: []string{sessionCookieSet}},
		}},
		{name: "§4 mode of the session cookie", rows: []row{
			{name: "session cookie without its mode", call: func(s scene) call { return refreshing(`{}`, &s.stay) }, status: 400, code: domain.InvalidPayload, extension: noSource},
		}},
		{name: "§4 settings of the cookies", also: cookieSettings},
		{name: "§4 race of the session cookie", also: raceOfTheSessionCookie},
		{name: "§7 refresh with nothing", rows: []row{
			{name: "none", call: always(refreshing(nil, nil)), status: 400, code: domain.InvalidPayload, extension: noSource},
			{name: "none in an empty object", call: always(refreshing(`{}`, nil)), status: 400, code: domain.InvalidPayload, extension: noSource},
			{name: "empty", call: always(refreshing(`{"refresh_token":""}`, nil)), status: 400, code: domain.InvalidPayload, extension: noSource},
			{name: "in the query", call: func(s scene) call {
				return call{method: http.MethodPost, path: "/auth/refresh?refresh_token=" + s.json.RefreshToken}
			}, status: 400, code: domain.InvalidPayload, extension: noSource},
		}},
		{name: "§7 refresh with a token that is no good", rows: []row{
			{name: "unknown", call: always(refreshing(`{"refresh_token":"unknown"}`, nil)), status: 401, code: domain.InvalidCredentials, message: "Invalid user credentials."},
			{name: "an access token", call: func(s scene) call { return refreshing(map[string]any{"refresh_token": s.json.AccessToken}, nil) }, status: 401, code: domain.InvalidCredentials},
		}, also: deadRefreshTokens},
		{name: "§7 refresh token that is used twice", also: refreshedTwice},
		{name: "§7 refresh in an unknown mode", rows: []row{
			{name: "unknown mode", call: func(s scene) call { return refreshing(`{"mode":"x"}`, &s.carry) }, status: 400, code: domain.InvalidPayload},
		}},
	}
}

func refreshing(body any, cookie *http.Cookie) call {
	return call{method: http.MethodPost, path: "/auth/refresh", body: body, cookie: cookie}
}

func deadRefreshTokens(t *testing.T, s scene) {
	s.do(t, refreshing(map[string]any{"refresh_token": s.json.RefreshToken}, nil))
	t.Run("rotated long ago", func(t *testing.T) {
		s.clock.Advance(time.Minute)
		defer s.clock.Advance(-time.Minute)
		wantFailure(t, s.do(t, refreshing(map[string]any{"refresh_token": s.json.RefreshToken}, nil)), 401, domain.InvalidCredentials)
	})
	t.Run("logged out", func(t *testing.T) {
		held, _ := s.login(t, "bob@example.com", domain.ModeJSON)
		s.do(t, post("/auth/logout", map[string]any{"refresh_token": held.RefreshToken}))
		wantFailure(t, s.do(t, refreshing(map[string]any{"refresh_token": held.RefreshToken}, nil)), 401, domain.InvalidCredentials)
	})
	t.Run("expired", func(t *testing.T) {
		held, _ := s.login(t, "bob@example.com", domain.ModeJSON)
		s.clock.Advance(7 * 24 * time.Hour)
		defer s.clock.Advance(-7 * 24 * time.Hour)
		wantFailure(t, s.do(t, refreshing(map[string]any{"refresh_token": held.RefreshToken}, nil)), 401, domain.InvalidCredentials)
	})
}

// refreshedTwice: of two tabs that refresh at once both go on; of a token that comes back later
// nobody knows who stole it.
func refreshedTwice(t *testing.T, s scene) {
	again := func() (tokens, response) {
		got := s.do(t, refreshing(map[string]any{"refresh_token": s.json.RefreshToken}, nil))
		var next tokens
		if got.status == 200 {
			if err := got.data(&next); err != nil {
				t.Fatal(err)
			}
		}
		return next, got
	}
	first, _ := again()
	second, got := again()
	if got.status != 200 || second.RefreshToken != first.RefreshToken {
		t.Errorf("at once: got %d, want 200 and the same successor", got.status)
	}
	s.clock.Advance(11 * time.Second)
	_, got = again()
	wantFailure(t, got, 401, domain.InvalidCredentials)
	wantFailure(t, s.do(t, refreshing(map[string]any{"refresh_token": first.RefreshToken}, nil)), 401, domain.InvalidCredentials)
	wantFailure(t, s.do(t, bearing("Bearer "+first.AccessToken)), 401, domain.InvalidCredentials)
}

// logoutRules are those of POST /auth/logout.
func logoutRules() []rule {
	logout := func(body any, cookie string) call {
		c := post("/auth/logout", body)
		if cookie != "" {
			c.header = http.Header{"Cookie": {cookie}}
		}
		return c
	}
	return []rule{
		{name: "§3 logout", rows: []row{
			{name: "no source", call: always(logout(nil, "")), status: 400, code: domain.InvalidPayload},
			{name: "cookie mode without a cookie", call: always(logout(`{"mode":"cookie","refresh_token":"x"}`, "")), status: 400, code: domain.InvalidPayload},
			{name: "unknown token", call: always(logout(`{"refresh_token":"unknown"}`, "")), status: 204},
			{name: "by body", call: func(s scene) call { return logout(map[string]any{"refresh_token": s.json.RefreshToken}, "") }, status: 204},
			{name: "by body, twice", call: func(s scene) call { return logout(map[string]any{"refresh_token": s.json.RefreshToken}, "") }, status: 204},
		}},
		{name: "§4 clearing", rows: []row{
			{name: "no source takes no cookie away", call: always(logout(`{"mode":"json"}`, refreshCookie+"=x")), status: 400, code: domain.InvalidPayload},
			{name: "by refresh cookie, which is taken away", call: func(s scene) call { return logout(nil, refreshCookie+"="+s.carry.Value) }, status: 204, cookies: []string{refreshCookieGone}},
			{name: "by session cookie, which is taken away", call: func(s scene) call { return logout(`{"mode":"session"}`, sessionCookie+"="+s.stay.Value) }, status: 204, cookies: []string{sessionCookieGone}},
			{name: "both cookies are taken away, whichever was the source", call: always(logout(`{"mode":"cookie"}`, refreshCookie+"=x; "+sessionCookie+"=y")), status: 204, cookies: []string{refreshCookieGone, sessionCookieGone}},
			{name: "the device cookie stays", call: always(logout(`{"refresh_token":"x"}`, deviceCookie+"=x")), status: 204},
			{name: "by body, both cookies are taken away", call: always(logout(`{"refresh_token":"x"}`, refreshCookie+"=x; "+sessionCookie+"=y")), status: 204, cookies: []string{refreshCookieGone, sessionCookieGone}},
		}},
	}
}

func cookieSettings(t *testing.T, _ scene) {
	for _, test := range []struct {
		name    string
		change  func(*fiberhttp.Config)
		refresh string
		session string
		device  string
		gone    []string
	}{
		{
			"4 with a domain", func(c *fiberhttp.Config) {
				c.RefreshCookie.Domain, c.SessionCookie.Domain = "example.com", "login.example.com"
			},
			"directus_refresh_token=*; Max-Age=604800; Domain=example.com; Path=/; Expires=Sat, 21 Mar 2026 09:26:53 GMT; HttpOnly; Secure; SameSite=Lax",
			"directus_session_token=*; Max-Age=86400; Domain=login.example.com; Path=/; Expires=Sun, 15 Mar 2026 09:26:53 GMT; HttpOnly; Secure; SameSite=Lax",
			"sallyport_device=*; Max-Age=2592000; Domain=login.example.com; Path=/; Expires=Mon, 13 Apr 2026 09:26:53 GMT; HttpOnly; Secure; SameSite=Lax",
			[]string{
				"directus_refresh_token=; Max-Age=0; Domain=example.com; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax",
				"directus_session_token=; Max-Age=0; Domain=login.example.com; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax",
			},
		},
		{
			"4 without TLS", func(c *fiberhttp.Config) { c.RefreshCookie.Insecure, c.SessionCookie.Insecure = true, true },
			"directus_refresh_token=*; Max-Age=604800; Path=/; Expires=Sat, 21 Mar 2026 09:26:53 GMT; HttpOnly; SameSite=Lax",
			"directus_session_token=*; Max-Age=86400; Path=/; Expires=Sun, 15 Mar 2026 09:26:53 GMT; HttpOnly; SameSite=Lax",
			"sallyport_device=*; Max-Age=2592000; Path=/; Expires=Mon, 13 Apr 2026 09:26:53 GMT; HttpOnly; SameSite=Lax",
			[]string{
				"directus_refresh_token=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax",
				"directus_session_token=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax",
			},
		},
		{
			"4 with other names and another SameSite", func(c *fiberhttp.Config) {
				c.RefreshCookie.Name, c.SessionCookie.Name = "renew", "stay"
				c.RefreshCookie.SameSite, c.SessionCookie.SameSite = "Strict", "None"
			},
			"renew=*; Max-Age=604800; Path=/; Expires=Sat, 21 Mar 2026 09:26:53 GMT; HttpOnly; Secure; SameSite=Strict",
			"stay=*; Max-Age=86400; Path=/; Expires=Sun, 15 Mar 2026 09:26:53 GMT; HttpOnly; Secure; SameSite=None",
			"sallyport_device=*; Max-Age=2592000; Path=/; Expires=Mon, 13 Apr 2026 09:26:53 GMT; HttpOnly; Secure; SameSite=Lax",
			[]string{
				"renew=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict",
				"stay=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=None",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, unlimited(), test.change)
			w.seed(t, "ann@example.com")
			_, got := w.login(t, "ann@example.com", domain.ModeCookie)
			if set := blanked(got.header["Set-Cookie"]); !slices.Equal(set, []string{test.refresh, test.device}) {
				t.Errorf("refresh cookie: got %q, want %q and %q", set, test.refresh, test.device)
			}
			carried := got.header.Get("Set-Cookie")
			_, got = w.login(t, "ann@example.com", domain.ModeSession)
			if set := blanked(got.header["Set-Cookie"]); !slices.Equal(set, []string{test.session, test.device}) {
				t.Errorf("session cookie: got %q, want %q and %q", set, test.session, test.device)
			}
			out := post("/auth/logout", nil)
			out.header = http.Header{"Cookie": {nameAndValue(t, carried) + "; " + nameAndValue(t, got.header.Get("Set-Cookie"))}}
			got = w.do(t, out)
			if set := got.header["Set-Cookie"]; !slices.Equal(set, test.gone) {
				t.Errorf("logout: got %q, want %q", set, test.gone)
			}
		})
	}
}

// TestCookieNames: no cookie overwrites another.
func TestCookieNames(t *testing.T) {
	for _, names := range [][2]string{{"same", "same"}, {deviceCookie, "stay"}, {"renew", deviceCookie}, {sessionCookie, ""}} {
		server, err := fiberhttp.New(fiberhttp.Config{
			PublicURL:     &url.URL{Scheme: "https", Host: "login.example.com"},
			RefreshCookie: fiberhttp.Cookie{Name: names[0]}, SessionCookie: fiberhttp.Cookie{Name: names[1]},
		}, nil)
		if err == nil || server != nil {
			t.Errorf("%q: got server %t and error %v, want an error", names, server != nil, err)
		}
	}
}

// nameAndValue returns what a client sends back of a Set-Cookie line.
func nameAndValue(t testing.TB, line string) string {
	t.Helper()
	cookie, err := http.ParseSetCookie(line)
	if err != nil {
		t.Fatal(err)
	}
	return cookie.Name + "=" + cookie.Value
}
