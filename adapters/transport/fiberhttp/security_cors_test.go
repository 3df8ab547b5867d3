package fiberhttp_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	listedOrigin = "https://app.example.com"
	otherListed  = "http://localhost:3000"
)

// corsFor lets two origins read answers, with cookies or without.
func corsFor(cookies bool) func(*fiberhttp.Config) {
	return func(c *fiberhttp.Config) {
		c.CORS = fiberhttp.CORS{
			Origins: []string{listedOrigin, otherListed}, Credentials: cookies,
			Methods: []string{"GET", "POST", "PATCH", "DELETE"}, AllowedHeaders: []string{"Content-Type", "Authorization"},
			ExposedHeaders: []string{"Retry-After", "X-Request-Id"}, MaxAge: 5 * time.Hour,
		}
	}
}

// unlistedOrigins are all near one that is listed, or stand for more than one.
func unlistedOrigins() []string {
	return []string{
		"https://evil.example", "null", "*", "true", "", "file://", "https://", "https",
		"https://app.example.com.evil.example", "https://app.example.com.", "https://app.example.comx", "https://evilapp.example.com",
		"https://evil.app.example.com", "https://app.example.com@evil.example", "https://evil.example#https://app.example.com",
		"https://evil.example/https://app.example.com", "https://app.example.co", "https://example.com", "https://*.example.com",
		"http://app.example.com", "https://app.example.com:443", "https://app.example.com:8443", "wss://app.example.com",
		"HTTPS://APP.EXAMPLE.COM", "https://App.example.com", "https://app.example.com/", "https://app.example.com,https://evil.example",
		"https://app.example.com https://evil.example", "https://evil.example, https://app.example.com", "https://app.example.com%00.evil.example", "https://app.example.com\\.evil.example",
		"http://localhost", "http://localhost:3001", "http://localhost:30000", "https://localhost:3000", "http://127.0.0.1:3000",
		"https://login.example.com", // the service's own pages need no permission
	}
}

// from returns what with an Origin in place of the one that it has.
func from(what call, origin string) call {
	header := maps.Clone(what.header)
	if header == nil {
		header = http.Header{}
	}
	header["Origin"] = []string{origin}
	what.header = header
	return what
}

// accessHeaders returns the fields that speak of other origins.
func accessHeaders(header http.Header) map[string]string {
	found := map[string]string{}
	for key, values := range header {
		if strings.HasPrefix(key, "Access-Control-") {
			found[key] = strings.Join(values, " | ")
		}
	}
	return found
}

func wantAccess(t *testing.T, what string, got response, want map[string]string) {
	t.Helper()
	if found := accessHeaders(got.header); !maps.Equal(found, want) {
		t.Errorf("%s: got %q, want %q", what, found, want)
	}
	if vary := got.header["Vary"]; len(vary) != 1 || vary[0] != "Origin" {
		t.Errorf("%s: Vary: got %q, want Origin", what, vary)
	}
}

// TestSecurity88_OnlyListedOriginsReadAnswers: whoever is on the list may read every answer, the
// failures too, and nobody is told so who is only like one of them. Every answer says that it
// differs by origin.
//
// Red when CORS.lists compares prefixes, suffixes, or by strings.EqualFold; when share does not
// look at lists, calls Vary after it, or sets Allow-Credentials whatever Credentials is; and
// when protect does not call share.
func TestSecurity88_OnlyListedOriginsReadAnswers(t *testing.T) {
	for _, cookies := range []bool{true, false} {
		w := newWorld(t, unlimited(), corsFor(cookies))
		for name, asked := range anyRequests(t, w) {
			if name == "long header" { // whose fields nobody has read
				continue
			}
			for _, origin := range []string{listedOrigin, otherListed} {
				want := map[string]string{"Access-Control-Allow-Origin": origin}
				if cookies {
					want["Access-Control-Allow-Credentials"] = "true"
				}
				if name == "preflight" {
					want["Access-Control-Allow-Methods"] = "GET,POST,PATCH,DELETE"
					want["Access-Control-Allow-Headers"] = "Content-Type,Authorization"
					want["Access-Control-Max-Age"] = "18000"
				} else {
					want["Access-Control-Expose-Headers"] = "Retry-After,X-Request-Id"
				}
				wantAccess(t, name+" from "+origin, w.do(t, from(asked, origin)), want)
			}
			for _, origin := range unlistedOrigins() {
				wantAccess(t, name+" from "+origin, w.do(t, from(asked, origin)), map[string]string{})
			}
		}
	}
}

