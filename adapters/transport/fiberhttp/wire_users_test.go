package fiberhttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// userMembers are the columns of a user, sorted.
func userMembers() []string {
	return []string{
		"appearance", "auth_data", "avatar", "description", "email", "email_notifications", "external_identifier", "first_name",
		"id", "language", "last_access", "last_name", "last_page", "location", "password", "policies", "provider", "role", "status",
		"tags", "text_direction", "tfa_secret", "theme_dark", "theme_dark_overrides", "theme_light", "theme_light_overrides", "title", "token",
	}
}

// accountRules are those of GET /users/me.
func accountRules() []rule {
	return []rule{
		{name: "§3 read the own account", rows: []row{
			{name: "all members", call: reading(""), status: 200, members: userMembers()},
			{name: "HEAD", call: func(s scene) call {
				return call{method: http.MethodHead, path: "/users/me", bearer: s.json.AccessToken}
			}, status: 200},
		}},
		{name: "§3 fields", rows: []row{
			{name: "some", call: reading("?fields=id,email"), status: 200, answer: func(s scene) string { return `{"data":{"email":"Ann@example.com","id":"` + string(s.ann.ID) + `"}}` }},
			{name: "in brackets", call: reading("?fields[]=first_name&fields[]=last_name"), status: 200, body: `{"data":{"first_name":"Ann","last_name":null}}`},
			{name: "with an index", call: reading("?fields[0]=first_name&fields[1]=id"), status: 200, members: []string{"first_name", "id"}},
			{name: "percent-encoded", call: reading("?fields%5B%5D=first_name%2Cid"), status: 200, members: []string{"first_name", "id"}},
			{name: "of a relation", call: reading("?fields=id,role.name"), status: 200, members: []string{"id", "role"}},
			{name: "star", call: reading("?fields=*"), status: 200, members: userMembers()},
			{name: "star of everything", call: reading("?fields=*.*"), status: 200, members: userMembers()},
			{name: "star and a relation", call: reading("?fields=*,role.*"), status: 200, members: userMembers()},
			{name: "empty", call: reading("?fields="), status: 200, members: userMembers()},
			{name: "unknown shows the id alone", call: reading("?fields=nope"), status: 200, answer: func(s scene) string { return `{"data":{"id":"` + string(s.ann.ID) + `"}}` }},
			{name: "an unknown one beside others, too", call: reading("?fields=email,nope"), status: 200, answer: func(s scene) string { return `{"data":{"id":"` + string(s.ann.ID) + `"}}` }},
			{name: "a selected secret is concealed", call: reading("?fields=password,token,tfa_secret"), status: 200, body: `{"data":{"password":"**********","tfa_secret":null,"token":null}}`},
		}},
	}
}

// reading reads Ann's account with her token.
func reading(query string) func(scene) call {
	return func(s scene) call {
		return call{method: http.MethodGet, path: "/users/me" + query, bearer: s.json.AccessToken}
	}
}

func timeFormat(t *testing.T, s scene) {
	got := s.do(t, reading("?fields=last_access")(s))
	if want := `{"data":{"last_access":"2026-03-14T09:26:53.589Z"}}`; string(got.body) != want {
		t.Errorf("got %s, want %s", got.body, want)
	}
}

