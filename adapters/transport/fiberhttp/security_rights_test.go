package fiberhttp_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity72_OnlyListedFieldsAreWritable: whatever else a user sends about itself
// changes nothing.
//
// Red when RefuseOthers in httpedge takes "role" from its list of names, and when
// preferences there has another member, such as "verified".
func TestSecurity72_OnlyListedFieldsAreWritable(t *testing.T) {
	w := newWorld(t, unlimited())
	user := w.seed(t, "ann@example.com")
	held, _ := w.login(t, "ann@example.com", domain.ModeJSON)
	stored := func() domain.User {
		t.Helper()
		u, err := w.store.Repos().Users.ByID(t.Context(), user.ID)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	before := stored()
	for _, name := range []string{"id", "role", "status", "token", "tfa_secret", "provider", "external_identifier", "auth_data", "last_access", "policies"} {
		for _, value := range []any{"x", string(domain.AdministratorRole), nil, map[string]any{"create": []any{}}, []any{}, 1, true} {
			got := w.do(t, call{method: http.MethodPatch, path: "/users/me", bearer: held.AccessToken, body: map[string]any{name: value, "first_name": "Eve"}})
			code := domain.Forbidden
			status := 403
			if name == "tfa_secret" {
				code, status = domain.InvalidPayload, 400
			}
			wantFailure(t, got, status, code)
		}
	}
	if after := stored(); !reflect.DeepEqual(after, before) {
		t.Error("a refused change changed the account")
	}
	for _, name := range []string{"Role", "ROLE", "role ", "admin", "admin_access", "app", "epoch", "version", "email_verified", "verified", "created_at", "totp", "static_token", "password_hash", "__proto__", "user_created"} {
		got := w.do(t, call{method: http.MethodPatch, path: "/users/me", bearer: held.AccessToken, body: map[string]any{name: "x"}})
		if got.status != 200 {
			t.Errorf("%s: got %d %s, want 200, ignored", name, got.status, got.body)
		}
		if names := dataMembers(t, got); !slices.Equal(names, userMembers()) {
			t.Errorf("%s: the user has other members now: %q", name, names)
		}
	}
	after := stored()
	after.Version = before.Version
	if !reflect.DeepEqual(after, before) {
		t.Errorf("an ignored member changed the account")
	}
}

// TestSecurity73_SpellingsOfAPath: no spelling of a path and no method override gets round
// the check of who calls.
//
// Red when guard sets the method from X-HTTP-Method-Override, and when readyz asks for
// health as an administrator.
func TestSecurity73_SpellingsOfAPath(t *testing.T) {
	w := newWorld(t, unlimited())
	user := w.seed(t, "ann@example.com")
	w.seedAdministrator(t, "root@example.com")
	spellings := []string{
		"/users/me", "//users/me", "/users//me", "/USERS/ME", "/Users/me/", "/users/me//", "/./users/me", "/x/../users/me", "/users/./me",
		"/users/%6de", "/%75sers/me", "/users%2fme", "/users%2Fme", "/users/me%00", "/users/me;a=b", "/users/me/.", "/users/me%20", "/users/me?", "/users/me%3f",
		"/auth/../users/me", "/server/ping/../../users/me", "/livez/../users/me", "/auth/login/../../users/me", "/users/me.json", "/\\users\\me",
	}
	for _, path := range spellings {
		for _, method := range []string{"GET", "PATCH", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"} {
			request := method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-HTTP-Method-Override: PATCH\r\nX-HTTP-Method: PATCH\r\nX-Method-Override: PATCH\r\nX-Original-URL: /server/ping\r\nX-Rewrite-URL: /server/ping\r\n"
			body := ""
			if method != "GET" {
				body = `{"first_name":"Eve","_method":"PATCH"}`
				request += "Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
			}
			answers := w.exchange(t, request+"\r\n"+body)
			if len(answers) != 1 {
				t.Fatalf("%s %s: got %d answers, want 1", method, path, len(answers))
			}
			got := answers[0]
			if got.status < 400 || got.status >= 500 {
				t.Errorf("%s %s: got %d %s, want a refusal", method, path, got.status, got.body)
			}
			if bytes.Contains(got.body, []byte("ann@example.com")) {
				t.Errorf("%s %s: the answer shows the account", method, path)
			}
		}
	}
	held, _ := w.login(t, "ann@example.com", domain.ModeJSON)
	for _, override := range []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override"} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
			got := w.do(t, call{
				method: method, path: "/users/me?_method=PATCH", bearer: held.AccessToken,
				body: `{"first_name":"Eve","_method":"PATCH"}`, header: http.Header{override: {"PATCH"}},
			})
			wantFailure(t, got, 404, domain.RouteNotFound)
		}
	}
	for _, path := range []string{"/server/health", "//server/health", "/SERVER/HEALTH", "/server/health/", "/server//health", "/server/%68ealth", "/readyz", "/READYZ/"} {
		got := w.do(t, call{method: http.MethodGet, path: path, bearer: held.AccessToken, header: http.Header{"X-Http-Method-Override": {"POST"}}})
		if bytes.Contains(got.body, []byte("checks")) {
			t.Errorf("%s: got %s, want nothing that is for administrators", path, got.body)
		}
	}
	stored, err := w.store.Repos().Users.ByID(t.Context(), user.ID)
	if err != nil || stored.FirstName != "" {
		t.Errorf("got first name %q, %v, want nothing changed", stored.FirstName, err)
	}
}

