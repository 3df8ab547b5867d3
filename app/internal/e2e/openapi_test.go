package e2e

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
	"github.com/sallyport-auth/sallyport/docs/api"
)

// TestOpenAPIIsOpenAPI holds the description to the schema of OpenAPI 3.1.
func TestOpenAPIIsOpenAPI(t *testing.T) {
	t.Parallel()
	if ok, wrong := described(t).requests.ValidateDocument(); !ok {
		t.Error(inWords(wrong))
	}
}

// TestOpenAPIHasNoListsByAccident: a line of a description that begins with a status and a full
// stop is shown as a list of numbers.
func TestOpenAPIHasNoListsByAccident(t *testing.T) {
	t.Parallel()
	for i, line := range strings.Split(string(api.OpenAPI()), "\n") {
		if regexp.MustCompile(`^\s*\d+[.)] `).MatchString(line) {
			t.Errorf("line %d of docs/api/openapi.yaml begins as a list does: %s", i+1, line)
		}
	}
}

// TestOpenAPIHasTheRoutesOfTheProgram: a route more in routes.go turns it red, and so does an
// operation more in the description.
func TestOpenAPIHasTheRoutesOfTheProgram(t *testing.T) {
	t.Parallel()
	server, err := fiberhttp.New(fiberhttp.Config{PublicURL: &url.URL{Scheme: "https", Host: "login.example.com"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[fiberhttp.Route]bool{}
	for _, r := range server.Routes() {
		want[r] = true
	}
	if len(want) < 20 {
		t.Fatalf("the program has %d routes, which cannot be all", len(want))
	}
	got := map[fiberhttp.Route]bool{}
	for path, item := range described(t).document.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			got[fiberhttp.Route{Method: strings.ToUpper(method), Path: strings.NewReplacer("{", ":", "}", "").Replace(path)}] = true
		}
	}
	for r := range want {
		if !got[r] {
			t.Errorf("%s %s is not described in docs/api/openapi.yaml", r.Method, r.Path)
		}
	}
	for r := range got {
		if !want[r] {
			t.Errorf("%s %s is described, and there is no such route", r.Method, r.Path)
		}
	}
}

// TestOpenAPIDescribesEveryAnswer goes through all operations until each has given every answer
// that is described, but for those of a service that is broken: 500, and 503, which
// TestSecurity95... compares.
func TestOpenAPIDescribesEveryAnswer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, append(cheap(dir), "LIMIT_LOGIN_ACCOUNT=3/1h", "LIMIT_RESET_ACCOUNT=3/1h", "PUBLIC_REGISTRATION=true"))
	c := compare(t, p.HTTP)
	p.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	refuseEverywhere(t, p, c.d)
	getPublicAnswers(t, p)
	useEveryMode(t, p)
	administrate(t, p)
	usePermissions(t, p)
	join(t, p, dir)
	recoverPassword(t, p, dir)
	useUpAttempts(t, p)
	askTooOften(t, c)
	logInElsewhere(t, c)

	elsewhere := serve(t, append(cheap(t.TempDir()), "ROOT_REDIRECT=false", "ACCESS_TOKEN_ALGORITHM=EdDSA"))
	elsewhere.HTTP.Transport = c
	for bearer, status := range map[string]int{"": http.StatusNotFound, "nobody-has-this-token": http.StatusUnauthorized, forged: http.StatusForbidden} {
		wantStatus(t, elsewhere, status, restclient.Call{Method: http.MethodGet, Path: "/", Bearer: bearer})
	}
	wantStatus(t, elsewhere, http.StatusOK, restclient.Call{Method: http.MethodGet, Path: "/.well-known/jwks.json"})

	missing := slices.SortedFunc(maps.Keys(c.d.promises()), func(a, b promised) int {
		return cmp.Or(cmp.Compare(a.operation, b.operation), cmp.Compare(a.status, b.status))
	})
	for _, o := range missing {
		if o.status < http.StatusInternalServerError && !c.hasSeen(o) {
			t.Errorf("%s has not answered %d, as is described", o.operation, o.status)
		}
	}
}

// refuseEverywhere has each operation refuse what any operation refuses.
func refuseEverywhere(t *testing.T, p *process, d description) {
	t.Helper()
	for path, item := range d.document.Paths.PathItems.FromOldest() {
		for method, operation := range item.GetOperations().FromOldest() {
			call := func(header ...string) restclient.Call {
				fields := http.Header{}
				for i := 0; i < len(header); i += 2 {
					fields.Set(header[i], header[i+1])
				}
				return restclient.Call{Method: strings.ToUpper(method), Path: strings.ReplaceAll(path, "{id}", "no-such-id"), Header: fields}
			}
			wantStatus(t, p, http.StatusUnsupportedMediaType, call("Content-Encoding", "gzip"))
			wantStatus(t, p, http.StatusBadRequest, call("X-Filler", strings.Repeat("x", 17<<10)))
			if _, looksAtTokens := operation.Responses.Codes.Get("401"); looksAtTokens && path != "/" {
				wantStatus(t, p, http.StatusUnauthorized, call("Authorization", "Bearer nobody-has-this-token"))
				wantStatus(t, p, http.StatusForbidden, call("Authorization", "Bearer "+forged))
			}
		}
	}
}

