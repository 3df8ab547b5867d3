package fiberhttp_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// bodyRoute is a route that reads a body, with a body that it takes.
type bodyRoute struct {
	method, path string
	members      map[string]string // each as JSON
}

func (r bodyRoute) String() string { return r.method + " " + r.path }

// with returns the route's body with another value, given as JSON, for one member.
func (r bodyRoute) with(name, value string) string {
	members := []string{fmt.Sprintf("%q:%s", name, value)}
	for other, good := range r.members {
		if other != name {
			members = append(members, fmt.Sprintf("%q:%s", other, good))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

func loginRoute() bodyRoute {
	return bodyRoute{http.MethodPost, "/auth/login", map[string]string{
		"email": `"ann@example.com"`, "password": `"wrong"`, "otp": `"123456"`, "mode": `"json"`,
	}}
}

func bodyRoutes() []bodyRoute {
	token := map[string]string{"refresh_token": `"` + strings.Repeat("A", 64) + `"`, "mode": `"json"`}
	return []bodyRoute{loginRoute(), {http.MethodPost, "/auth/refresh", token}, {http.MethodPost, "/auth/logout", token}, patchRoute()}
}

func patchRoute() bodyRoute {
	return bodyRoute{http.MethodPatch, "/users/me", map[string]string{
		"first_name": `"A"`, "last_name": `"B"`, "language": `"en-US"`, "email": `"ann@example.com"`, "password": `"a long new passw0rd"`,
		"location": `"x"`, "title": `"x"`, "description": `"x"`, "tags": `[]`, "avatar": `"x"`, "last_page": `"x"`, "email_notifications": `true`,
		"appearance": `"x"`, "theme_dark": `"x"`, "theme_light": `"x"`, "theme_dark_overrides": `{}`, "theme_light_overrides": `{}`, "text_direction": `"x"`,
	}}
}

// jsonValues are one value of each type, and of each some that look like another.
func jsonValues() map[string][]string {
	return map[string][]string{
		"string":  {`"x"`, `"1"`, `"null"`, `"[]"`},
		"number":  {`0`, `-1.5e300`, `1e999999`, `12345678901234567890123456789`},
		"list":    {`[]`, `["ann@example.com"]`, `[[[]]]`},
		"object":  {`{}`, `{"$ne":null}`, `{"email":"ann@example.com"}`},
		"null":    {`null`},
		"boolean": {`true`, `false`},
	}
}

// TestSecurity80_TypesAreChecked: a member of another type than its own is 400, asks no port
// for more than who calls, and no answer is ever 500.
//
// Red when text in decode.go returns a value of another kind as it stands, and when
// Preferences in httpedge does not compare kinds.
func TestSecurity80_TypesAreChecked(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	user := w.seed(t, "ann@example.com")
	held, _ := w.login(t, "ann@example.com", domain.ModeJSON)
	before, err := w.store.Repos().Users.ByID(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]string{"tags": "list", "email_notifications": "boolean", "theme_dark_overrides": "object", "theme_light_overrides": "object"}
	for _, route := range bodyRoutes() {
		for name := range route.members {
			for kind, values := range jsonValues() {
				wanted := own[name]
				if wanted == "" {
					wanted = "string"
				}
				emptied := route.path == "/users/me" && kind == "null" && name != "email" && name != "password"
				if kind == wanted || emptied {
					continue
				}
				for _, value := range values {
					asked := call{method: route.method, path: route.path, body: route.with(name, value)}
					var calls []string
					if route.path == "/users/me" {
						asked.bearer = held.AccessToken
						calls = []string{"Verifier.Verify", "Sessions.Get", "Users.ByID"}
					}
					w.calls.Reset()
					got := w.do(t, asked)
					if failed := failureIn(t, got); got.status != 400 || failed.code() != domain.InvalidPayload || failed.Extensions["field"] != name {
						t.Errorf("%s %s=%s: got %d %s, want 400 INVALID_PAYLOAD about it", route, name, value, got.status, got.body)
					}
					if made := w.calls.Calls(); !slices.Equal(made, calls) {
						t.Errorf("%s %s=%s: got calls %q, want %q", route, name, value, made, calls)
					}
				}
			}
		}
	}
	after, err := w.store.Repos().Users.ByID(t.Context(), user.ID)
	if err != nil || after.Version != before.Version {
		t.Errorf("the account has changed: %v", err)
	}
}

// TestBadInputCostsNoMore: whatever is sent to log in with, no port is asked for more than
// for a wrong password, and none at all for what nobody could log in with.
func TestBadInputCostsNoMore(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings(), func(c *fiberhttp.Config) { c.MaxBody = 4 << 20 })
	w.seed(t, "ann@example.com")
	login := loginRoute()
	callsOf := func(t *testing.T, body string) (response, []string) {
		t.Helper()
		w.clock.Advance(time.Hour) // gives back all attempts
		w.calls.Reset()
		got := w.do(t, post("/auth/login", body))
		return got, w.calls.Calls()
	}
	got, wrong := callsOf(t, login.with("password", `"wrong"`))
	wantFailure(t, got, 401, domain.InvalidCredentials)
	if want := []string{"Limiter.Take", "Limiter.Take", "Users.ByEmail", "Hasher.Verify", "Events.Record"}; !slices.Equal(wrong, want) {
		t.Fatalf("wrong password: got calls %q, want %q", wrong, want)
	}
	megabyte := `"` + strings.Repeat("a", 1<<20) + `"`
	for _, test := range []struct {
		name, body string
		status     int
	}{
		{"NUL in the password", login.with("password", `"a\u0000b"`), 401},
		{"NUL in the otp", login.with("otp", `"a\u0000b"`), 401},
		{"password of 1024 bytes", login.with("password", `"`+strings.Repeat("a", 1024)+`"`), 401},
		{"SQL in the password", login.with("password", `"' OR 1=1; --"`), 401},
		{"unknown members", login.with("extra", `{"a":[1,2,{"b":null}]}`), 401},

		{"NUL in the e-mail", login.with("email", `"ann\u0000@example.com"`), 400},
		{"NUL in the mode", login.with("mode", `"json\u0000"`), 400},
		{"a bare NUL", strings.ReplaceAll(login.with("password", `"a~b"`), "~", "\x00"), 400},
		{"invalid UTF-8 in the password", login.with("password", "\"\xff\xfe\""), 400},
		{"an overlong encoding in the e-mail", login.with("email", "\"\xc0\xaeann@example.com\""), 400},
		{"invalid UTF-8 in a member that nobody reads", login.with("extra", "\"\xff\""), 400},
		{"a surrogate in UTF-8", login.with("password", "\"\xed\xa0\x80\""), 400},
		{"a lonely high surrogate", login.with("password", `"\ud800"`), 400},
		{"a lonely low surrogate", login.with("password", `"a\udfff"`), 400},
		{"surrogates in the wrong order", login.with("password", `"\udc00\ud800"`), 400},
		{"two high surrogates", login.with("password", `"\uD83D\uD83D\uDE00"`), 400},
		{"a lonely surrogate in the e-mail", login.with("email", `"\ud800@example.com"`), 400},
		{"a lonely surrogate in a name", `{"\ud800":1}`, 400},
		{"password of a megabyte", login.with("password", megabyte), 400},
		{"password of 1025 bytes", login.with("password", `"`+strings.Repeat("a", 1025)+`"`), 400},
		{"e-mail of a megabyte", login.with("email", megabyte), 400},
		{"mode of a megabyte", login.with("mode", megabyte), 400},
		{"200000 brackets", strings.Repeat("[", 200_000), 400},
		{"200000 brackets, closed", strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000), 400},
		{"200000 braces in a member", login.with("extra", strings.Repeat(`{"a":`, 200_000)+"1"+strings.Repeat("}", 200_000)), 400},
		{"other key case", `{"Email":"ann@example.com","PASSWORD":"wrong"}`, 400},
		{"empty body", ``, 400},
		{"blanks", "  \n", 400},
		{"a byte order mark", "\ufeff" + login.with("mode", `"json"`), 400},
		{"single quotes", `{'email':'a'}`, 400},
		{"a comment", `{/* */"email":"a"}`, 400},
		{"a comma too many", `{"email":"ann@example.com","password":"wrong",}`, 400},
		{"NaN", login.with("extra", `NaN`), 400},
		{"an escape that is none", login.with("password", `"\x00"`), 400},
		{"cut off", login.with("password", `"wrong"`)[:20], 400},
		{"more behind it", login.with("password", `"wrong"`) + `{}`, 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, calls := callsOf(t, test.body)
			var allowed []string
			if test.status == 401 {
				allowed = wrong
			}
			if got.status != test.status {
				t.Errorf("got %d %.200s, want %d", got.status, got.body, test.status)
			}
			checkEnvelope(t, got)
			if !slices.Equal(calls, allowed) {
				t.Errorf("got calls %q, want %q", calls, allowed)
			}
		})
	}
	t.Run("well-formed surrogates are text like any other", func(t *testing.T) {
		got, calls := callsOf(t, login.with("password", `"\ud83d\ude00 \\ud800 \\\\ud800"`))
		if got.status != 401 || !slices.Equal(calls, wrong) {
			t.Errorf("got %d %s, want 401", got.status, got.body)
		}
	})
	t.Run("refresh and logout with what is no token ask nobody", func(t *testing.T) {
		for _, token := range []string{`"x"`, `"a\u0000b"`, `"` + strings.Repeat("é", 32) + `"`, megabyte} {
			for path, status := range map[string]int{"/auth/refresh": 401, "/auth/logout": 204} {
				w.calls.Reset()
				got := w.do(t, post(path, `{"refresh_token":`+token+`}`))
				if calls := w.calls.Calls(); got.status != status || len(calls) > 0 {
					t.Errorf("%s %.20s: got %d and calls %q, want %d and none", path, token, got.status, calls, status)
				}
			}
		}
	})
	t.Run("text that is none changes no account", func(t *testing.T) {
		w.clock.Advance(time.Hour)
		held, _ := w.login(t, "ann@example.com", domain.ModeJSON)
		patch := patchRoute()
		for _, name := range []string{"first_name", "last_name", "language", "email", "password", "location", "title"} {
			for _, value := range []string{"\"\xff\"", `"\ud800"`, megabyte} {
				w.calls.Reset()
				got := w.do(t, call{method: http.MethodPatch, path: "/users/me", bearer: held.AccessToken, body: patch.with(name, value)})
				calls := w.calls.Calls()
				if got.status != 400 || slices.Contains(calls, "Users.Update") || slices.Contains(calls, "Hasher.Hash") {
					t.Errorf("%s=%.20q: got %d and calls %q, want 400 and nothing done", name, value, got.status, calls)
				}
			}
		}
	})
}

