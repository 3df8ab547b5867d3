package fiberhttp_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// sessionMembers are those of a session, sorted.
func sessionMembers() []string {
	return []string{"created_at", "current", "expires", "id", "ip", "last_used", "mode", "origin", "user", "user_agent"}
}

// listed is a session as the wire has it.
type listed struct {
	ID        string `json:"id"`
	User      string `json:"user"`
	Mode      string `json:"mode"`
	CreatedAt string `json:"created_at"`
	LastUsed  string `json:"last_used"`
	Expires   string `json:"expires"`
	IP        string `json:"ip"`
	UserAgent string `json:"user_agent"`
	Origin    string `json:"origin"`
	Current   bool   `json:"current"`
}

// listSessions returns what the bearer is shown at path.
func (w world) listSessions(t testing.TB, path, bearer string) []listed {
	t.Helper()
	got := w.do(t, call{method: http.MethodGet, path: path, bearer: bearer})
	checkEnvelope(t, got)
	var shown []listed
	if err := got.data(&shown); err != nil || got.status != 200 {
		t.Fatalf("got %d %s, want sessions", got.status, got.body)
	}
	return shown
}

// sessionsRules are those of where people are logged in.
func sessionsRules() []rule {
	ask := func(method, path string, bearer func(scene) string) func(scene) call {
		return func(s scene) call {
			return call{method: method, path: strings.ReplaceAll(path, ":ann", string(s.ann.ID)), bearer: bearer(s)}
		}
	}
	ann := func(s scene) string { return s.json.AccessToken }
	root := func(s scene) string { return s.admin.AccessToken }
	nobody := func(scene) string { return "" }
	byCookie := func(method, path string, header http.Header) func(scene) call {
		return func(s scene) call { return call{method: method, path: path, cookie: &s.stay, header: header} }
	}
	of := func(id string) string { return "/auth/sessions?user=" + id }
	bad := `"user" must be the ID of one user`
	return []rule{
		{name: "§3 list sessions", also: membersOfASession, rows: []row{
			{name: "own", call: ask("GET", "/auth/sessions", ann), status: 200},
			{name: "HEAD", call: ask("HEAD", "/auth/sessions", ann), status: 200},
			{name: "slash at the end", call: ask("GET", "/auth/sessions/", ann), status: 200},
			{name: "by cookie", call: byCookie("GET", "/auth/sessions", nil), status: 200},
			{name: "by its own ID", call: ask("GET", of(":ann"), ann), status: 200},
			{name: "of another", call: ask("GET", of("0195f2c6-7d7e-7a10-8000-00000000dead"), ann), status: 403, code: domain.Forbidden},
			{name: "of nobody, by an administrator", call: ask("GET", of("0195f2c6-7d7e-7a10-8000-00000000dead"), root), status: 403, code: domain.Forbidden},
			{name: "of no text, by an administrator", call: ask("GET", of("%00%ff"), root), status: 403, code: domain.Forbidden},
			{name: "of a user, by an administrator", call: ask("GET", of(":ann"), root), status: 200},
			{name: "anonymous", call: ask("GET", "/auth/sessions", nobody), status: 401, code: domain.InvalidCredentials},
			{name: "of an empty user", call: ask("GET", "/auth/sessions?user=", ann), status: 400, code: domain.InvalidPayload, extension: map[string]string{"reason": bad}},
			{name: "of two users", call: ask("GET", of(":ann")+"&user=x", root), status: 400, code: domain.InvalidPayload, extension: map[string]string{"reason": bad}},
		}},
		{name: "§3 end a session", also: sessionOfTheCookieEnds, rows: []row{
			{name: "one that is not there", call: ask("DELETE", "/auth/sessions/nobody-s", ann), status: 403, code: domain.Forbidden},
			{name: "one whose ID is no text", call: ask("DELETE", "/auth/sessions/%00%ff", root), status: 403, code: domain.Forbidden},
			{name: "one, anonymous", call: ask("DELETE", "/auth/sessions/nobody-s", nobody), status: 401, code: domain.InvalidCredentials},
			{name: "another method", call: ask("POST", "/auth/sessions", ann), status: 404, code: domain.RouteNotFound},
			{name: "another method on one", call: ask("GET", "/auth/sessions/nobody-s", ann), status: 404, code: domain.RouteNotFound},
			{name: "below one", call: ask("DELETE", "/auth/sessions/a/b", ann), status: 404, code: domain.RouteNotFound},
		}},
		{name: "§3 end all other sessions", rows: []row{
			{name: "all of another", call: ask("DELETE", of("0195f2c6-7d7e-7a10-8000-00000000dead"), ann), status: 403, code: domain.Forbidden},
			{name: "all of an empty user", call: ask("DELETE", "/auth/sessions?user=", ann), status: 400, code: domain.InvalidPayload},
			{name: "all, anonymous", call: ask("DELETE", "/auth/sessions", nobody), status: 401, code: domain.InvalidCredentials},
			{name: "all, by a page of another site", call: byCookie("DELETE", "/auth/sessions", http.Header{"Origin": {"https://evil.example.com"}}), status: 403, code: domain.Forbidden},
			{name: "all but this one", call: byCookie("DELETE", "/auth/sessions", nil), status: 204},
			{name: "the others have ended", call: ask("GET", "/auth/sessions", ann), status: 401, code: domain.InvalidCredentials},
			{name: "this one has not", call: byCookie("GET", "/users/me", nil), status: 200},
		}},
	}
}