// forged is an access token of ours in all but the signature: {"alg":"HS256","typ":"JWT"} and
// {"id":"x","iss":"directus"}.
const forged = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6IngiLCJpc3MiOiJkaXJlY3R1cyJ9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func getPublicAnswers(t *testing.T, p *process) {
	t.Helper()
	for _, path := range []string{"/livez", "/readyz", "/.well-known/jwks.json", "/server/ping", "/server/info", "/server/health"} {
		wantStatus(t, p, http.StatusOK, restclient.Call{Method: http.MethodGet, Path: path})
	}
	wantStatus(t, p, http.StatusFound, restclient.Call{Method: http.MethodGet, Path: "/"})
}

func useEveryMode(t *testing.T, p *process) {
	t.Helper()
	for _, mode := range []domain.Mode{domain.ModeJSON, domain.ModeCookie, domain.ModeSession} {
		held := login(t, p.Client, mode)
		renewed, err := p.Refresh(t.Context(), mode, held.Token)
		if err != nil {
			t.Fatalf("refresh in mode %s: %v", mode, err)
		}
		if err := p.Logout(t.Context(), mode, renewed.Token); err != nil {
			t.Fatalf("log out in mode %s: %v", mode, err)
		}
	}
	for path, body := range map[string]any{
		"/auth/login":            map[string]any{},
		"/auth/refresh":          map[string]any{"mode": "none"},
		"/auth/logout":           map[string]any{},
		"/auth/password/request": map[string]any{"email": ""},
		"/auth/password/reset":   map[string]any{"token": "x"},
	} {
		wantStatus(t, p, http.StatusBadRequest, restclient.Call{Method: http.MethodPost, Path: path, Body: body})
	}
}

// administrate calls everything that an access token is needed for.
func administrate(t *testing.T, p *process) {
	t.Helper()
	bearer := login(t, p.Client, domain.ModeJSON).Access
	call := func(method, path string, body any) restclient.Call {
		return restclient.Call{Method: method, Path: path, Bearer: bearer, Body: body}
	}
	type object = map[string]any

	me := wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/users/me", nil))
	var account object
	if err := me.Data(&account); err != nil {
		t.Fatal(err)
	}
	everyMember(t, "User", account)
	activity := wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/activity", nil))
	var events []object
	if err := activity.Data(&events); err != nil || len(events) == 0 {
		t.Fatalf("got %d events, %v", len(events), err)
	}
	everyMember(t, "Event", events[0])
	wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/users/me?fields=id,email", nil))
	wantStatus(t, p, http.StatusOK, call(http.MethodPatch, "/users/me", object{
		"first_name": "Ada", "last_name": nil, "language": "de", "tags": []string{"a"}, "email_notifications": false,
		"theme_dark_overrides": object{"a": 1}, "title": "Dr.",
	}))
	wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/server/info", nil))
	wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/server/health", nil))

	made := wantStatus(t, p, http.StatusOK, call(http.MethodPost, "/users", object{
		"email": "ann@example.com", "password": "a new horse & battery", "status": "active", "role": nil, "token": "a-static-token-of-ann",
	}))
	var ann struct{ ID string }
	if err := made.Data(&ann); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/users/"+ann.ID, nil))
	wantStatus(t, p, http.StatusOK, call(http.MethodPatch, "/users/"+ann.ID, object{"status": "suspended", "token": nil}))
	wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/users?"+url.Values{
		"filter": {`{"email":{"_eq":"ann@example.com"}}`}, "sort": {"-email,id"}, "meta": {"*"}, "limit": {"-1"}, "search": {"ann"}, "page": {"1"},
	}.Encode(), nil))
	wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/activity?"+url.Values{
		"filter": {`{"action":{"_eq":"login"}}`}, "limit": {"10"}, "offset": {"0"}, "sort": {"-timestamp"}, "fields": {"action,timestamp"},
	}.Encode(), nil))
	wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/activity?limit=10&page=2", nil))
	for _, query := range []string{"limit=many", "sort=timestamp", "search=ann", "meta=*", `filter={"item":{"_eq":"x"}}`} {
		wantStatus(t, p, http.StatusBadRequest, call(http.MethodGet, "/activity?"+query, nil))
	}
	wantStatus(t, p, http.StatusBadRequest, call(http.MethodGet, "/users?sort=password", nil))
	wantStatus(t, p, http.StatusBadRequest, call(http.MethodPost, "/users", object{"email": "ann@example.com"}))
	wantStatus(t, p, http.StatusNoContent, call(http.MethodDelete, "/users/"+ann.ID, nil))

	administrateSeveral(t, p, bearer)
	useASecondFactor(t, p, bearer)
	refuseTheLastAdministrator(t, p, bearer)

	other := login(t, p.Client, domain.ModeJSON)
	wantStatus(t, p, http.StatusOK, call(http.MethodGet, "/auth/sessions", nil))
	wantStatus(t, p, http.StatusNoContent, call(http.MethodDelete, "/auth/sessions/"+sessionOf(t, p, other.Access), nil))
	wantStatus(t, p, http.StatusNoContent, call(http.MethodDelete, "/auth/sessions", nil))
}

