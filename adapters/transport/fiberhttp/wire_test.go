package fiberhttp_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// scene is a server with three accounts, each logged in some way.
type scene struct {
	world
	ann   domain.User   // an ordinary user
	bob   domain.UserID // another
	json  tokens        // ann's, of json mode
	carry http.Cookie   // ann's refresh cookie
	stay  http.Cookie   // ann's session cookie
	admin tokens        // an administrator's, of json mode
	old   domain.Claims // of a token of ann's that is over
}

// newScene logs everybody in. Nothing is limited, and everybody may register.
func newScene(t testing.TB) scene {
	t.Helper()
	settings := unlimited()
	settings.Registration.Open, settings.Registration.Account, settings.Registration.Address = true, port.Limit{}, port.Limit{}
	s := scene{world: newWorld(t, settings)}
	s.ann = s.seed(t, "Ann@example.com", func(u *domain.User) { u.FirstName = "Ann" })
	s.bob = s.seed(t, "bob@example.com").ID
	s.seedAdministrator(t, "root@example.com")
	s.json, _ = s.login(t, "ann@example.com", domain.ModeJSON)
	s.admin, _ = s.login(t, "root@example.com", domain.ModeJSON)
	_, got := s.login(t, "ann@example.com", domain.ModeCookie)
	s.carry = http.Cookie{Name: refreshCookie, Value: got.cookies[refreshCookie]}
	_, got = s.login(t, "ann@example.com", domain.ModeSession)
	s.stay = http.Cookie{Name: sessionCookie, Value: got.cookies[sessionCookie]}
	s.old = domain.Claims{Subject: s.ann.ID, Session: "of old", IssuedAt: s.clock.Now().Add(-2 * 3600e9), ExpiresAt: s.clock.Now().Add(-3600e9)}
	return s
}

func (s scene) expired() string { return s.tokens.Signed("hs256", s.old) }

// forged looks like a token of this service and is signed by nobody.
func (s scene) forged() string {
	claims := s.old
	claims.ExpiresAt = s.clock.Now().Add(3600e9)
	return s.tokens.Unsigned(claims)
}

// row is a line of the wire contract: a request, and what is answered.
type row struct {
	name string
	call func(s scene) call

	status    int
	code      domain.Code
	message   string             // of the error; empty: any
	extension map[string]string  // further members of the error's extensions
	header    map[string]string  // exact values; "" says that there is none
	cookies   []string           // each Set-Cookie in order, values as *
	members   []string           // of data, sorted; nil: any
	body      string             // exact; empty: any
	answer    func(scene) string // the same, of what only the scene knows
}

// walk sends each row's request to the same server and looks at the answer.
func walk(t *testing.T, s scene, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			got := s.do(t, r.call(s))
			checkEnvelope(t, got)
			wantFailure(t, got, r.status, r.code)
			failed := failureIn(t, got)
			if r.message != "" && failed.Message != r.message {
				t.Errorf("message: got %q, want %q", failed.Message, r.message)
			}
			for name, want := range r.extension {
				if value := failed.Extensions[name]; value != want {
					t.Errorf("extensions.%s: got %v, want %q", name, value, want)
				}
			}
			for name, want := range r.header {
				if value := got.header.Get(name); value != want {
					t.Errorf("%s: got %q, want %q", name, value, want)
				}
			}
			if set := blanked(got.header["Set-Cookie"]); !slices.Equal(set, r.cookies) {
				t.Errorf("Set-Cookie: got %q, want %q", set, r.cookies)
			}
			if r.members != nil {
				if names := dataMembers(t, got); !slices.Equal(names, r.members) {
					t.Errorf("data: got members %q, want %q", names, r.members)
				}
			}
			want := r.body
			if r.answer != nil {
				want = r.answer(s)
			}
			if want != "" && string(got.body) != want {
				t.Errorf("body: got %q, want %q", got.body, want)
			}
		})
	}
}