// TestSecurity88_OriginsThatAreNoneDoNotStart: an entry that stands for more than one origin, or
// that no browser sends, is a mistake, and no list of nobody.
//
// Red when CORS.check returns nil.
func TestSecurity88_OriginsThatAreNoneDoNotStart(t *testing.T) {
	for _, origin := range []string{
		"*", "null", "true", "", "https://", "https://*.example.com", "app.example.com", "https://app.example.com/", "https://app.example.com/x",
		"https://user@app.example.com", "https://app.example.com?x", "https://app.example.com#x", "HTTPS://app.example.com", "//app.example.com", "https://a b",
	} {
		config := stubConfig(t.Output())
		config.CORS.Origins = []string{listedOrigin, origin}
		if _, err := fiberhttp.New(config, stubAPI{}); err == nil {
			t.Errorf("%q: got no error", origin)
		} else if origin != "" && len(origin) > 4 && strings.Contains(err.Error(), origin) {
			t.Errorf("%q: the error repeats it: %v", origin, err)
		}
	}
}

func TestPreflight(t *testing.T) {
	asks := func(origin, method, path string) call {
		return call{method: http.MethodOptions, path: path, header: http.Header{
			"Origin": {origin}, "Access-Control-Request-Method": {method}, "Access-Control-Request-Headers": {"authorization,content-type"},
		}}
	}
	t.Run("is answered before anything is looked for", func(t *testing.T) {
		w := newWorld(t, unlimited(), corsFor(true))
		for _, path := range []string{"/auth/login", "/users/me", "/users/me?access_token=x", "/users", "/server/info", "/nowhere", "/livez", "/"} {
			for _, origin := range []string{listedOrigin, "https://evil.example"} {
				if got := w.do(t, asks(origin, "PATCH", path)); got.status != 204 || len(got.body) > 0 || got.header.Get("Content-Type") != "" {
					t.Errorf("%s from %s: got %d %q %q, want 204 and nothing", path, origin, got.status, got.header.Get("Content-Type"), got.body)
				}
			}
		}
	})
	t.Run("is no more than OPTIONS where it does not ask, or nobody is listed", func(t *testing.T) {
		w := newWorld(t, unlimited(), corsFor(true))
		for _, header := range []http.Header{{"Origin": {listedOrigin}}, {"Access-Control-Request-Method": {"POST"}}, {}} {
			wantFailure(t, w.do(t, call{method: http.MethodOptions, path: "/auth/login", header: header}), 404, domain.RouteNotFound)
		}
		w = newWorld(t, unlimited())
		wantFailure(t, w.do(t, asks(listedOrigin, "POST", "/auth/login")), 404, domain.RouteNotFound)
	})
	t.Run("names nothing where nothing is allowed", func(t *testing.T) {
		w := newWorld(t, unlimited(), func(c *fiberhttp.Config) { c.CORS.Origins = []string{listedOrigin} })
		wantAccess(t, "a bare list", w.do(t, asks(listedOrigin, "POST", "/auth/login")), map[string]string{
			"Access-Control-Allow-Origin": listedOrigin, "Access-Control-Max-Age": "0",
		})
	})
	t.Run("is answered for a mount that is shared", func(t *testing.T) {
		w := newWorld(t, unlimited(), corsFor(true), func(c *fiberhttp.Config) {
			c.Mounts = []fiberhttp.Mount{{Path: "/graphql", IsShared: true, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })}}
		})
		allowed := map[string]string{"Access-Control-Allow-Origin": listedOrigin, "Access-Control-Allow-Credentials": "true"}
		may := maps.Clone(allowed)
		may["Access-Control-Allow-Methods"], may["Access-Control-Allow-Headers"], may["Access-Control-Max-Age"] = "GET,POST,PATCH,DELETE", "Content-Type,Authorization", "18000"
		asked := w.do(t, asks(listedOrigin, "POST", "/graphql"))
		wantAccess(t, "preflight", asked, may)
		if asked.status != http.StatusNoContent {
			t.Errorf("preflight: got %d, want 204 and not what the mount says", asked.status)
		}
		allowed["Access-Control-Expose-Headers"] = "Retry-After,X-Request-Id"
		answered := w.do(t, from(post("/graphql", "{}"), listedOrigin))
		wantAccess(t, "the mount", answered, allowed)
		if answered.status != http.StatusTeapot {
			t.Errorf("the mount: got %d, want what it says", answered.status)
		}
		wantAccess(t, "a stranger", w.do(t, from(post("/graphql", "{}"), "https://evil.example")), map[string]string{})
	})
	t.Run("leaves other mounts alone", func(t *testing.T) {
		w := newWorld(t, unlimited(), corsFor(true), func(c *fiberhttp.Config) {
			c.Mounts = []fiberhttp.Mount{{Path: "/admin", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })}}
		})
		for _, asked := range []call{asks(listedOrigin, "POST", "/admin/login"), from(get("/admin"), listedOrigin)} {
			if got := w.do(t, asked); got.status != http.StatusTeapot || len(accessHeaders(got.header)) > 0 {
				t.Errorf("got %d %q, want what the mount says alone", got.status, accessHeaders(got.header))
			}
		}
	})
}