// TestSecurity83_OneReadingOfABody: of two members with one name the last counts, for the
// limiter as for the login, and a name in another case is another name.
//
// Red when decodeLogin reads the e-mail with json.Unmarshal into a struct, which folds the
// case of names, or decodeBody folds it.
func TestSecurity83_OneReadingOfABody(t *testing.T) {
	settings := unlimited()
	settings.LoginAccount = port.Limit{Burst: 2, Every: 60e9}
	w := newWorld(t, settings)
	w.seed(t, "ann@example.com")
	w.seed(t, "bob@example.com")
	try := func(body string) response {
		t.Helper()
		return w.do(t, post("/auth/login", body))
	}
	t.Run("the last member logs in", func(t *testing.T) {
		if got := try(`{"email":"ann@example.com","password":"wrong","password":"` + password + `"}`); got.status != 200 {
			t.Errorf("got %d %s, want 200", got.status, got.body)
		}
		wantFailure(t, try(`{"email":"ann@example.com","password":"`+password+`","password":"wrong"}`), 401, domain.InvalidCredentials)
		wantFailure(t, try(`{"email":"ann@example.com","password":"`+password+`","password":7}`), 400, domain.InvalidPayload)
	})
	t.Run("another case is another name", func(t *testing.T) {
		if got := try(`{"email":"bob@example.com","password":"` + password + `","Password":"wrong","EMAIL":"ann@example.com","passw\u00F6rd":1}`); got.status != 200 {
			t.Errorf("got %d %s, want 200", got.status, got.body)
		}
		if got := try(`{"em\u0061il":"bob@example.com","password":"` + password + `"}`); got.status != 200 {
			t.Errorf("an escaped name: got %d %s, want 200", got.status, got.body)
		}
	})
	t.Run("the limiter counts the account that is tried", func(t *testing.T) {
		for range 2 { // one guess at Ann's is counted already
			try(`{"email":"bob@example.com","EMAIL":"bob@example.com","email":"ann@example.com","Email":"bob@example.com","password":"wrong"}`)
		}
		wantFailure(t, try(string(mustJSON(t, credentials()))), 429, domain.RequestsExceeded)
		if got := try(string(mustJSON(t, credentials("email", "bob@example.com")))); got.status != 200 {
			t.Errorf("Bob: got %d %s, want 200", got.status, got.body)
		}
	})
}