func membersOfASession(t *testing.T, _ scene) {
	w := newWorld(t, unlimited())
	user := w.seed(t, "ann@example.com")
	got := w.do(t, call{
		method: http.MethodPost, path: "/auth/login", body: credentials(),
		header: http.Header{"User-Agent": {"Agent/1"}, "Origin": {"https://app.example.com"}},
	})
	var held tokens
	if err := got.data(&held); err != nil {
		t.Fatal(err)
	}
	got = w.do(t, call{method: http.MethodGet, path: "/auth/sessions", bearer: held.AccessToken})
	var members []map[string]any
	if err := got.data(&members); err != nil || len(members) != 1 {
		t.Fatalf("got %s, want one session", got.body)
	}
	for _, name := range sessionMembers() {
		if _, ok := members[0][name]; !ok {
			t.Errorf("there is no member %q", name)
		}
	}
	if len(members[0]) != len(sessionMembers()) {
		t.Errorf("got %s, want the members %q and no more", got.body, sessionMembers())
	}
	for _, secret := range []string{held.AccessToken, held.RefreshToken, held.RefreshToken[:22]} {
		if strings.Contains(string(got.body), secret) {
			t.Errorf("the list shows a part of a token")
		}
	}
	shown := w.listSessions(t, "/auth/sessions", held.AccessToken)[0]
	want := listed{
		ID: shown.ID, User: string(user.ID), Mode: "json", Current: true,
		CreatedAt: "2026-03-14T09:26:53.589Z", LastUsed: "2026-03-14T09:26:53.589Z", Expires: "2026-03-21T09:26:53.589Z",
		IP: "127.0.0.1", UserAgent: "Agent/1", Origin: "https://app.example.com",
	}
	if shown != want {
		t.Errorf("got %+v, want %+v", shown, want)
	}
}

func sessionOfTheCookieEnds(t *testing.T, s scene) {
	var id string
	for _, one := range s.listSessions(t, "/auth/sessions", s.json.AccessToken) {
		if one.Mode == "session" {
			id = one.ID
		}
	}
	own := func(bearer string) string {
		sessions := s.listSessions(t, "/auth/sessions", bearer)
		return sessions[slices.IndexFunc(sessions, func(one listed) bool { return one.Current })].ID
	}
	carried, got := s.login(t, "ann@example.com", domain.ModeCookie)
	s.carry.Value = got.cookies[refreshCookie]
	walk(t, s, []row{
		{name: "sessions/end the cookie's own", call: func(s scene) call {
			return call{method: http.MethodDelete, path: "/auth/sessions/" + id, cookie: &s.stay}
		}, status: 204, cookies: []string{sessionCookieGone}},
		{name: "sessions/of json mode leaves the refresh cookie of another", call: func(s scene) call {
			return call{method: http.MethodDelete, path: "/auth/sessions/" + own(s.json.AccessToken), bearer: s.json.AccessToken, cookie: &s.carry}
		}, status: 204},
		{name: "sessions/of cookie mode takes the refresh cookie away", call: func(s scene) call {
			return call{method: http.MethodDelete, path: "/auth/sessions/" + own(carried.AccessToken), bearer: carried.AccessToken, cookie: &s.carry}
		}, status: 204, cookies: []string{refreshCookieGone}},
		{name: "sessions/it is over", call: func(s scene) call {
			return call{method: http.MethodGet, path: "/users/me", bearer: s.stay.Value}
		}, status: 401, code: domain.InvalidCredentials},
	})
}