// blanked puts a * in place of each cookie's value, if it has one.
func blanked(lines []string) []string {
	value := regexp.MustCompile(`^([^=]+=)[^;]+;`)
	var blank []string
	for _, line := range lines {
		blank = append(blank, value.ReplaceAllString(line, "$1*;"))
	}
	return blank
}

// The cookies as set at the time that newWorld's clock shows, and as taken away.
const (
	refreshCookieSet  = "directus_refresh_token=*; Max-Age=604800; Path=/; Expires=Sat, 21 Mar 2026 09:26:53 GMT; HttpOnly; Secure; SameSite=Lax"
	sessionCookieSet  = "directus_session_token=*; Max-Age=86400; Path=/; Expires=Sun, 15 Mar 2026 09:26:53 GMT; HttpOnly; Secure; SameSite=Lax"
	deviceCookieSet   = "sallyport_device=*; Max-Age=2592000; Path=/; Expires=Mon, 13 Apr 2026 09:26:53 GMT; HttpOnly; Secure; SameSite=Lax"
	refreshCookieGone = "directus_refresh_token=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax"
	sessionCookieGone = "directus_session_token=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax"
)

const contentJSON = "application/json; charset=utf-8"

func post(path string, body any) call { return call{method: http.MethodPost, path: path, body: body} }

func get(path string) call { return call{method: http.MethodGet, path: path} }

func always(c call) func(scene) call { return func(scene) call { return c } }

// credentials is a login of Ann, with more members where there are any.
func credentials(more ...any) map[string]any {
	body := map[string]any{"email": "ann@example.com", "password": password}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return body
}