// administrateSeveral makes, changes and removes several at once, in each form that there is.
func administrateSeveral(t *testing.T, p *process, bearer string) {
	t.Helper()
	type object = map[string]any
	call := func(method string, body any) restclient.Call {
		return restclient.Call{Method: method, Path: "/users?fields=id,email", Bearer: bearer, Body: body}
	}
	made := wantStatus(t, p, http.StatusOK, call(http.MethodPost, []object{{"email": "ben@example.com"}, {"email": "cleo@example.com"}, {"email": "dan@example.com"}}))
	var people []struct{ ID string }
	if err := made.Data(&people); err != nil {
		t.Fatal(err)
	}
	if len(people) != 3 {
		t.Fatalf("got %d accounts, want 3", len(people))
	}
	ben, cleo, dan := people[0].ID, people[1].ID, people[2].ID
	wantStatus(t, p, http.StatusOK, call(http.MethodPatch, object{"keys": []string{ben, cleo}, "data": object{"status": "suspended"}}))
	wantStatus(t, p, http.StatusOK, call(http.MethodPatch, []object{{"id": ben, "first_name": "Ben"}, {"id": cleo, "first_name": "Cleo"}}))
	wantStatus(t, p, http.StatusNoContent, call(http.MethodDelete, []string{ben, cleo}))
	wantStatus(t, p, http.StatusNoContent, call(http.MethodDelete, object{"keys": []string{dan}}))
	for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete} {
		wantStatus(t, p, http.StatusBadRequest, call(method, []object{}))
	}
}

// everyMember wants all members that a schema describes where none is asked for by name.
func everyMember(t *testing.T, name string, shown map[string]any) {
	t.Helper()
	schema, ok := described(t).document.Components.Schemas.Get(name)
	if !ok {
		t.Fatalf("no %s is described", name)
	}
	for member := range schema.Schema().Properties.FromOldest() {
		if _, there := shown[member]; !there {
			t.Errorf("%s is shown without %s, which is described", name, member)
		}
	}
}

// refuseTheLastAdministrator tries each way to take the last one away.
func refuseTheLastAdministrator(t *testing.T, p *process, bearer string) {
	t.Helper()
	me, err := p.Me(t.Context(), auth.Credential{Bearer: bearer})
	if err != nil {
		t.Fatal(err)
	}
	one, several, keys := "/users/"+string(me.ID), "/users", []string{string(me.ID)}
	suspended := map[string]any{"status": "suspended"}
	for _, what := range []restclient.Call{
		{Method: http.MethodPatch, Path: one, Body: suspended},
		{Method: http.MethodDelete, Path: one},
		{Method: http.MethodPatch, Path: several, Body: map[string]any{"keys": keys, "data": suspended}},
		{Method: http.MethodDelete, Path: several, Body: keys},
	} {
		what.Bearer = bearer
		wantStatus(t, p, http.StatusUnprocessableEntity, what)
	}
}

// sessionOf returns the ID of the session that an access token is of.
func sessionOf(t *testing.T, p *process, bearer string) string {
	t.Helper()
	var list []struct {
		ID      string
		Current bool
	}
	got := wantStatus(t, p, http.StatusOK, restclient.Call{Method: http.MethodGet, Path: "/auth/sessions", Bearer: bearer})
	if err := got.Data(&list); err != nil {
		t.Fatal(err)
	}
	for _, session := range list {
		if session.Current {
			return session.ID
		}
	}
	t.Fatal("no session is the current one")
	return ""
}

func recoverPassword(t *testing.T, p *process, dataDir string) {
	t.Helper()
	if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
		t.Fatal(err)
	}
	awaitDelivery(t, dataDir)
	mails := readMailbox(t, dataDir)
	token := tokenInText(t, mails[len(mails)-1].Text)
	if err := p.Reset(t.Context(), token, "short"); codeOf(err) != domain.FailedValidation {
		t.Errorf("got %v, want a refusal", err)
	}
	if err := p.Reset(t.Context(), token, adminPassword+" anew"); err != nil {
		t.Error(err)
	}
	if err := p.Reset(t.Context(), token, adminPassword+" anew"); codeOf(err) != domain.Forbidden {
		t.Errorf("got %v, want a refusal", err)
	}
}