// TestSecurity74_NothingSecretLeaves: a full story, good and bad, and then no answer and no
// line of the log holds a secret, but for the one answer and place that hands it out.
//
// Red when userObject shows u.Password, answerTokens shows t.Refresh in cookie mode or
// t.Access in session mode, requestPath returns URI().RequestURI(), or decodeLogin logs the
// password.
func TestSecurity74_NothingSecretLeaves(t *testing.T) {
	w := newWorld(t, unlimited())
	user := w.seed(t, "ann@example.com")
	secrets := map[string]string{"password": password, "mistyped password": "a wrong passw0rd", "new password": "a brand new passw0rd"}
	var answers []response
	ask := func(c call) {
		t.Helper()
		answers = append(answers, w.do(t, c))
	}
	// hand takes what the latest answer hands out from where it belongs, and keeps the rest
	// of the answer for the search.
	hand := func(name string, mode domain.Mode) (access, renewal string) {
		t.Helper()
		access, renewal = handedOut(t, mode, &answers[len(answers)-1])
		secrets["access token of "+name], secrets["refresh token of "+name] = access, renewal
		return access, renewal
	}

	ask(post("/auth/login", credentials("password", secrets["mistyped password"])))
	ask(post("/auth/login", `{"email":"ann@example.com","password":"`+secrets["mistyped password"]+`",`))
	ask(post("/auth/login", map[string]any{"email": secrets["mistyped password"], "password": password}))
	ask(post("/auth/login", credentials()))
	access, renewal := hand("json", domain.ModeJSON)
	ask(post("/auth/login", credentials("mode", "cookie")))
	accessBeside, carried := hand("cookie", domain.ModeCookie)
	ask(post("/auth/login", credentials("mode", "session")))
	_, stayed := hand("session", domain.ModeSession)

	carry, stay := &http.Cookie{Name: refreshCookie, Value: carried}, &http.Cookie{Name: sessionCookie, Value: stayed}
	ask(call{method: http.MethodGet, path: "/users/me", bearer: access})
	ask(call{method: http.MethodGet, path: "/users/me?fields=password,token,tfa_secret,auth_data", cookie: stay})
	ask(get("/users/me?access_token=" + accessBeside))
	ask(get("/nowhere?access_token=" + accessBeside))
	ask(call{method: http.MethodGet, path: "/users/me?access_token=" + accessBeside, bearer: access})
	ask(call{method: http.MethodGet, path: "/users/me", bearer: access + "x"})
	ask(post("/auth/refresh", map[string]any{"refresh_token": renewal + "x"}))
	ask(post("/auth/refresh", map[string]any{"refresh_token": renewal, "mode": "nope"}))
	ask(call{method: http.MethodPost, path: "/auth/refresh", body: `{"mode":"cookie"}`, cookie: carry})
	hand("the renewed cookie", domain.ModeCookie)
	ask(call{method: http.MethodPatch, path: "/users/me", cookie: stay, body: map[string]any{"password": "short"}})
	ask(call{method: http.MethodPatch, path: "/users/me", cookie: stay, body: map[string]any{"password": secrets["new password"]}})
	_, stayed = hand("the new password", domain.ModeSession)
	ask(call{method: http.MethodPost, path: "/auth/logout", body: `{"mode":"session"}`, cookie: &http.Cookie{Name: sessionCookie, Value: stayed}})
	w.faults.Set(intercept.FailMethod("Users.ByEmail", errors.New("the disk is on fire")))
	ask(post("/auth/login", credentials()))

	stored, err := w.store.Repos().Users.ByID(t.Context(), user.ID)
	if err != nil || stored.Password == user.Password {
		t.Fatalf("the story did not go as told: %v", err)
	}
	secrets["first hash"], secrets["new hash"], secrets["cause of a failure"] = user.Password, stored.Password, "on fire"
	for name, secret := range secrets {
		if secret == "" {
			continue // such as the access token beside a session cookie
		}
		if name != "cause of a failure" && strings.Contains(w.log.String(), secret) {
			t.Errorf("the log holds the %s", name)
		}
		for _, got := range answers {
			if strings.Contains(fmt.Sprint(got.header)+string(got.body), secret) {
				t.Errorf("an answer with status %d holds the %s", got.status, name)
			}
		}
	}
}

// handedOut returns the tokens in the answer, and takes each from the one place where that
// mode has it. In session mode the one token stands for both.
func handedOut(t *testing.T, mode domain.Mode, got *response) (access, renewal string) {
	t.Helper()
	cookie := map[domain.Mode]string{domain.ModeCookie: refreshCookie, domain.ModeSession: sessionCookie}[mode]
	if mode != domain.ModeSession {
		var held tokens
		if err := got.data(&held); err != nil || held.AccessToken == "" {
			t.Fatalf("got %d %s, want tokens", got.status, got.body)
		}
		access, renewal = held.AccessToken, held.RefreshToken
		got.body = bytes.Replace(got.body, []byte(access), nil, 1)
		if mode == domain.ModeJSON {
			got.body = bytes.Replace(got.body, []byte(renewal), nil, 1)
		}
	}
	if cookie != "" {
		renewal = got.cookies[cookie]
		got.header = got.header.Clone()
		got.header.Set("Set-Cookie", strings.Replace(got.header.Get("Set-Cookie"), renewal, "", 1))
	}
	if renewal == "" {
		t.Fatalf("got %d %s, want tokens", got.status, got.body)
	}
	return access, renewal
}