// conventionRules are those of section 1 of docs/wire.md.
func conventionRules() []rule {
	emailRequired := map[string]string{"reason": `"email" is required`}
	return []rule{
		{name: "§1 success", rows: []row{
			{name: "data envelope", call: always(post("/auth/login", credentials())), status: 200, header: map[string]string{"Content-Type": contentJSON}, members: []string{"access_token", "expires", "refresh_token"}},
		}},
		{name: "§1 no content", rows: []row{
			{name: "204 without body or content type", call: always(post("/auth/logout", `{"refresh_token":"unknown"}`)), status: 204},
		}},
		{name: "§1 error envelope", also: errorEnvelope},
		{name: "§1 members of errors", also: errorMembers},
		{name: "§1 unknown members", rows: []row{
			{name: "are ignored", call: always(post("/auth/login", credentials("provider", "x", "share", 1, "nested", map[string]any{"a": nil}))), status: 200},
		}},
		{name: "§1 path", rows: []row{
			{name: "trailing slash is accepted", call: always(post("/auth/login/", credentials())), status: 200},
			{name: "case does not matter", call: always(post("/Auth/LOGIN", credentials())), status: 200},
			{name: "unknown route", call: always(get("/nowhere")), status: 404, code: domain.RouteNotFound, message: "Route /nowhere doesn't exist.", extension: map[string]string{"path": "/nowhere"}},
			{name: "unknown route below auth", call: always(post("/auth/nowhere", nil)), status: 404, code: domain.RouteNotFound, extension: map[string]string{"path": "/auth/nowhere"}},
			{name: "the query is not part of it", call: always(get("/nowhere?a=b")), status: 404, code: domain.RouteNotFound, extension: map[string]string{"path": "/nowhere"}},
			{name: "is named as it came", call: always(get("//server/ping")), status: 404, code: domain.RouteNotFound, extension: map[string]string{"path": "//server/ping"}},
			{name: "root", call: always(get("/")), status: 404, code: domain.RouteNotFound, extension: map[string]string{"path": "/"}},
		}},
		{name: "§1 wrong method", rows: []row{
			{name: "GET of a POST route is 404", call: always(get("/auth/login")), status: 404, code: domain.RouteNotFound},
			{name: "POST of a GET route is 404", call: always(post("/server/ping", nil)), status: 404, code: domain.RouteNotFound},
			{name: "PUT of users me is 404", call: always(call{method: http.MethodPut, path: "/users/me"}), status: 404, code: domain.RouteNotFound},
			{name: "OPTIONS is 404", call: always(call{method: http.MethodOptions, path: "/auth/login"}), status: 404, code: domain.RouteNotFound},
		}},
		{name: "§1 body of another type", rows: []row{
			{name: "none is an empty object", call: always(post("/auth/login", nil)), status: 400, code: domain.InvalidPayload, message: `Invalid payload. "email" is required.`, extension: emailRequired},
			{name: "empty with a JSON type is an empty object", call: always(call{method: http.MethodPost, path: "/auth/login", contentType: "application/json"}), status: 400, code: domain.InvalidPayload, extension: emailRequired},
			{name: "form is an empty object", call: always(call{method: http.MethodPost, path: "/auth/login", body: "email=ann%40example.com&password=x", contentType: "application/x-www-form-urlencoded"}), status: 400, code: domain.InvalidPayload, extension: emailRequired},
			{name: "text is an empty object", call: always(call{method: http.MethodPost, path: "/auth/login", body: credentials(), contentType: "text/plain"}), status: 400, code: domain.InvalidPayload, extension: emailRequired},
			{name: "another JSON type is an empty object", call: always(call{method: http.MethodPost, path: "/auth/login", body: credentials(), contentType: "application/vnd.api+json"}), status: 400, code: domain.InvalidPayload, extension: emailRequired},
			{name: "a malformed type is an empty object", call: always(call{method: http.MethodPost, path: "/auth/login", body: credentials(), contentType: "application/json; charset"}), status: 400, code: domain.InvalidPayload, extension: emailRequired},
			{name: "charset utf-8", call: always(call{method: http.MethodPost, path: "/auth/login", body: credentials(), contentType: "Application/JSON; Charset=UTF-8"}), status: 200},
		}},
		{name: "§1 JSON that is no object", rows: []row{
			{name: "unknown charset", call: always(call{method: http.MethodPost, path: "/auth/login", body: credentials(), contentType: "application/json; charset=klingon"}), status: 400, code: domain.InvalidPayload},
			{name: "malformed JSON", call: always(post("/auth/login", `{"email":`)), status: 400, code: domain.InvalidPayload},
			{name: "two JSON values", call: always(post("/auth/login", `{} {}`)), status: 400, code: domain.InvalidPayload},
			{name: "string", call: always(post("/auth/login", `"abc"`)), status: 400, code: domain.InvalidPayload},
			{name: "null", call: always(post("/auth/login", `null`)), status: 400, code: domain.InvalidPayload},
			{name: "number", call: always(post("/auth/login", `7`)), status: 400, code: domain.InvalidPayload},
			{name: "array", call: always(post("/auth/login", `[]`)), status: 400, code: domain.InvalidPayload, message: `Invalid payload. "value" must be of type object.`, extension: map[string]string{"reason": `"value" must be of type object`}},
		}},
		{name: "§1 size of a body", rows: []row{
			{name: "too large is 400 and the answer arrives", call: always(post("/auth/login", `{"email":"`+strings.Repeat("a", 8<<20)+`"}`)), status: 400, code: domain.InvalidPayload, extension: map[string]string{"reason": "request entity too large"}},
		}},
		{name: "§1 compressed body", rows: []row{
			{name: "content encoding is refused", call: always(call{method: http.MethodPost, path: "/auth/login", body: credentials(), header: http.Header{"Content-Encoding": {"gzip"}}}), status: 415, code: domain.UnsupportedMediaType},
		}},
		{name: "§1 order of checks", also: orderOfChecks},
		{name: "§1 times", also: timeFormat},
	}
}

