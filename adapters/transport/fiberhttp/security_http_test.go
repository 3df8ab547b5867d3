package fiberhttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// anyRequests are requests of every kind of answer there is.
func anyRequests(t testing.TB, w world) map[string]call {
	t.Helper()
	w.seed(t, "ann@example.com")
	held, _ := w.login(t, "ann@example.com", domain.ModeJSON)
	_, got := w.login(t, "ann@example.com", domain.ModeSession)
	return map[string]call{
		"login":           post("/auth/login", credentials()),
		"login by cookie": post("/auth/login", credentials("mode", "cookie")),
		"wrong password":  post("/auth/login", credentials("password", "wrong")),
		"malformed":       post("/auth/login", `{`),
		"too large":       post("/auth/login", strings.Repeat("a", 200<<10)),
		"encoded":         {method: http.MethodPost, path: "/auth/login", header: http.Header{"Content-Encoding": {"gzip"}}, body: "x"},
		"refresh":         post("/auth/refresh", map[string]any{"refresh_token": held.RefreshToken}),
		"logout":          post("/auth/logout", `{"refresh_token":"x"}`),
		"me":              {method: http.MethodGet, path: "/users/me", bearer: held.AccessToken},
		"me by query":     get("/users/me?access_token=" + held.AccessToken),
		"me by cookie":    {method: http.MethodGet, path: "/users/me", cookie: &http.Cookie{Name: sessionCookie, Value: got.cookies[sessionCookie]}},
		"me by nobody":    get("/users/me"),
		"patch":           {method: http.MethodPatch, path: "/users/me", bearer: held.AccessToken, body: `{}`},
		"bad cookie":      {method: http.MethodGet, path: "/users/me", cookie: &http.Cookie{Name: sessionCookie, Value: "x"}},
		"no route":        get("/nowhere"),
		"no method":       {method: "BREW", path: "/users/me"},
		"long header":     {method: http.MethodGet, path: "/users/me", header: http.Header{"X-Long": {strings.Repeat("a", 17<<10)}}},
		"ping":            get("/server/ping"),
		"info":            get("/server/info"),
		"health":          get("/server/health"),
		"livez":           get("/livez"),
		"readyz":          get("/readyz"),
		"preflight": {method: http.MethodOptions, path: "/auth/login", header: http.Header{
			"Origin": {"https://login.example.com"}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"content-type"},
		}},
	}
}

// TestSecurity88_NoCORS: no page of another origin is told that it may read an answer.
//
// Red when protect sets Access-Control-Allow-Origin.
func TestSecurity88_NoCORS(t *testing.T) {
	w := newWorld(t, unlimited())
	for name, asked := range anyRequests(t, w) {
		for _, origin := range []string{
			"https://evil.example", "null", "https://login.example.com.evil.example", "https://evillogin.example.com", "https://login.example.co",
			"http://login.example.com", "https://login.example.com", "*", "",
		} {
			header := http.Header{"Origin": {origin}}
			for key, values := range asked.header {
				if key != "Origin" {
					header[key] = values
				}
			}
			question := asked
			question.header = header
			got := w.do(t, question)
			for key := range got.header {
				if strings.HasPrefix(key, "Access-Control-") {
					t.Errorf("%s from %q: got %s: %q, want no such header", name, origin, key, got.header[key])
				}
			}
		}
	}
}

// TestSecurity89_NoStore: no answer is kept by a cache.
//
// Red without Cache-Control in protect, or without protect in writeError.
func TestSecurity89_NoStore(t *testing.T) {
	w := newWorld(t, unlimited())
	for name, asked := range anyRequests(t, w) {
		if got := w.do(t, asked); got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control: got %q, want no-store", name, got.header.Get("Cache-Control"))
		}
	}
}

// TestSecurity90_Headers: every answer tells browsers to take it for nothing but what it is.
//
// Red without any one of the headers in protect, or without protect in writeError.
func TestSecurity90_Headers(t *testing.T) {
	for scheme, hsts := range map[string]string{"https": "max-age=31536000", "http": ""} {
		w := newWorld(t, unlimited(), func(c *fiberhttp.Config) { c.PublicURL = &url.URL{Scheme: scheme, Host: "login.example.com"} })
		for name, asked := range anyRequests(t, w) {
			got := w.do(t, asked)
			for header, want := range map[string]string{
				"X-Content-Type-Options":    "nosniff",
				"Content-Security-Policy":   "default-src 'none'; frame-ancestors 'none'",
				"Referrer-Policy":           "no-referrer",
				"Strict-Transport-Security": hsts,
			} {
				if value := got.header.Get(header); value != want {
					t.Errorf("%s, %s: %s: got %q, want %q", scheme, name, header, value, want)
				}
			}
		}
	}
}