func TestWireUsersMe(t *testing.T) {
	s := newScene(t)
	t.Run("3 preferences that an import kept show none but those that there are", func(t *testing.T) {
		kept := map[string]any{"title": "Dr.", "tags": []string{"a"}, "theme_light": nil, "favourite": "needle"}
		for _, name := range []string{"id", "email", "password", "token", "tfa_secret", "role", "status", "first_name", "last_access", "policies"} {
			kept[name] = "needle"
		}
		user := s.seed(t, "imported@example.com", func(u *domain.User) { u.Preferences = mustJSON(t, kept) })
		held, _ := s.login(t, "imported@example.com", domain.ModeJSON)
		got := s.do(t, call{method: http.MethodGet, path: "/users/me", bearer: held.AccessToken})
		if names := dataMembers(t, got); !slices.Equal(names, userMembers()) {
			t.Errorf("got members %q, want those of every user", names)
		}
		if strings.Contains(string(got.body), "needle") {
			t.Errorf("got %s, want no member from among the preferences", got.body)
		}
		var shown struct {
			ID         domain.UserID
			Password   string
			Title      string
			Tags       []string
			ThemeLight *string `json:"theme_light"`
		}
		if err := got.data(&shown); err != nil || shown.ID != user.ID || shown.Password != "**********" || shown.Title != "Dr." || !slices.Equal(shown.Tags, []string{"a"}) || shown.ThemeLight != nil {
			t.Errorf("got %s, %v, want the account and what it prefers", got.body, err)
		}
	})
	t.Run("3 secrets that are there read back as stars", func(t *testing.T) {
		secret := domain.HashSecret("static")
		user := s.seed(t, "secretive@example.com", func(u *domain.User) { u.StaticToken = &secret })
		held, _ := s.login(t, "secretive@example.com", domain.ModeJSON)
		s.change(t, user.ID, func(u *domain.User) { u.TOTP = []byte("sealed") })
		got := s.do(t, call{method: http.MethodGet, path: "/users/me?fields=password,token,tfa_secret", bearer: held.AccessToken})
		if want := `{"data":{"password":"**********","tfa_secret":"**********","token":"**********"}}`; string(got.body) != want {
			t.Errorf("got %s, want %s", got.body, want)
		}
	})
}