// orderOfChecks: a bad token of the request fails every route, before anybody asks
// whether there is such a route, but for those that say whether the service lives.
func orderOfChecks(t *testing.T, s scene) {
	for _, route := range []call{
		post("/auth/login", credentials()), post("/auth/refresh", nil), post("/auth/logout", nil),
		post("/auth/nowhere", nil), get("/users/me"),
		{method: http.MethodPatch, path: "/users/me", body: `{}`},
		get("/server/health"), get("/server/info"), get("/nowhere"), get("/auth/login"), post("/server/ping", nil),
	} {
		for _, bad := range []struct {
			bearer string
			status int
			code   domain.Code
		}{
			{"opaque", 401, domain.InvalidCredentials},
			{s.expired(), 401, domain.TokenExpired},
			{s.forged(), 403, domain.InvalidToken},
		} {
			t.Run(strings.Join([]string{route.method, route.path, string(bad.code)}, " "), func(t *testing.T) {
				asked := route
				asked.bearer = bad.bearer
				got := s.do(t, asked)
				checkEnvelope(t, got)
				wantFailure(t, got, bad.status, bad.code)
			})
		}
	}
	for _, path := range []string{"/server/ping", "/.well-known/jwks.json", "/livez", "/readyz"} {
		t.Run("GET "+path+" looks at no token", func(t *testing.T) {
			s.calls.Reset()
			asked := get(path)
			asked.bearer, asked.cookie = "opaque", &http.Cookie{Name: sessionCookie, Value: "bad"}
			if got := s.do(t, asked); got.status != http.StatusOK {
				t.Errorf("got %d %s, want 200", got.status, got.body)
			}
			if slices.Contains(s.calls.Calls(), "Verifier.Verify") {
				t.Error("the token was verified")
			}
		})
	}
}