// TestSecurity91_NoFilesAndNoDebugging: there is nothing to find beside the routes.
//
// Red when routes has app.Static("/", ".") or Fiber's pprof middleware.
func TestSecurity91_NoFilesAndNoDebugging(t *testing.T) {
	w := newWorld(t, unlimited())
	for _, path := range []string{
		"/debug/pprof", "/debug/pprof/", "/debug/pprof/heap", "/debug/vars", "/metrics", "/monitor", "/server/specs/oas", "/swagger/index.html",
		"/.git/config", "/.env", "/go.mod", "/server.go", "/routes.go", "/users.go", "/index.html", "/admin", "/assets/x", "/files",
		"/../../../../etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "/server/ping/../../go.mod", "/server/..%5c..%5cgo.mod", "/....//....//etc/passwd", "/%00/go.mod", "/.", "/..", "/~root",
	} {
		answers := w.exchange(t, "GET "+path+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		if len(answers) != 1 {
			t.Fatalf("%s: got %d answers, want 1", path, len(answers))
		}
		checkEnvelope(t, answers[0])
		wantFailure(t, answers[0], 404, domain.RouteNotFound)
	}
}

// TestSecurity92_ErrorsShowNothingInside: no error names what the service is made of, where
// its files are, or what the request held besides its path.
//
// Red when writeError shows e.Err, when asFailure takes the text of a *fiber.Error for its
// message, and when Fiber's ServerHeader is set.
func TestSecurity92_ErrorsShowNothingInside(t *testing.T) {
	w := newWorld(t, unlimited())
	inside := regexp.MustCompile(`(?i)goroutine|panic|runtime|\.go\b|/root|/home|/usr|/tmp|fiber|fasthttp|golang|go1\.|sql|select |syntax|unmarshal|encoding/json|invalid character|refstore|fakes|disk|v1\.2\.3|0x[0-9a-f]{6}|needle`)
	look := func(t *testing.T, name string, got response) {
		t.Helper()
		if got.status < 400 {
			t.Errorf("%s: got %d, want an error", name, got.status)
		}
		if found := inside.FindString(string(got.body) + fmt.Sprint(got.header)); found != "" {
			t.Errorf("%s: the answer holds %q: %s", name, found, got.body)
		}
	}
	w.seed(t, "ann@example.com")
	for name, asked := range map[string]call{
		"malformed JSON":     post("/auth/login", `{"needle`),
		"a wrong type":       post("/auth/login", `{"email":["needle"]}`),
		"no address":         post("/auth/login", `{"email":"needle","password":"needle"}`),
		"a mode":             post("/auth/login", credentials("mode", "needle")),
		"a wrong password":   post("/auth/login", credentials("password", "needle")),
		"a token":            {method: http.MethodGet, path: "/users/me", bearer: "needle.needle.needle"},
		"a query":            get("/nowhere?needle=needle"),
		"a header":           {method: http.MethodGet, path: "/nowhere", header: http.Header{"X-Needle": {"needle"}, "User-Agent": {"needle"}}},
		"a long header":      {method: http.MethodGet, path: "/nowhere", header: http.Header{"X-Needle": {strings.Repeat("needle", 4<<10)}}},
		"a large body":       post("/auth/login", strings.Repeat("needle", 1<<15)),
		"a charset":          {method: http.MethodPost, path: "/auth/login", contentType: "application/json; charset=needle", body: `{}`},
		"a content encoding": {method: http.MethodPost, path: "/auth/login", header: http.Header{"Content-Encoding": {"needle"}}, body: `{}`},
		"a method":           {method: "NEEDLE", path: "/nowhere"},
	} {
		look(t, name, w.do(t, asked))
	}
	for _, request := range []string{
		"needle\r\n\r\n", "GET /\x00needle HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nneedle\r\n\r\n", "GET / NEEDLE/1.1\r\nHost: a\r\n\r\n",
		"POST /auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: needle\r\n\r\n", "POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: needle\r\n\r\n",
		"POST /auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nneedle\r\n",
	} {
		answers := w.exchange(t, request)
		if len(answers) != 1 {
			t.Fatalf("%q: got %d answers, want 1", request, len(answers))
		}
		look(t, fmt.Sprintf("%q", request), answers[0])
	}
	for _, method := range []string{"Users.ByEmail", "Sessions.Create", "Issuer.Issue", "Hasher.Verify"} {
		w.faults.Set(intercept.FailMethod(method, errors.New("refstore: SELECT * FROM users at 0xc000123456: the disk is on fire")))
		look(t, method, w.do(t, post("/auth/login", credentials())))
	}
}