// TestSecurity84_DecompressionBombs: the limit of a body is the limit of what is decoded.
//
// Red without refuseEncodedBodies in routes.go.
func TestSecurity84_DecompressionBombs(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	var bomb bytes.Buffer
	squeeze := gzip.NewWriter(&bomb)
	if _, err := squeeze.Write(append([]byte(`{"email":"`), bytes.Repeat([]byte("a"), 50<<20)...)); err != nil {
		t.Fatal(err)
	}
	if err := squeeze.Close(); err != nil {
		t.Fatal(err)
	}
	for _, encoding := range []string{"gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "gzip, gzip", "x-gzip", "unknown"} {
		got := w.do(t, call{method: http.MethodPost, path: "/auth/login", body: bomb.String(), header: http.Header{"Content-Encoding": {encoding}}})
		wantFailure(t, got, 415, domain.UnsupportedMediaType)
	}
	got := w.do(t, call{method: http.MethodPost, path: "/auth/login", body: bomb.String(), header: http.Header{"Content-Encoding": {"identity"}}})
	wantFailure(t, got, 400, domain.InvalidPayload)
	got = w.do(t, call{method: http.MethodPost, path: "/auth/login", body: bomb.String(), header: http.Header{"Content-Encoding": {"identity", "gzip"}}})
	wantFailure(t, got, 415, domain.UnsupportedMediaType)
	if calls := w.calls.Calls(); len(calls) > 0 {
		t.Errorf("got calls %q, want none", calls)
	}
}

// TestSecurity85_JSONOnly: nothing but application/json is read, and not without bound.
//
// Red when hasJSONBody looks for "json" anywhere in the type, or takes every type.
func TestSecurity85_JSONOnly(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings(), func(c *fiberhttp.Config) { c.MaxBody = 1 << 20 })
	w.seed(t, "ann@example.com")
	for _, contentType := range []string{
		"text/plain", "text/json", "application/x-json", "application/jsonp", "application/json-seq", "application/problem+json", "application/graphql",
		"text/plain; application/json", "multipart/form-data; boundary=application/json", "application/x-www-form-urlencoded", "*/*", "json", ";", "application/json, text/plain",
	} {
		asked := post("/auth/login", credentials())
		asked.contentType = contentType
		got := w.do(t, asked)
		if failed := failureIn(t, got); got.status != 400 || failed.Extensions["field"] != "email" {
			t.Errorf("%q: got %d %s, want 400 for want of an email", contentType, got.status, got.body)
		}
	}
	for _, body := range []string{strings.Repeat("[", 200_000), `{"a":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + `}`} {
		wantFailure(t, w.do(t, post("/auth/login", body)), 400, domain.InvalidPayload)
	}
}