// useUpAttempts asks until there are too many requests.
func useUpAttempts(t *testing.T, p *process) {
	t.Helper()
	await(t, "too many logins", func() bool {
		_, err := p.Login(t.Context(), auth.LoginInput{Email: "nobody@example.com", Password: "x", Mode: domain.ModeJSON})
		return codeOf(err) == domain.RequestsExceeded
	})
	await(t, "too many requests for a mail", func() bool {
		return codeOf(p.RequestReset(t.Context(), "nobody@example.com", "")) == domain.RequestsExceeded
	})
}

// askTooOften has each operation, but the probes of orchestrators, refuse who asks too often.
func askTooOften(t *testing.T, c *compared) {
	t.Helper()
	p := serve(t, append(cheap(t.TempDir()), "RATE_LIMITER_ENABLED=true", "RATE_LIMITER_POINTS=1", "RATE_LIMITER_DURATION=3600"))
	p.HTTP.Transport = c
	wantStatus(t, p, http.StatusOK, restclient.Call{Method: http.MethodGet, Path: "/server/ping"})
	for path, item := range c.d.document.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			want := http.StatusTooManyRequests
			if path == "/livez" || path == "/readyz" {
				want = http.StatusOK
			}
			wantStatus(t, p, want, restclient.Call{Method: strings.ToUpper(method), Path: strings.ReplaceAll(path, "{id}", "no-such-id")})
		}
	}
}

// wantStatus sends the request and wants that status.
func wantStatus(t *testing.T, p *process, want int, what restclient.Call) restclient.Response {
	t.Helper()
	got, err := p.Do(t.Context(), what)
	if got.Status != want {
		t.Errorf("%s %s: got status %d, %v, want %d", what.Method, what.Path, got.Status, err, want)
	}
	return got
}

// matches reports whether a request is for an operation.
func matches(path, method string, r *http.Request) bool {
	form := regexp.MustCompile("^" + regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
	return strings.EqualFold(method, r.Method) && form.MatchString(r.URL.Path)
}

// useASecondFactor turns one on and off, with the codes of steps that follow each other, which the
// service takes ahead of its clock by one.
func useASecondFactor(t *testing.T, p *process, administrator string) {
	t.Helper()
	const email, password = "tfa@example.com", "a second horse & battery"
	type object = map[string]any
	made := wantStatus(t, p, http.StatusOK, restclient.Call{Method: http.MethodPost, Path: "/users", Bearer: administrator, Body: object{"email": email, "password": password}})
	var account struct{ ID string }
	if err := made.Data(&account); err != nil {
		t.Fatal(err)
	}
	held, err := p.Login(t.Context(), auth.LoginInput{Email: email, Password: password, Mode: domain.ModeJSON})
	if err != nil {
		t.Fatal(err)
	}
	post := func(path string, body any) restclient.Call {
		return restclient.Call{Method: http.MethodPost, Path: path, Bearer: held.Access, Body: body}
	}
	for _, path := range []string{"generate", "enable", "disable", "recovery-codes"} {
		wantStatus(t, p, http.StatusBadRequest, post("/users/me/tfa/"+path, object{}))
	}
	shown := wantStatus(t, p, http.StatusOK, post("/users/me/tfa/generate", object{"password": password}))
	var setup struct{ Secret string }
	if err := shown.Data(&setup); err != nil {
		t.Fatal(err)
	}
	secret, err := totp.DecodeSecret(setup.Secret)
	if err != nil {
		t.Fatal(err)
	}
	step := totp.Step(time.Now()) - 1
	code := func() string {
		step++
		return totp.Code(secret, step)
	}
	wantStatus(t, p, http.StatusOK, post("/users/me/tfa/enable", object{"secret": setup.Secret, "otp": code()}))
	renewed := wantStatus(t, p, http.StatusOK, post("/users/me/tfa/recovery-codes", object{"password": password, "otp": code()}))
	var codes struct {
		RecoveryCodes []string `json:"recovery_codes"`
	}
	if err := renewed.Data(&codes); err != nil || len(codes.RecoveryCodes) == 0 {
		t.Fatalf("got %d recovery codes, error %v", len(codes.RecoveryCodes), err)
	}
	wantStatus(t, p, http.StatusNoContent, post("/users/me/tfa/disable", object{"otp": codes.RecoveryCodes[0]}))
	of := restclient.Call{Method: http.MethodPost, Path: "/users/" + account.ID + "/tfa/disable", Bearer: administrator}
	wantStatus(t, p, http.StatusNoContent, of)
}