// presentationRules are those of section 2.
func presentationRules() []rule {
	blank := []string{sessionCookieGone}
	anonymous := "Invalid user credentials."
	return []rule{
		{name: "§2 header", rows: []row{
			{name: "bearer", call: func(s scene) call { return bearing("Bearer " + s.json.AccessToken) }, status: 200},
			{name: "scheme in any case", call: func(s scene) call { return bearing("bEARER " + s.json.AccessToken) }, status: 200},
			{name: "three parts are ignored", call: func(s scene) call { return bearing("Bearer " + s.json.AccessToken + " x") }, status: 401, code: domain.InvalidCredentials, message: anonymous},
			{name: "two blanks are ignored", call: func(s scene) call { return bearing("Bearer  " + s.json.AccessToken) }, status: 401, code: domain.InvalidCredentials},
			{name: "one word is ignored", call: func(s scene) call { return bearing(s.json.AccessToken) }, status: 401, code: domain.InvalidCredentials},
			{name: "another scheme is ignored", call: always(bearing("Basic YTpi")), status: 401, code: domain.InvalidCredentials},
			{name: "an ignored header leaves the route open", call: always(call{method: http.MethodGet, path: "/server/info", header: http.Header{"Authorization": {"Basic YTpi"}}}), status: 200},
		}},
		{name: "§2 query", rows: []row{
			{name: "query", call: func(s scene) call { return get("/users/me?access_token=" + s.json.AccessToken) }, status: 200},
			{name: "empty is none", call: always(get("/users/me?access_token=")), status: 401, code: domain.InvalidCredentials},
		}},
		{name: "§2 both of the above", rows: []row{
			{name: "and header are too many", call: func(s scene) call {
				return call{method: http.MethodGet, path: "/users/me?access_token=" + s.json.AccessToken, bearer: s.json.AccessToken}
			}, status: 400, code: domain.InvalidPayload, extension: map[string]string{"reason": "The request uses more than one method for including an access token"}},
			{name: "two headers are too many", call: func(s scene) call {
				return call{method: http.MethodGet, path: "/users/me", header: http.Header{"Authorization": {"Bearer " + s.json.AccessToken, "Basic YTpi"}}}
			}, status: 400, code: domain.InvalidPayload, extension: map[string]string{"reason": "The request includes more than one access token"}},
			{name: "two parameters are too many", call: func(s scene) call {
				return get("/users/me?access_token=" + s.json.AccessToken + "&access_token=" + s.json.AccessToken)
			}, status: 400, code: domain.InvalidPayload, extension: map[string]string{"reason": "The request includes more than one access token"}},
		}},
		{name: "§2 session cookie", rows: []row{
			{name: "cookie", call: func(s scene) call { return call{method: http.MethodGet, path: "/users/me", cookie: &s.stay} }, status: 200},
			{name: "a bearer goes before", call: func(s scene) call {
				return call{method: http.MethodGet, path: "/users/me", cookie: &s.stay, bearer: "opaque"}
			}, status: 401, code: domain.InvalidCredentials},
			{name: "a query token goes before", call: func(s scene) call {
				return call{method: http.MethodGet, path: "/users/me?access_token=opaque", cookie: &s.stay}
			}, status: 401, code: domain.InvalidCredentials},
			{name: "its value is also good as a bearer", call: func(s scene) call { return bearing("Bearer " + s.stay.Value) }, status: 200},
		}},
		{name: "§2 no token", rows: []row{
			{name: "users me", call: always(get("/users/me")), status: 401, code: domain.InvalidCredentials, message: anonymous},
			{name: "what is for administrators", call: always(get("/users")), status: 403, code: domain.Forbidden},
			{name: "PATCH users me, before its body is read", call: always(call{method: http.MethodPatch, path: "/users/me", body: `[`}), status: 401, code: domain.InvalidCredentials},
		}},
		{name: "§2 static token", given: staticTokenOfBob, rows: []row{
			{name: "as a bearer", call: always(bearing("Bearer " + staticToken)), status: 200},
			{name: "in the query", call: always(get("/users/me?access_token=" + staticToken)), status: 200},
			{name: "is no refresh token", call: always(post("/auth/refresh", map[string]any{"refresh_token": staticToken})), status: 401, code: domain.InvalidCredentials},
		}},
		{name: "§2 opaque token", rows: []row{
			{name: "opaque token", call: always(bearing("Bearer opaque")), status: 401, code: domain.InvalidCredentials, message: "Invalid user credentials."},
			{name: "refresh token is no access token", call: func(s scene) call { return bearing("Bearer " + s.json.RefreshToken) }, status: 401, code: domain.InvalidCredentials},
		}},
		{name: "§2 forged token", rows: []row{
			{name: "forged token", call: func(s scene) call { return bearing("Bearer " + s.forged()) }, status: 403, code: domain.InvalidToken, message: "Invalid token."},
		}},
		{name: "§2 token without a session", also: tokenWithoutASession},
		{name: "§2 expired token", rows: []row{
			{name: "expired token", call: func(s scene) call { return bearing("Bearer " + s.expired()) }, status: 401, code: domain.TokenExpired, message: "Token expired."},
		}},
		{name: "§2 token of another issuer", also: tokenOfAnotherIssuer},
		{name: "§2 token of a user suspended meanwhile", also: tokenOfASuspendedUser},
		{name: "§2 token of a user removed meanwhile", also: func(t *testing.T, s scene) {
			if got := s.do(t, call{method: http.MethodDelete, path: "/users/" + string(s.ann.ID), bearer: s.admin.AccessToken}); got.status != 204 {
				t.Fatalf("remove: got %d, want 204", got.status)
			}
			wantFailure(t, s.do(t, bearing("Bearer "+s.json.AccessToken)), 401, domain.InvalidCredentials)
			wantFailure(t, s.do(t, refreshing(nil, &s.carry)), 401, domain.InvalidCredentials)
			wantFailure(t, s.do(t, call{method: http.MethodGet, path: "/users/me", cookie: &s.stay}), 401, domain.InvalidCredentials)
		}},
		{name: "§2 access token after logout", also: accessTokenAfterLogout},
		{name: "§2 session cookie after logout", also: sessionCookieAfterLogout},
		{name: "§2 bad session cookie", rows: []row{
			{name: "an access token is no session cookie", call: func(s scene) call {
				return call{method: http.MethodGet, path: "/users/me", cookie: &http.Cookie{Name: sessionCookie, Value: s.json.AccessToken}}
			}, status: 401, code: domain.InvalidCredentials, cookies: blank},
			{name: "a bad one is 401 and blanked", call: always(call{method: http.MethodGet, path: "/server/info", cookie: &http.Cookie{Name: sessionCookie, Value: "bad"}}), status: 401, code: domain.InvalidCredentials, cookies: blank},
			{name: "a forged one is 401 and blanked", call: func(s scene) call {
				return call{method: http.MethodGet, path: "/server/info", cookie: &http.Cookie{Name: sessionCookie, Value: s.forged()}}
			}, status: 401, code: domain.InvalidCredentials, cookies: blank},
			{name: "an expired one is TOKEN_EXPIRED and stays", call: func(s scene) call {
				return call{method: http.MethodGet, path: "/server/info", cookie: &http.Cookie{Name: sessionCookie, Value: s.expired()}}
			}, status: 401, code: domain.TokenExpired},
			{name: "a bad one does not fail login", call: always(call{method: http.MethodPost, path: "/auth/login", body: credentials(), cookie: &http.Cookie{Name: sessionCookie, Value: "bad"}}), status: 200},
			{name: "a bad one does not fail refresh", call: always(call{method: http.MethodPost, path: "/auth/refresh", body: `{"refresh_token":"unknown"}`, cookie: &http.Cookie{Name: sessionCookie, Value: "bad"}}), status: 401, code: domain.InvalidCredentials, message: "Invalid user credentials."},
			{name: "a bad one does not fail logout", call: always(call{method: http.MethodPost, path: "/auth/logout", body: `{"mode":"session"}`, cookie: &http.Cookie{Name: sessionCookie, Value: "bad"}}), status: 204, cookies: blank},
		}},
	}
}

