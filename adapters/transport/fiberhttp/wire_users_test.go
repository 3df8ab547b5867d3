package fiberhttp_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

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

func TestWireUsersMe(t *testing.T) {
	s := newScene(t)
	me := func(query string) func(scene) call {
		return func(s scene) call {
			return call{method: http.MethodGet, path: "/users/me" + query, bearer: s.json.AccessToken}
		}
	}
	onlyID := `{"data":{"id":"` + string(s.ann.ID) + `"}}`
	walk(t, s, []row{
		{name: "3 read/all members", call: me(""), status: 200, members: userMembers()},
		{name: "3 read/HEAD", call: func(s scene) call {
			return call{method: http.MethodHead, path: "/users/me", bearer: s.json.AccessToken}
		}, status: 200},
		{name: "3 fields/some", call: me("?fields=id,email"), status: 200, body: `{"data":{"email":"Ann@example.com","id":"` + string(s.ann.ID) + `"}}`},
		{name: "3 fields/in brackets", call: me("?fields[]=first_name&fields[]=last_name"), status: 200, body: `{"data":{"first_name":"Ann","last_name":null}}`},
		{name: "3 fields/with an index", call: me("?fields[0]=first_name&fields[1]=id"), status: 200, members: []string{"first_name", "id"}},
		{name: "3 fields/percent-encoded", call: me("?fields%5B%5D=first_name%2Cid"), status: 200, members: []string{"first_name", "id"}},
		{name: "3 fields/of a relation", call: me("?fields=id,role.name"), status: 200, members: []string{"id", "role"}},
		{name: "3 fields/star", call: me("?fields=*"), status: 200, members: userMembers()},
		{name: "3 fields/star of everything", call: me("?fields=*.*"), status: 200, members: userMembers()},
		{name: "3 fields/star and a relation", call: me("?fields=*,role.*"), status: 200, members: userMembers()},
		{name: "3 fields/empty", call: me("?fields="), status: 200, members: userMembers()},
		{name: "3 fields/unknown shows the id alone", call: me("?fields=nope"), status: 200, body: onlyID},
		{name: "3 fields/an unknown one beside others, too", call: me("?fields=email,nope"), status: 200, body: onlyID},
		{name: "3 fields/a selected secret is concealed", call: me("?fields=password,token,tfa_secret"), status: 200, body: `{"data":{"password":"**********","tfa_secret":null,"token":null}}`},
	})
	t.Run("1 last_access is ISO 8601 in UTC with milliseconds", func(t *testing.T) {
		got := s.do(t, me("?fields=last_access")(s))
		if want := `{"data":{"last_access":"2026-03-14T09:26:53.589Z"}}`; string(got.body) != want {
			t.Errorf("got %s, want %s", got.body, want)
		}
	})
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

func TestWirePatchMe(t *testing.T) {
	s := newScene(t)
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
	walk(t, s, []row{
		{name: "3 the user is answered", call: patch(`{"first_name":"Anna"}`), status: 200, members: userMembers()},
		{name: "3 fields select what is answered", call: picked("first_name,last_name", `{"last_name":"Lee"}`), status: 200, body: `{"data":{"first_name":"Anna","last_name":"Lee"}}`},
		{name: "3 null empties a name", call: picked("last_name", `{"last_name":null}`), status: 200, body: `{"data":{"last_name":null}}`},
		{name: "3 unknown members are ignored", call: picked("first_name", `{"nope":1,"First_Name":"X"}`), status: 200, body: `{"data":{"first_name":"Anna"}}`},
		{name: "3 an empty object changes nothing", call: picked("first_name", `{}`), status: 200, body: `{"data":{"first_name":"Anna"}}`},
		{name: "3 no body changes nothing", call: picked("first_name", nil), status: 200, body: `{"data":{"first_name":"Anna"}}`},
		{name: "3 preferences are kept as they came", call: picked("tags,theme_dark_overrides,email_notifications,location", `{"tags":["a",{"b":1.50}],"theme_dark_overrides":{"c":[]},"email_notifications":false,"location":"Rome"}`), status: 200, body: `{"data":{"email_notifications":false,"location":"Rome","tags":["a",{"b":1.50}],"theme_dark_overrides":{"c":[]}}}`},
		{name: "3 null takes a preference back", call: picked("email_notifications,location", `{"email_notifications":null,"location":null}`), status: 200, body: `{"data":{"email_notifications":true,"location":null}}`},
		{name: "3 tfa_secret", call: patch(`{"tfa_secret":"x"}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "tfa_secret"}},
		{name: "3 tfa_secret null", call: patch(`{"tfa_secret":null}`), status: 400, code: domain.InvalidPayload},
		{name: "7 e-mail of another, in another case", call: patch(`{"email":"BOB@example.com"}`), status: 400, code: domain.RecordNotUnique, extension: map[string]string{"collection": "directus_users", "field": "email"}},
		{name: "7 e-mail that is none", call: patch(`{"email":"zzz"}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "email"}},
		{name: "7 e-mail null", call: patch(`{"email":null}`), status: 400, code: domain.InvalidPayload},
		{name: "7 password null", call: patch(`{"password":null}`), status: 400, code: domain.InvalidPayload},
		{name: "7 password empty", call: patch(`{"password":""}`), status: 400, code: domain.InvalidPayload},
		{name: "7 password too short", call: patch(`{"password":"short"}`), status: 400, code: domain.FailedValidation, extension: map[string]string{"field": "password"}},
		{name: "7 password that all guess", call: patch(`{"password":"12345678"}`), status: 400, code: domain.FailedValidation},
		{name: "7 of several wrong preferences the first by name is told", call: patch(`{"title":1,"tags":1,"avatar":1,"location":1}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "avatar"}},
		{name: "7 preferences that are too long", call: patch(map[string]any{"description": strings.Repeat("x", domain.MaxPreferencesBytes)}), status: 400, code: domain.InvalidPayload},
	})
	t.Run("3 a new password ends the caller's session, but for session mode", func(t *testing.T) {
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
	})
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

func TestWireServer(t *testing.T) {
	s := newScene(t)
	health := map[string]string{"Content-Type": "application/health+json; charset=utf-8"}
	asUser := func(path string) func(scene) call {
		return func(s scene) call {
			return call{method: http.MethodGet, path: path, bearer: s.json.AccessToken}
		}
	}
	asAdministrator := func(path string) func(scene) call {
		return func(s scene) call {
			return call{method: http.MethodGet, path: path, bearer: s.admin.AccessToken}
		}
	}
	plain := map[string]string{"Content-Type": contentJSON}
	ok := `{"status":"ok"}`
	anybody := `{"data":{"project":{"project_name":"Sallyport"}}}`
	known := `{"data":{"project":{"project_name":"Sallyport"},"version":"v1.2.3"}}`
	checked := `{"status":"ok","checks":{"store:responseTime":[{"status":"ok","componentType":"datastore","observedValue":0,"observedUnit":"ms"}]}}`
	walk(t, s, []row{
		{name: "3 ping", call: always(get("/server/ping")), status: 200, header: map[string]string{"Content-Type": "text/html; charset=utf-8"}, body: "pong"},
		{name: "3 info/anonymous", call: always(get("/server/info")), status: 200, header: plain, body: anybody},
		{name: "3 info/user", call: asUser("/server/info"), status: 200, header: plain, body: known},
		{name: "3 info/administrator", call: asAdministrator("/server/info"), status: 200, header: plain, body: known},
		{name: "3 health/anonymous", call: always(get("/server/health")), status: 200, header: health, body: ok},
		{name: "3 health/user", call: asUser("/server/health"), status: 200, header: health, body: ok},
		{name: "3 health/administrator", call: asAdministrator("/server/health"), status: 200, header: health, body: checked},
		{name: "livez", call: always(get("/livez")), status: 200, header: plain, body: ok},
		{name: "readyz", call: always(get("/readyz")), status: 200, header: plain, body: ok},
		{name: "readyz/shows nobody what is inside", call: asAdministrator("/readyz"), status: 200, header: plain, body: ok},
	})
	t.Run("3 with a store that is down", func(t *testing.T) {
		s.faults.Set(intercept.FailMethod("Store.Ping", errors.New("the disk is on fire")))
		defer s.faults.Set(nil)
		down := `{"status":"error"}`
		for _, r := range []row{
			{name: "health/anonymous", call: always(get("/server/health")), status: 503, header: health, body: down},
			{name: "health/user", call: asUser("/server/health"), status: 503, header: health, body: down},
			{name: "health/administrator", call: asAdministrator("/server/health"), status: 503, header: health, body: strings.ReplaceAll(checked, `"ok"`, `"error"`)},
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
	})
	t.Run("7 a store that cannot be asked is 503 with Retry-After", func(t *testing.T) {
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
	})
	t.Run("7 a session that cannot be asked leaves the cookie alone", func(t *testing.T) {
		s.faults.Set(intercept.FailMethod("Sessions.Get", errors.New("the disk is on fire")))
		defer s.faults.Set(nil)
		got := s.do(t, call{method: http.MethodGet, path: "/users/me", cookie: &s.stay})
		wantFailure(t, got, 503, domain.ServiceUnavailable)
		if set := got.header["Set-Cookie"]; set != nil {
			t.Errorf("got %q, want no cookie", set)
		}
	})
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