// TestSecurity35_ListedOriginsActByCookies: a page may act by a cookie where its origin is listed
// with CORS_CREDENTIALS, and nowhere else. It has to send JSON, as all.
//
// Red when CORS.Trusts does not look at Credentials, or refuseCrossSite at trusts, or calls it
// before it looks at the Content-Type.
func TestSecurity35_ListedOriginsActByCookies(t *testing.T) {
	for cookies, want := range map[bool]int{true: 200, false: 403} {
		w := newWorld(t, unlimited(), corsFor(cookies))
		w.seed(t, "ann@example.com")
		_, session := w.login(t, "ann@example.com", domain.ModeSession)
		_, refresh := w.login(t, "ann@example.com", domain.ModeCookie)
		carry := &http.Cookie{Name: refreshCookie, Value: refresh.cookies[refreshCookie]}
		stay := &http.Cookie{Name: sessionCookie, Value: session.cookies[sessionCookie]}
		for name, asked := range map[string]call{
			"login":   post("/auth/login", credentials("mode", "cookie")),
			"refresh": {method: http.MethodPost, path: "/auth/refresh", body: `{"mode":"cookie"}`, cookie: carry},
			"patch":   {method: http.MethodPatch, path: "/users/me", body: `{"title":"x"}`, cookie: stay},
		} {
			asked.header = http.Header{"Sec-Fetch-Site": {"cross-site"}}
			for _, origin := range unlistedOrigins() {
				if origin == "" || origin == "https://login.example.com" {
					continue
				}
				wantFailure(t, w.do(t, from(asked, origin)), 403, domain.Forbidden)
			}
			form := from(asked, listedOrigin)
			form.contentType = "text/plain"
			if name != "login" { // which then lacks what it needs
				wantFailure(t, w.do(t, form), 403, domain.Forbidden)
			}
			if got := w.do(t, from(asked, listedOrigin)); got.status != want {
				t.Errorf("%s, credentials %t: got %d %s, want %d", name, cookies, got.status, got.body, want)
			}
		}
	}
}

// TestSecurity35_TheFailedCheckIsNamed: whoever is refused as cross-site reads which of the three
// checks it was.
//
// Red when any reason in refuseCrossSite does not name its field.
func TestSecurity35_TheFailedCheckIsNamed(t *testing.T) {
	w := newWorld(t, unlimited())
	cookie := &http.Cookie{Name: refreshCookie, Value: "x"}
	for field, asked := range map[string]call{
		"Origin":         {header: http.Header{"Origin": {"https://evil.example"}}},
		"Sec-Fetch-Site": {header: http.Header{"Sec-Fetch-Site": {"cross-site"}}},
		"Content-Type":   {contentType: "text/plain", header: http.Header{"Origin": {"https://evil.example"}}},
	} {
		asked.method, asked.path, asked.body, asked.cookie = http.MethodPost, "/auth/logout", `{"mode":"cookie"}`, cookie
		got := w.do(t, asked)
		wantFailure(t, got, 403, domain.Forbidden)
		if reason, _ := failureIn(t, got).Extensions["reason"].(string); !strings.HasPrefix(reason, field+" ") {
			t.Errorf("got the reason %q, want it to begin with %s", reason, field)
		}
	}
}