const staticToken = "a-static-token-of-32-characters-x"

func staticTokenOfBob(t *testing.T, s scene) {
	t.Helper()
	secret := domain.HashSecret(staticToken)
	bob, err := s.store.Repos().Users.ByEmail(t.Context(), "bob@example.com")
	if err != nil {
		t.Fatal(err)
	}
	s.change(t, bob.ID, func(u *domain.User) { u.StaticToken = &secret })
}

// bearing reads the own account with that Authorization.
func bearing(authorization string) call {
	return call{method: http.MethodGet, path: "/users/me", header: http.Header{"Authorization": {authorization}}}
}

func tokenWithoutASession(t *testing.T, s scene) {
	claims := s.old
	claims.ExpiresAt, claims.Session = s.clock.Now().Add(time.Hour), ""
	wantFailure(t, s.do(t, bearing("Bearer "+s.tokens.Signed("hs256", claims))), 403, domain.InvalidToken)
}

func accessTokenAfterLogout(t *testing.T, s scene) {
	held, _ := s.login(t, "bob@example.com", domain.ModeJSON)
	s.do(t, post("/auth/logout", map[string]any{"refresh_token": held.RefreshToken}))
	wantFailure(t, s.do(t, bearing("Bearer "+held.AccessToken)), 401, domain.InvalidCredentials)
}

func sessionCookieAfterLogout(t *testing.T, s scene) {
	_, got := s.login(t, "bob@example.com", domain.ModeSession)
	cookie := &http.Cookie{Name: sessionCookie, Value: got.cookies[sessionCookie]}
	got = s.do(t, call{method: http.MethodPost, path: "/auth/logout", body: `{"mode":"session"}`, cookie: cookie})
	if set := blanked(got.header["Set-Cookie"]); got.status != 204 || !slices.Equal(set, []string{sessionCookieGone}) {
		t.Errorf("logout: got %d %q, want 204 %q", got.status, set, []string{sessionCookieGone})
	}
	got = s.do(t, call{method: http.MethodGet, path: "/users/me", cookie: cookie})
	wantFailure(t, got, 401, domain.InvalidCredentials)
	if set := blanked(got.header["Set-Cookie"]); !slices.Equal(set, []string{sessionCookieGone}) {
		t.Errorf("got %q, want %q", set, []string{sessionCookieGone})
	}
	wantFailure(t, s.do(t, bearing("Bearer "+cookie.Value)), 401, domain.InvalidCredentials)
}

