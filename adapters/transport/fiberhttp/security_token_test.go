package fiberhttp_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity44_HugeTokens: a token of any size and shape is refused, soon, and without
// anything being read for it.
//
// Red when maxHeader in server.go is a gigabyte, or BodyLimit is not set there.
func TestSecurity44_HugeTokens(t *testing.T) {
	w := newWorld(t, unlimited())
	for name, token := range map[string]string{
		"dots":                  strings.Repeat(".", 12<<10),
		"letters":               strings.Repeat("a", 12<<10),
		"ours, with many parts": "fake." + strings.Repeat("a.", 6<<10),
		"more than a header":    strings.Repeat(".", 1<<20),
		"no end to it":          strings.Repeat("a", 8<<20),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			w.calls.Reset()
			for _, got := range []func() (response, error){
				func() (response, error) {
					return w.client.do(t.Context(), call{method: http.MethodGet, path: "/users/me", bearer: token})
				},
				func() (response, error) {
					return w.client.do(t.Context(), get("/users/me?access_token="+token))
				},
				func() (response, error) {
					return w.client.do(t.Context(), call{method: http.MethodGet, path: "/users/me", cookie: &http.Cookie{Name: sessionCookie, Value: token}})
				},
				func() (response, error) {
					return w.client.do(t.Context(), post("/auth/refresh", map[string]any{"refresh_token": token}))
				},
			} {
				answer, err := got()
				switch {
				case len(token) > 100<<10 && answer.status == 0:
					// Cut off while it was still sending, as it may be.
				case answer.status == 0:
					t.Errorf("got no answer: %v", err)
				case len(token) > 100<<10:
					wantFailure(t, answer, 400, domain.InvalidPayload)
				default:
					wantFailure(t, answer, 401, domain.InvalidCredentials)
				}
			}
			for _, called := range w.calls.Calls() {
				if called != "Verifier.Verify" || len(token) > 100<<10 {
					t.Errorf("%s was called for a token that is none", called)
				}
			}
			if took := time.Since(began); took > patience {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestSecurity45_TokenInTheQuery: it is never taken beside another, of either way, its answer is kept by
// nobody, it is in no log, and no refresh token is taken there.
//
// Red when requestPath returns URI().RequestURI(), presented drops the query where there is a
// header, or takes the first of several, protect leaves Cache-Control out, or decodeRefresh reads c.Query.
func TestSecurity45_TokenInTheQuery(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	held, _ := w.login(t, "ann@example.com", domain.ModeJSON)

	both := get("/users/me?access_token=" + held.AccessToken)
	both.bearer = held.AccessToken
	wantFailure(t, w.do(t, both), 400, domain.InvalidPayload)
	both = get("/users/me?access_token=" + held.AccessToken)
	both.bearer = "another"
	wantFailure(t, w.do(t, both), 400, domain.InvalidPayload)
	for name, two := range map[string]call{
		"header":                    {path: "/users/me", header: http.Header{"Authorization": {"Bearer " + held.AccessToken, "Bearer another"}}},
		"header and another scheme": {path: "/users/me", header: http.Header{"Authorization": {"Basic YTpi", "Bearer " + held.AccessToken}}},
		"query":                     {path: "/users/me?access_token=" + held.AccessToken + "&access_token=another"},
		"query, the first is empty": {path: "/server/info?access_token=&access_token=" + held.AccessToken},
		"query of a login":          {path: "/auth/nowhere?access_token=&access_token=" + held.AccessToken},
	} {
		two.method = http.MethodGet
		if got := w.do(t, two); got.status != 400 || failureIn(t, got).code() != domain.InvalidPayload {
			t.Errorf("two of %s: got %d %s, want 400 INVALID_PAYLOAD", name, got.status, got.body)
		}
	}

	got := w.do(t, get("/users/me?access_token="+held.AccessToken))
	if got.status != 200 || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d with Cache-Control %q, want 200 with no-store", got.status, got.header.Get("Cache-Control"))
	}
	for _, path := range []string{"/nowhere", "/auth/login", "/server/ping", "/users/me"} {
		w.do(t, get(path+"?access_token="+held.AccessToken+"x"))
	}
	for _, path := range []string{"/auth/refresh", "/auth/logout"} {
		for _, name := range []string{"refresh_token", refreshCookie} {
			wantFailure(t, w.do(t, post(path+"?"+name+"="+held.RefreshToken, nil)), 400, domain.InvalidPayload)
		}
	}
	if log := w.log.String(); !strings.Contains(log, "/users/me") || strings.Contains(log, held.AccessToken) || strings.Contains(log, held.RefreshToken) {
		t.Error("the log holds a token, or nothing at all")
	}
}