// profileRules are those of PATCH /users/me.
func profileRules() []rule {
	patch := func(body any) func(scene) call {
		return func(s scene) call {
			return call{method: http.MethodPatch, path: "/users/me", bearer: s.json.AccessToken, body: body}
		}
	}
	picked := func(fields string, body any) func(scene) call {
		return func(s scene) call {
			return call{method: http.MethodPatch, path: "/users/me?fields=" + fields, bearer: s.json.AccessToken, body: body}
		}
	}
	return []rule{
		{name: "§3 change the own account", rows: []row{
			{name: "the user is answered", call: patch(`{"first_name":"Anna"}`), status: 200, members: userMembers()},
			{name: "fields select what is answered", call: picked("first_name,last_name", `{"last_name":"Lee"}`), status: 200, body: `{"data":{"first_name":"Anna","last_name":"Lee"}}`},
			{name: "null empties a name", call: picked("last_name", `{"last_name":null}`), status: 200, body: `{"data":{"last_name":null}}`},
			{name: "unknown members are ignored", call: picked("first_name", `{"nope":1,"First_Name":"X"}`), status: 200, body: `{"data":{"first_name":"Anna"}}`},
			{name: "an empty object changes nothing", call: picked("first_name", `{}`), status: 200, body: `{"data":{"first_name":"Anna"}}`},
			{name: "no body changes nothing", call: picked("first_name", nil), status: 200, body: `{"data":{"first_name":"Anna"}}`},
			{name: "preferences are kept as they came", call: picked("tags,theme_dark_overrides,email_notifications,location", `{"tags":["a",{"b":1.50}],"theme_dark_overrides":{"c":[]},"email_notifications":false,"location":"Rome"}`), status: 200, body: `{"data":{"email_notifications":false,"location":"Rome","tags":["a",{"b":1.50}],"theme_dark_overrides":{"c":[]}}}`},
			{name: "null takes a preference back", call: picked("email_notifications,location", `{"email_notifications":null,"location":null}`), status: 200, body: `{"data":{"email_notifications":true,"location":null}}`},
			{name: "tfa_secret", call: patch(`{"tfa_secret":"x"}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "tfa_secret"}},
			{name: "tfa_secret null", call: patch(`{"tfa_secret":null}`), status: 400, code: domain.InvalidPayload},
		}},
		{name: "§3 new password of one's own", also: newPasswordOfOnesOwn},
		{name: "§7 change that is refused", rows: []row{
			{name: "e-mail of another, in another case", call: takenAddress, status: 400, code: domain.RecordNotUnique, extension: map[string]string{"collection": "directus_users", "field": "email"}},
			{name: "e-mail that is none", call: patch(`{"email":"zzz"}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "email"}},
			{name: "e-mail null", call: patch(`{"email":null}`), status: 400, code: domain.InvalidPayload},
			{name: "password null", call: patch(`{"password":null}`), status: 400, code: domain.InvalidPayload},
			{name: "password empty", call: patch(`{"password":""}`), status: 400, code: domain.InvalidPayload},
			{name: "password too short", call: patch(`{"password":"short"}`), status: 400, code: domain.FailedValidation, extension: map[string]string{"field": "password", "type": "regex"}},
			{name: "password that all guess", call: patch(`{"password":"12345678"}`), status: 400, code: domain.FailedValidation},
			{name: "preferences nested too deep", call: patch(`{"tags":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "tags"}},
			{name: "a number that few can hold", call: patch(`{"theme_dark_overrides":{"a":1e400}}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "theme_dark_overrides"}},
			{name: "of several wrong preferences the first by name is told", call: patch(`{"title":1,"tags":1,"avatar":1,"location":1}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "avatar"}},
			{name: "preferences that are too long", call: patch(map[string]any{"description": strings.Repeat("x", domain.MaxPreferencesBytes)}), status: 400, code: domain.InvalidPayload},
		}},
	}
}

// takenAddress gives Ann the address of Bob, as administrators change addresses: that is at once.
func takenAddress(s scene) call {
	return call{method: http.MethodPatch, path: "/users/" + string(s.ann.ID), body: `{"email":"BOB@example.com"}`, bearer: s.admin.AccessToken}
}

// newPasswordOfOnesOwn ends the caller's session as well, but for session mode.
func newPasswordOfOnesOwn(t *testing.T, s scene) {
	json, _ := s.login(t, "bob@example.com", domain.ModeJSON)
	_, got := s.login(t, "bob@example.com", domain.ModeSession)
	stay := &http.Cookie{Name: sessionCookie, Value: got.cookies[sessionCookie]}
	got = s.do(t, call{method: http.MethodPatch, path: "/users/me", body: `{"password":"another fine password"}`, cookie: stay})
	if set := blanked(got.header["Set-Cookie"]); got.status != 200 || !slices.Equal(set, []string{sessionCookieSet}) {
		t.Fatalf("got %d %q, want 200 and a fresh session cookie", got.status, set)
	}
	fresh := &http.Cookie{Name: sessionCookie, Value: got.cookies[sessionCookie]}
	if got := s.do(t, call{method: http.MethodGet, path: "/users/me", cookie: fresh}); got.status != 200 {
		t.Errorf("fresh cookie: got %d, want 200", got.status)
	}
	wantFailure(t, s.do(t, call{method: http.MethodGet, path: "/users/me", cookie: stay}), 401, domain.InvalidCredentials)
	wantFailure(t, s.do(t, call{method: http.MethodGet, path: "/users/me", bearer: json.AccessToken}), 401, domain.InvalidCredentials)
}

// TestWireNewPasswordWithoutSession: the change has happened, whatever becomes of the fresh
// session, and the cookie that is dead is taken away.
func TestWireNewPasswordWithoutSession(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	_, got := w.login(t, "ann@example.com", domain.ModeSession)
	stay := &http.Cookie{Name: sessionCookie, Value: got.cookies[sessionCookie]}
	w.faults.Set(intercept.FailMethod("Sessions.Create", errors.New("the disk is on fire")))
	got = w.do(t, call{method: http.MethodPatch, path: "/users/me?fields=email", body: `{"password":"another fine password"}`, cookie: stay})
	w.faults.Set(nil)
	if set := blanked(got.header["Set-Cookie"]); got.status != 200 || !slices.Equal(set, []string{sessionCookieGone}) {
		t.Fatalf("got %d %q, want 200 and no cookie any more", got.status, set)
	}
	if want := `{"data":{"email":"ann@example.com"}}`; string(got.body) != want {
		t.Errorf("got %s, want %s", got.body, want)
	}
	again := post("/auth/login", map[string]any{"email": "ann@example.com", "password": "another fine password"})
	if got := w.do(t, again); got.status != 200 {
		t.Errorf("got %d for the new password, want 200", got.status)
	}
	// A change that ends nothing takes no cookie away.
	_, got = w.loginWith(t, "ann@example.com", "another fine password", domain.ModeSession)
	stay.Value = got.cookies[sessionCookie]
	got = w.do(t, call{method: http.MethodPatch, path: "/users/me", body: `{"first_name":"Ann"}`, cookie: stay})
	if set := got.header["Set-Cookie"]; got.status != 200 || set != nil {
		t.Errorf("got %d %q, want 200 and no cookie moved", got.status, set)
	}
}

const (
	contentHealth = "application/health+json; charset=utf-8"
	checkedHealth = `{"status":"ok","checks":{"store:responseTime":[{"status":"ok","componentType":"datastore","observedValue":0,"observedUnit":"ms"}]}}`
)

func asUser(path string) func(scene) call {
	return func(s scene) call {
		return call{method: http.MethodGet, path: path, bearer: s.json.AccessToken}
	}
}

func asAdministrator(path string) func(scene) call {
	return func(s scene) call {
		return call{method: http.MethodGet, path: path, bearer: s.admin.AccessToken}
	}
}

// serverRules are those of the server itself.
func serverRules() []rule {
	health := map[string]string{"Content-Type": contentHealth}
	plain := map[string]string{"Content-Type": contentJSON}
	ok := `{"status":"ok"}`
	anybody := `{"data":{"project":{"project_name":"Sallyport"}}}`
	known := `{"data":{"project":{"project_name":"Sallyport"},"version":"v1.2.3"}}`
	return []rule{
		{name: "§3 ping", rows: []row{
			{name: "ping", call: always(get("/server/ping")), status: 200, header: map[string]string{"Content-Type": "text/html; charset=utf-8"}, body: "pong"},
		}},
		{name: "§3 info", rows: []row{
			{name: "anonymous", call: always(get("/server/info")), status: 200, header: plain, body: anybody},
			{name: "user", call: asUser("/server/info"), status: 200, header: plain, body: known},
			{name: "administrator", call: asAdministrator("/server/info"), status: 200, header: plain, body: known},
		}},
		{name: "§3 health", rows: []row{
			{name: "anonymous", call: always(get("/server/health")), status: 200, header: health, body: ok},
			{name: "user", call: asUser("/server/health"), status: 200, header: health, body: ok},
			{name: "administrator", call: asAdministrator("/server/health"), status: 200, header: health, body: checkedHealth},
		}, also: healthOfADeadStore},
		{name: "§3 probes of an orchestrator", rows: []row{
			{name: "livez", call: always(get("/livez")), status: 200, header: plain, body: ok},
			{name: "readyz", call: always(get("/readyz")), status: 200, header: plain, body: ok},
			{name: "shows nobody what is inside", call: asAdministrator("/readyz"), status: 200, header: plain, body: ok},
		}},
		{name: "§9 public keys", also: publicKeys},
		{name: "§7 defect", also: func(t *testing.T, _ scene) {
			w := serveStub(t, func(context.Context) (auth.Tokens, error) { panic("a defect") })
			wantInternal(t, "login", w.do(t, post("/auth/login", credentials())))
		}},
		{name: "§7 overload", also: overload},
		{name: "§7 too many requests", also: tooManyRequests},
		{name: "§7 store that cannot be asked", also: storeThatCannotBeAsked},
		{name: "§7 session that cannot be asked", also: sessionThatCannotBeAsked},
	}
}

func publicKeys(t *testing.T, s scene) {
	document := `{"keys":[{"kid":"x","kty":"OKP","crv":"Ed25519","x":"y"}]}`
	signing := newWorld(t, unlimited(), func(c *fiberhttp.Config) {
		c.KeySet = func(context.Context) ([]byte, error) { return []byte(document), nil }
	})
	for want, w := range map[string]world{document: signing, `{"keys":[]}`: s.world} {
		for _, bearer := range []string{"", "opaque"} {
			got := w.do(t, call{method: http.MethodGet, path: "/.well-known/jwks.json", bearer: bearer})
			if got.status != 200 || string(got.body) != want || got.header.Get("Content-Type") != "application/jwk-set+json" || got.header.Get("Cache-Control") != "public, max-age=300" {
				t.Errorf("got %d %v %s, want the keys, for five minutes", got.status, got.header, got.body)
			}
		}
	}
}

func healthOfADeadStore(t *testing.T, s scene) {
	health := map[string]string{"Content-Type": contentHealth}
	plain := map[string]string{"Content-Type": contentJSON}
	ok := `{"status":"ok"}`
	s.faults.Set(intercept.FailMethod("Store.Ping", errors.New("the disk is on fire")))
	defer s.faults.Set(nil)
	down := `{"status":"error"}`
	for _, r := range []row{
		{name: "health/anonymous", call: always(get("/server/health")), status: 503, header: health, body: down},
		{name: "health/user", call: asUser("/server/health"), status: 503, header: health, body: down},
		{name: "health/administrator", call: asAdministrator("/server/health"), status: 503, header: health, body: strings.ReplaceAll(checkedHealth, `"ok"`, `"error"`)},
		{name: "readyz", call: always(get("/readyz")), status: 503, header: plain, body: down},
		{name: "livez has no say in it", call: always(get("/livez")), status: 200, header: plain, body: ok},
		{name: "ping neither", call: always(get("/server/ping")), status: 200, body: "pong"},
	} {
		got := s.do(t, r.call(s))
		if got.status != r.status || string(got.body) != r.body {
			t.Errorf("%s: got %d %s, want %d %s", r.name, got.status, got.body, r.status, r.body)
		}
		for name, want := range r.header {
			if value := got.header.Get(name); value != want {
				t.Errorf("%s: %s: got %q, want %q", r.name, name, value, want)
			}
		}
	}
}

func storeThatCannotBeAsked(t *testing.T, s scene) {
	for _, method := range []string{"Users.ByEmail", "Sessions.Create", "Hasher.Verify", "Issuer.Issue"} {
		s.faults.Set(intercept.FailMethod(method, errors.New("the disk is on fire")))
		got := s.do(t, post("/auth/login", credentials()))
		checkEnvelope(t, got)
		wantFailure(t, got, 503, domain.ServiceUnavailable)
		if after := got.header.Get("Retry-After"); after != "1" {
			t.Errorf("%s: Retry-After: got %q, want 1", method, after)
		}
	}
	s.faults.Set(nil)
}

func sessionThatCannotBeAsked(t *testing.T, s scene) {
	s.faults.Set(intercept.FailMethod("Sessions.Get", errors.New("the disk is on fire")))
	defer s.faults.Set(nil)
	got := s.do(t, call{method: http.MethodGet, path: "/users/me", cookie: &s.stay})
	wantFailure(t, got, 503, domain.ServiceUnavailable)
	if set := got.header["Set-Cookie"]; set != nil {
		t.Errorf("got %q, want no cookie", set)
	}
}

// TestWireLastAccess: a refresh counts as being seen.
func TestWireLastAccess(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	held, _ := w.login(t, "ann@example.com", domain.ModeJSON)
	w.clock.Advance(90 * time.Second)
	refreshed := w.do(t, post("/auth/refresh", map[string]any{"refresh_token": held.RefreshToken}))
	var next tokens
	if err := refreshed.data(&next); err != nil {
		t.Fatal(err)
	}
	got := w.do(t, call{method: http.MethodGet, path: "/users/me", bearer: next.AccessToken})
	var user map[string]json.RawMessage
	if err := got.data(&user); err != nil {
		t.Fatal(err)
	}
	if seen, want := string(user["last_access"]), `"2026-03-14T09:28:23.589Z"`; seen != want {
		t.Errorf("got %s, want %s", seen, want)
	}
}