func tokenOfASuspendedUser(t *testing.T, s scene) {
	held, _ := s.login(t, "bob@example.com", domain.ModeJSON)
	bob, err := s.store.Repos().Users.ByEmail(t.Context(), "bob@example.com")
	if err != nil {
		t.Fatal(err)
	}
	s.change(t, bob.ID, func(u *domain.User) { u.Status = domain.StatusSuspended })
	wantFailure(t, s.do(t, bearing("Bearer "+held.AccessToken)), 401, domain.InvalidCredentials)
	wantFailure(t, s.do(t, post("/auth/refresh", map[string]any{"refresh_token": held.RefreshToken})), 401, domain.InvalidCredentials)
}

// loginRules are those of POST /auth/login.
func loginRules() []rule {
	refused := func(name, email, typed string) row {
		return row{
			name: "7 " + name, call: always(post("/auth/login", map[string]any{"email": email, "password": typed})), status: 401, code: domain.InvalidCredentials,
			body: `{"errors":[{"message":"Invalid user credentials.","extensions":{"code":"INVALID_CREDENTIALS"}}]}`,
		}
	}
	malformed := func(name string, body any, reason string) row {
		return row{
			name: "7 " + name, call: always(post("/auth/login", body)), status: 400, code: domain.InvalidPayload,
			message: "Invalid payload. " + reason + ".", extension: map[string]string{"reason": reason},
		}
	}
	badMode := `"mode" must be one of [json, cookie, session]`
	return []rule{
		{name: "§3 login", rows: []row{
			{name: "no mode is json", call: always(post("/auth/login", credentials())), status: 200, members: []string{"access_token", "expires", "refresh_token"}},
			{name: "json", call: always(post("/auth/login", credentials("mode", "json"))), status: 200, members: []string{"access_token", "expires", "refresh_token"}},
			{name: "e-mail in another case", call: always(post("/auth/login", credentials("email", "aNN@EXAMPLE.com"))), status: 200},
			{name: "an otp that nobody asked for is ignored", call: always(post("/auth/login", credentials("otp", "123456"))), status: 200},
			{name: "any provider is no route", call: always(post("/auth/login/default", credentials())), status: 404, code: domain.RouteNotFound},
		}},
		{name: "§4 refresh cookie", rows: []row{
			{name: "cookie", call: always(post("/auth/login", credentials("mode", "cookie"))), status: 200, members: []string{"access_token", "expires"}, cookies: []string{refreshCookieSet, deviceCookieSet}},
		}},
		{name: "§4 session cookie", rows: []row{
			{name: "session", call: always(post("/auth/login", credentials("mode", "session"))), status: 200, members: []string{"expires"}, cookies: []string{sessionCookieSet, deviceCookieSet}},
		}},
		{name: "§7 wrong password, unknown user, no password", given: otherAccounts, rows: []row{
			refused("wrong password", "ann@example.com", "wrong"),
			refused("unknown user", "nobody@example.com", password),
			refused("user without password", "none@example.com", password),
			refused("otp on, wrong password", "otp@example.com", "wrong"),
		}},
		{name: "§7 account that is not active", given: otherAccounts, rows: []row{
			refused("draft", "draft@example.com", password),
			refused("invited", "invited@example.com", password),
			refused("unverified", "unverified@example.com", password),
			refused("suspended", "suspended@example.com", password),
			refused("archived", "archived@example.com", password),
		}},
		{name: "§7 second factor", given: otherAccounts, rows: []row{
			{name: "otp on and missing", call: always(post("/auth/login", credentials("email", "otp@example.com"))), status: 401, code: domain.InvalidOTP, message: "Invalid user OTP."},
		}},
		{name: "§7 malformed login", rows: []row{
			malformed("email missing", `{"password":"x"}`, `"email" is required`),
			malformed("email empty", `{"email":"","password":"x"}`, `"email" is not allowed to be empty`),
			malformed("email no string", `{"email":1,"password":"x"}`, `"email" must be a string`),
			malformed("email no address", `{"email":"zzz","password":"x"}`, `"email" must be a valid email`),
			malformed("password missing", `{"email":"ann@example.com"}`, `"password" is required`),
			malformed("password empty", `{"email":"ann@example.com","password":""}`, `"password" is not allowed to be empty`),
			malformed("password no string", `{"email":"ann@example.com","password":null}`, `"password" must be a string`),
			malformed("otp empty", credentials("otp", ""), `"otp" is not allowed to be empty`),
			malformed("otp no string", credentials("otp", 123456), `"otp" must be a string`),
			malformed("mode unknown", credentials("mode", "cookies"), badMode),
			malformed("mode empty", credentials("mode", ""), badMode),
			malformed("mode in capitals", credentials("mode", "JSON"), badMode),
			malformed("mode no string", credentials("mode", nil), badMode),
		}},
		{name: "§9 life of a token", also: lifeOfTokens},
		{name: "§9 refresh token", also: refreshTokenForm},
	}
}

