package fiberhttp_test

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// rule is a row of docs/wire.md, and what shows that it holds.
type rule struct {
	name  string                          // the section and the first cell of the row
	given func(t *testing.T, s scene)     // what has to be there first
	rows  []row                           // sent one after the other
	also  func(t *testing.T, other scene) // what takes more than a request and its answer
}

// TestWireContract walks docs/wire.md: each row of it, each on a server of its own, and none
// that is not there.
func TestWireContract(t *testing.T) {
	rules := slices.Concat(
		conventionRules(), presentationRules(), loginRules(), refreshRules(), logoutRules(),
		passwordRules(), oauthRules(), accountRules(), profileRules(), serverRules(), peopleRules(), sessionsRules(), activityRules(), rolesRules(), permissionsRules(), verifyRules(), secondFactorRules(), joiningRules(),
	)
	var names []string
	for _, r := range rules {
		names = append(names, r.name)
		t.Run(r.name, func(t *testing.T) {
			s := newScene(t)
			if r.given != nil {
				r.given(t, s)
			}
			walk(t, s, r.rows)
			if r.also != nil {
				r.also(t, s)
			}
		})
	}
	written := writtenRules(t)
	for _, name := range names {
		if !slices.Contains(written, name) {
			t.Errorf("docs/wire.md has no row %q", name)
		}
	}
	for _, name := range written {
		if !slices.Contains(names, name) {
			t.Errorf("nothing shows that the row %q of docs/wire.md holds", name)
		}
	}
}

// writtenRules returns the rows of docs/wire.md with their sections.
func writtenRules(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/wire.md")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	section := ""
	for line := range strings.Lines(string(page)) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			section, _, _ = strings.Cut(heading, " ")
		}
		cells := strings.Split(line, " | ")
		name, isRow := strings.CutPrefix(cells[0], "| ")
		if !isRow || len(cells) < 2 || name == "Row" || strings.HasPrefix(name, "---") {
			continue
		}
		names = append(names, section+" "+name)
	}
	if len(names) == 0 {
		t.Fatal("docs/wire.md has no rows")
	}
	return names
}

// TestEveryOperation: docs/compatibility.md says of each operation whether there is such a
// route.
func TestEveryOperation(t *testing.T) {
	s := newScene(t)
	// The way to a provider leads out of the test.
	s.client.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	page, err := os.ReadFile("../../../docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## Every operation\n")
	table, _, _ = strings.Cut(table, "\n## ")
	said := regexp.MustCompile("(?m)^\\| (`.*?) \\| \\[?(yes|no|not yet)\\b").FindAllStringSubmatch(table, -1)
	if len(said) < 20 {
		t.Fatalf("got %d operations, want those of the table", len(said))
	}
	for _, cells := range said {
		for _, c := range callsOf(cells[1]) {
			got := s.do(t, c)
			if isRoute := got.status != 404; isRoute != (cells[2] == "yes") {
				t.Errorf("%s %s: the page says %q, got %d", c.method, c.path, cells[2], got.status)
			}
		}
	}
}

// callsOf reads "`GET`, `POST /users`, `/others`": methods gather until there is a path, and a
// path without a method has those of the one before.
func callsOf(cell string) []call {
	var calls []call
	var methods []string
	complete := false
	for _, span := range regexp.MustCompile("`([A-Z]*) ?(/[^`]*)?`").FindAllStringSubmatch(cell, -1) {
		method, path := span[1], span[2]
		if complete && method != "" {
			methods, complete = nil, false
		}
		if method != "" {
			methods = append(methods, method)
		}
		if path == "" {
			continue
		}
		complete = true
		for _, method := range methods {
			calls = append(calls, call{method: method, path: regexp.MustCompile(`:\w+`).ReplaceAllString(strings.ReplaceAll(path, ":provider", "GitHub"), "x")})
		}
	}
	return calls
}

func errorEnvelope(t *testing.T, s scene) {
	walk(t, s, []row{
		{name: "no further member", call: always(get("/users/me")), status: 401, code: domain.InvalidCredentials, header: map[string]string{"Content-Type": contentJSON}, body: `{"errors":[{"message":"Invalid user credentials.","extensions":{"code":"INVALID_CREDENTIALS"}}]}`},
		{name: "further members", call: always(get("/nowhere")), status: 404, code: domain.RouteNotFound, header: map[string]string{"Content-Type": contentJSON}, body: `{"errors":[{"message":"Route /nowhere doesn't exist.","extensions":{"code":"ROUTE_NOT_FOUND","path":"/nowhere"}}]}`},
	})
}