func otherAccounts(t *testing.T, s scene) {
	t.Helper()
	for email, status := range map[domain.Email]domain.Status{
		"draft@example.com": domain.StatusDraft, "invited@example.com": domain.StatusInvited,
		"unverified@example.com": domain.StatusUnverified, "suspended@example.com": domain.StatusSuspended,
		"archived@example.com": domain.StatusArchived,
	} {
		s.seed(t, email, func(u *domain.User) { u.Status = status })
	}
	s.seed(t, "none@example.com", func(u *domain.User) { u.Password = "" })
	s.seed(t, "otp@example.com", func(u *domain.User) { u.TOTP = []byte("sealed") })
}

func lifeOfTokens(t *testing.T, s scene) {
	if s.json.Expires != 900_000 {
		t.Errorf("json: got %d, want 900000", s.json.Expires)
	}
	held, _ := s.login(t, "ann@example.com", domain.ModeSession)
	if held.Expires != 86_400_000 {
		t.Errorf("session: got %d, want 86400000", held.Expires)
	}
}

func refreshTokenForm(t *testing.T, s scene) {
	for _, token := range []string{s.json.RefreshToken, s.carry.Value} {
		if !regexp.MustCompile(`^[A-Za-z0-9_-]{64}$`).MatchString(token) {
			t.Errorf("got a token of %d characters or of others", len(token))
		}
	}
}

func tooManyRequests(t *testing.T, _ scene) {
	settings := unlimited()
	settings.LoginAccount = port.Limit{Burst: 1, Every: 1500e6}
	w := newWorld(t, settings)
	w.seed(t, "ann@example.com")
	w.do(t, post("/auth/login", credentials("password", "wrong")))
	got := w.do(t, post("/auth/login", credentials()))
	checkEnvelope(t, got)
	wantFailure(t, got, 429, domain.RequestsExceeded)
	if after := got.header.Get("Retry-After"); after != "2" {
		t.Errorf("Retry-After: got %q, want 1.5 s rounded up", after)
	}
	failed := failureIn(t, got)
	if want := "Too many requests, retry after 1.5s."; failed.Message != want {
		t.Errorf("message: got %q, want %q", failed.Message, want)
	}
	if reset := failed.Extensions["reset"]; reset != "2026-03-14T09:26:55.089Z" {
		t.Errorf("reset: got %v, want when the next attempt is free", reset)
	}
}

func overload(t *testing.T, _ scene) {
	w := newWorld(t, unlimited())
	defer w.hasher.Fill()()
	got := w.do(t, post("/auth/login", credentials()))
	checkEnvelope(t, got)
	wantFailure(t, got, 503, domain.ServiceUnavailable)
	if after := got.header.Get("Retry-After"); after != "1" {
		t.Errorf("Retry-After: got %q, want 1", after)
	}
}