func errorMembers(t *testing.T, s scene) {
	patch := func(body string) func(scene) call {
		return func(s scene) call {
			return call{method: http.MethodPatch, path: "/users/me", bearer: s.json.AccessToken, body: body}
		}
	}
	walk(t, s, []row{
		{name: "INVALID_PAYLOAD", call: always(post("/auth/login", `{}`)), status: 400, code: domain.InvalidPayload, message: `Invalid payload. "email" is required.`, extension: map[string]string{"reason": `"email" is required`, "field": "email"}},
		{name: "ROUTE_NOT_FOUND", call: always(get("/nowhere")), status: 404, code: domain.RouteNotFound, extension: map[string]string{"path": "/nowhere"}},
		{name: "RECORD_NOT_UNIQUE", call: takenAddress, status: 400, code: domain.RecordNotUnique, extension: map[string]string{"collection": "directus_users", "field": "email"}},
		{name: "FAILED_VALIDATION", call: patch(`{"password":"short"}`), status: 400, code: domain.FailedValidation, extension: map[string]string{"field": "password", "type": "regex"}},
		{name: "FORBIDDEN", call: patch(`{"role":null}`), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "role"}},
	})
}

func tokenOfAnotherIssuer(t *testing.T, s scene) {
	token, err := fakes.NewTokens("a key for tests", "another").Issue(t.Context(), domain.Claims{
		Subject: s.ann.ID, Session: "s", IssuedAt: s.clock.Now().Truncate(time.Second), ExpiresAt: s.clock.Now().Truncate(time.Second).Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFailure(t, s.do(t, bearing("Bearer "+token)), 401, domain.InvalidCredentials)
}

// raceOfTheSessionCookie: of two tabs that refresh at once, the one that comes second has the
// old cookie.
func raceOfTheSessionCookie(t *testing.T, s scene) {
	old := s.stay
	reads := call{method: http.MethodGet, path: "/users/me?fields=id", cookie: &old}
	if got := s.do(t, refreshing(`{"mode":"session"}`, &old)); got.status != 200 {
		t.Fatalf("refresh: got %d", got.status)
	}
	if got := s.do(t, reads); got.status != 200 {
		t.Errorf("the old cookie, at once: got %d, want 200", got.status)
	}
	again := s.do(t, refreshing(`{"mode":"session"}`, &old))
	fresh := &http.Cookie{Name: sessionCookie, Value: again.cookies[sessionCookie]}
	if got := s.do(t, call{method: http.MethodGet, path: "/users/me", cookie: fresh}); again.status != 200 || got.status != 200 {
		t.Errorf("refreshed twice: got %d, and %d with what it gave, want 200", again.status, got.status)
	}
	s.clock.Advance(10 * time.Second)
	wantFailure(t, s.do(t, reads), 401, domain.InvalidCredentials)
	if got := s.do(t, call{method: http.MethodGet, path: "/users/me", cookie: fresh}); got.status != 200 {
		t.Errorf("the current cookie: got %d, want 200", got.status)
	}
}

// passwordRules are those of POST /auth/password/request and /auth/password/reset.
func passwordRules() []rule {
	request := func(body string) func(scene) call { return always(post("/auth/password/request", body)) }
	reset := func(body string) func(scene) call { return always(post("/auth/password/reset", body)) }
	return []rule{
		{name: "§3 ask for a mail", rows: []row{
			{name: "known", call: request(`{"email":"ann@example.com"}`), status: 204},
			{name: "unknown", call: request(`{"email":"nobody@example.com"}`), status: 204},
			{name: "no address", call: request(`{"email":"zzz"}`), status: 204},
		}, also: onlyTheKnownGetMail},
		{name: "§3 set a password", also: resetWorksOnce},
		{name: "§7 request without an address", rows: []row{
			{name: "missing", call: request(`{}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "email"}},
			{name: "empty", call: request(`{"email":""}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "email"}},
			{name: "no string", call: request(`{"email":7}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "email"}},
		}},
		{name: "§7 reset_url that is not allowed", rows: []row{
			{name: "for a known address", call: request(`{"email":"ann@example.com","reset_url":"https://elsewhere.example/"}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "reset_url"}},
			{name: "for an unknown one", call: request(`{"email":"nobody@example.com","reset_url":"https://elsewhere.example/"}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "reset_url"}},
		}},
		{name: "§7 reset_url that is allowed", also: allowedResetURLs},
		{name: "§7 reset without a token or password", rows: []row{
			{name: "no token", call: reset(`{"password":"another fine password"}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "token"}},
			{name: "no password", call: reset(`{"token":"x"}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "password"}},
			{name: "empty password", call: reset(`{"token":"x","password":""}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "password"}},
		}},
		{name: "§7 reset with garbage", rows: []row{
			{name: "garbage", call: reset(`{"token":"garbage","password":"another fine password"}`), status: 403, code: domain.InvalidToken, message: "Invalid token."},
			{name: "an access token", call: func(s scene) call {
				return post("/auth/password/reset", map[string]any{"token": s.json.AccessToken, "password": "another fine password"})
			}, status: 403, code: domain.InvalidToken},
		}},
		{name: "§7 reset with an expired token", also: func(t *testing.T, s scene) {
			token := mailedToken(t, s)
			s.clock.Advance(auth.DefaultSettings().ResetTTL)
			wantFailure(t, resetBy(t, s, token, "another fine password"), 401, domain.TokenExpired)
		}},
		{name: "§7 reset with an older token", also: func(t *testing.T, s scene) {
			older := mailedToken(t, s)
			s.do(t, call{method: http.MethodPatch, path: "/users/me", bearer: s.json.AccessToken, body: `{"password":"changed meanwhile"}`})
			wantFailure(t, resetBy(t, s, older, "another fine password"), 403, domain.Forbidden)
		}},
		{name: "§7 reset of an account that is not active", also: func(t *testing.T, s scene) {
			token := mailedToken(t, s)
			s.change(t, s.ann.ID, func(u *domain.User) { u.Status = domain.StatusSuspended })
			wantFailure(t, resetBy(t, s, token, "another fine password"), 403, domain.Forbidden)
		}},
		{name: "§7 password that is refused", also: func(t *testing.T, s scene) {
			token := mailedToken(t, s)
			got := resetBy(t, s, token, "short")
			wantFailure(t, got, 400, domain.FailedValidation)
			if field := failureIn(t, got).Extensions["field"]; field != "password" || strings.Contains(string(got.body), "short\"") {
				t.Errorf("got %s, want the field and no echo", got.body)
			}
			if got := resetBy(t, s, token, "another fine password"); got.status != 204 {
				t.Errorf("the same token again: got %d, want 204", got.status)
			}
		}},
		{name: "§9 reset mail", also: func(t *testing.T, s scene) {
			token := mailedToken(t, s)
			mail := s.mails.Mails()[0]
			if link := auth.DefaultSettings().ResetPage + "?token=" + token; mail.To != s.ann.Email || !strings.Contains(mail.Text, link) {
				t.Errorf("got a mail to %s with %q, want the link %s", mail.To, mail.Text, link)
			}
		}},
		{name: "§9 reset token", also: func(t *testing.T, s scene) {
			if token := mailedToken(t, s); len(token) != 43 {
				t.Errorf("got %d characters, want 43", len(token))
			}
		}},
	}
}

func allowedResetURLs(t *testing.T, _ scene) {
	settings := auth.DefaultSettings()
	settings.ResetURLs = []string{"https://app.example.com/reset", "https://app.example.com/other?from=list"}
	for asked, link := range map[string]string{
		"https://app.example.com/reset":                  "https://app.example.com/reset?token=",
		"https://APP.example.com:443/reset?next=%2Fcart": "/reset?next=%2Fcart&token=",
		"https://app.example.com/other":                  "https://app.example.com/other?token=",
		"https://app.example.com/reset/":                 "",
		"http://app.example.com/reset":                   "",
		"https://app.example.com:444/reset":              "",
		"https://app.example.com.evil.example/reset":     "",
	} {
		w := newWorld(t, settings)
		w.seed(t, "ann@example.com")
		got := w.do(t, post("/auth/password/request", map[string]any{"email": "ann@example.com", "reset_url": asked}))
		if link == "" {
			wantFailure(t, got, 400, domain.InvalidPayload)
			continue
		}
		deliver(t, scene{world: w})
		if mails := w.mails.Mails(); got.status != 204 || len(mails) != 1 || !strings.Contains(mails[0].Text, link) {
			t.Errorf("%s: got %d and %+v, want a mail with %s", asked, got.status, mails, link)
		}
	}
}

func onlyTheKnownGetMail(t *testing.T, s scene) {
	deliver(t, s)
	if mails := s.mails.Mails(); len(mails) != 1 || mails[0].To != s.ann.Email {
		t.Errorf("got %d mails, want one to the stored address", len(mails))
	}
}

func resetWorksOnce(t *testing.T, s scene) {
	token := mailedToken(t, s)
	got := resetBy(t, s, token, "another fine password")
	if got.status != 204 || len(got.body) != 0 || got.header.Get("Content-Type") != "" {
		t.Errorf("got %d %q, want 204 without a body", got.status, got.body)
	}
	wantFailure(t, resetBy(t, s, token, "yet another password"), 403, domain.Forbidden)
	wantFailure(t, s.do(t, bearing("Bearer "+s.json.AccessToken)), 401, domain.InvalidCredentials)
	wantFailure(t, s.do(t, post("/auth/login", credentials())), 401, domain.InvalidCredentials)
	s.loginWith(t, "ann@example.com", "another fine password", domain.ModeJSON)
}

func resetBy(t *testing.T, s scene, token, password string) response {
	t.Helper()
	return s.do(t, post("/auth/password/reset", map[string]any{"token": token, "password": password}))
}

// mailedToken asks for a mail to Ann and returns the token in it.
func mailedToken(t *testing.T, s scene) string {
	t.Helper()
	s.do(t, post("/auth/password/request", `{"email":"ann@example.com"}`))
	deliver(t, s)
	mails := s.mails.Mails()
	if len(mails) == 0 {
		t.Fatal("no mail was sent")
	}
	found := regexp.MustCompile(`token=([A-Za-z0-9_-]+)`).FindStringSubmatch(mails[len(mails)-1].Text)
	if found == nil {
		t.Fatal("the mail has no token")
	}
	return found[1]
}

func deliver(t *testing.T, s scene) {
	t.Helper()
	if _, err := s.worker.DeliverMail(t.Context()); err != nil {
		t.Fatal(err)
	}
}
