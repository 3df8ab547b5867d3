package fiberhttp_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// peopleRules are those of everybody's accounts.
func peopleRules() []rule {
	ask := func(method, path string, body any) func(scene) call {
		return func(s scene) call {
			return call{method: method, path: strings.ReplaceAll(path, ":ann", string(s.ann.ID)), bearer: s.admin.AccessToken, body: body}
		}
	}
	list := func(query string) func(scene) call { return ask("GET", "/users?fields=email&"+query, nil) }
	filter := func(text string) string { return "filter=" + url.QueryEscape(text) }
	three := `{"data":[{"email":"Ann@example.com"},{"email":"bob@example.com"},{"email":"root@example.com"}]}`
	onlyAnn := `{"data":[{"email":"Ann@example.com"}]}`
	badQuery := func(name, query string) row {
		return row{name: name, call: list(query), status: 400, code: domain.InvalidQuery}
	}
	saying := func(r row, reason string) row {
		r.extension = map[string]string{"reason": strings.ReplaceAll(reason, "%s", "id, email, status, role, first_name, last_name, language")}
		return r
	}
	nobody := func(method, path, body string) row {
		return row{name: method + " " + path, call: func(s scene) call {
			return call{method: method, path: strings.ReplaceAll(path, ":ann", string(s.ann.ID)), bearer: s.json.AccessToken, body: body}
		}, status: 403, code: domain.Forbidden}
	}
	return []rule{
		{name: "§3 who may see everybody's accounts", rows: []row{
			{name: "nobody without a token", call: always(get("/users")), status: 403, code: domain.Forbidden},
			nobody("GET", "/users", ""), nobody("GET", "/users/nobody", ""),
			nobody("POST", "/users", "["), nobody("PATCH", "/users", "["), nobody("PATCH", "/users/:ann", "["),
			nobody("DELETE", "/users", "["), nobody("DELETE", "/users/:ann", ""),
		}},
		{name: "§3 list accounts", rows: []row{
			{name: "by address", call: list("sort=email"), status: 200, body: three},
			{name: "slash at the end", call: ask("GET", "/users/?fields=email&sort=email", nil), status: 200, body: three},
			{name: "limit", call: list("sort=email&limit=1"), status: 200, body: onlyAnn},
			{name: "limit -1", call: list("sort=email&limit=-1"), status: 200, body: three},
			{name: "limit 0", call: list("limit=0"), status: 200, body: `{"data":[]}`},
			{name: "offset", call: list("sort=-email&offset=2"), status: 200, body: onlyAnn},
			{name: "page", call: list("sort=email&limit=2&page=2"), status: 200, body: `{"data":[{"email":"root@example.com"}]}`},
			{name: "sort in brackets", call: list("sort[]=status&sort[]=-email&limit=1"), status: 200, body: `{"data":[{"email":"root@example.com"}]}`},
			{name: "search", call: list("search=ANN"), status: 200, body: onlyAnn},
			{name: "filter as JSON", call: list(filter(`{"email":{"_eq":"ann@EXAMPLE.com"}}`)), status: 200, body: onlyAnn},
			{name: "filter in brackets", call: list("filter[email][_eq]=ann@example.com&filter[status][_eq]=active"), status: 200, body: onlyAnn},
			{name: "filter that nobody matches", call: list(filter(`{"status":{"_eq":"draft"}}`)), status: 200, body: `{"data":[]}`},
		}},
		{name: "§3 counts beside a list", rows: []row{
			{name: "total_count", call: list("search=ann&meta=total_count"), status: 200, body: `{"data":[{"email":"Ann@example.com"}],"meta":{"total_count":3}}`},
			{name: "filter_count", call: list("search=ann&meta=filter_count"), status: 200, body: `{"data":[{"email":"Ann@example.com"}],"meta":{"filter_count":1}}`},
			{name: "all", call: list("search=ann&limit=0&meta=*"), status: 200, body: `{"data":[],"meta":{"filter_count":1,"total_count":3}}`},
		}},
		{name: "§7 list that cannot be had", rows: []row{
			badQuery("limit no number", "limit=x"),
			badQuery("limit below -1", "limit=-2"),
			badQuery("limit too large", "limit=99999999999"),
			badQuery("offset below 0", "offset=-1"),
			badQuery("page 0", "page=0"),
			saying(badQuery("sort by a secret", "sort=-password"), `"sort" knows no field "password". Those that work are %s`),
			saying(badQuery("sort by a field of a relation", "sort=role.name"), `"sort" knows no field "role.name". Those that work are %s`),
			saying(badQuery("sort by a field twice", "sort=id,-id"), `"sort" names a field twice`),
			saying(badQuery("sort by a field thousands of times", "sort=id"+strings.Repeat(",id", 5000)), `"sort" names a field twice`),
			saying(badQuery("filter by a secret", filter(`{"token":{"_eq":"x"}}`)), `"filter" knows no field "token". Those that work are %s`),
			saying(badQuery("filter by two that are not there", filter(`{"token":{"_eq":"x"},"a\"":{"_eq":"x"}}`)), `"filter" knows no field "a\"". Those that work are %s`),
			saying(badQuery("count that there is not", "meta=bogus"), `"meta" must be of total_count, filter_count and *`),
			saying(badQuery("count beside one that there is not", "meta=total_count,bogus"), `"meta" must be of total_count, filter_count and *`),
			saying(badQuery("numbers in place of accounts", "aggregate[count]=*"), `"aggregate" is not known here`),
			saying(badQuery("groups", "groupBy[]=role"), `"groupBy" is not known here`),
			saying(badQuery("query of a relation", "deep=%7B%7D"), `"deep" is not known here`),
			saying(badQuery("other names", "alias[x]=email"), `"alias" is not known here`),
			saying(badQuery("a file", "export=csv"), `"export" is not known here`),
			saying(badQuery("another version", "version=x"), `"version" is not known here`),
			badQuery("filter no JSON", "filter=x"),
			badQuery("filter by another operator", filter(`{"email":{"_contains":"x"}}`)),
			badQuery("filter by null", filter(`{"email":{"_eq":null}}`)),
			badQuery("filter by two operators", filter(`{"email":{"_eq":"x","_neq":"y"}}`)),
			badQuery("filter by a field twice", filter(`{"email":{"_eq":"x"}}`)+"&filter[email][_eq]=y"),
			badQuery("filter without an operator", "filter[email]=x"),
			badQuery("filter by no text", "filter[email][_eq]=%ff"),
			badQuery("search by no text", "search=%00"),
		}},
		{name: "§3 read an account", rows: []row{
			{name: "all members", call: ask("GET", "/users/:ann", nil), status: 200, members: userMembers()},
			{name: "fields", call: ask("GET", "/users/:ann?fields=first_name,email", nil), status: 200, body: `{"data":{"email":"Ann@example.com","first_name":"Ann"}}`},
			{name: "one that is not there", call: ask("GET", "/users/nobody", nil), status: 403, code: domain.Forbidden},
		}},
		{name: "§3 make an account", rows: []row{
			{name: "active, if nothing else is said", call: ask("POST", "/users?fields=email,status,token,password", map[string]any{"email": "new@example.com", "token": staticToken}), status: 200, body: `{"data":{"email":"new@example.com","password":null,"status":"active","token":"**********"}}`},
			{name: "its static token logs in", call: always(call{method: http.MethodGet, path: "/users/me?fields=email", bearer: staticToken}), status: 200, body: `{"data":{"email":"new@example.com"}}`},
			{name: "with a password", call: ask("POST", "/users?fields=email", map[string]any{"email": "newer@example.com", "password": password}), status: 200},
			{name: "it logs in", call: always(post("/auth/login", map[string]any{"email": "newer@example.com", "password": password})), status: 200},
		}},
		{name: "§3 make several accounts", rows: []row{
			{name: "two", call: ask("POST", "/users?fields=email", `[{"email":"one@example.com"},{"email":"two@example.com"}]`), status: 200, body: `{"data":[{"email":"one@example.com"},{"email":"two@example.com"}]}`},
			{name: "all or none", call: ask("POST", "/users", `[{"email":"three@example.com"},{"email":"BOB@example.com"}]`), status: 400, code: domain.RecordNotUnique, extension: map[string]string{"field": "email"}},
			{name: "a list with another thing in it", call: ask("POST", "/users", `[{"email":"three@example.com"},7]`), status: 400, code: domain.InvalidPayload},
			{name: "no list", call: ask("POST", "/users", `"x"`), status: 400, code: domain.InvalidPayload},
			{name: "none", call: ask("POST", "/users", `[]`), status: 400, code: domain.InvalidPayload},
			{name: "51", call: ask("POST", "/users", "["+strings.Repeat("{},", auth.MaxChangedAccounts)+"{}]"), status: 400, code: domain.InvalidPayload, extension: map[string]string{"reason": "1 to 50 accounts can be changed at once"}},
			{name: "none of those was made", call: list("search=three"), status: 200, body: `{"data":[]}`},
		}},
		{name: "§7 which of several is refused", also: elementsAreNamed},
		{name: "§7 account that is refused", given: staticTokenOfBob, rows: []row{
			{name: "address taken", call: ask("POST", "/users", map[string]any{"email": "BOB@example.com"}), status: 400, code: domain.RecordNotUnique, message: `Value for field "email" in collection "directus_users" has to be unique.`, extension: map[string]string{"field": "email"}},
			{name: "static token taken", call: ask("POST", "/users", map[string]any{"email": "newer@example.com", "token": staticToken}), status: 400, code: domain.RecordNotUnique, extension: map[string]string{"field": "token"}},
			{name: "static token of another account taken", call: ask("PATCH", "/users/:ann", map[string]any{"token": staticToken}), status: 400, code: domain.RecordNotUnique, extension: map[string]string{"field": "token"}},
			{name: "no address", call: ask("POST", "/users", map[string]any{"password": password}), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "email"}},
			{name: "password that all guess", call: ask("POST", "/users", map[string]any{"email": "new@example.com", "password": "12345678"}), status: 400, code: domain.FailedValidation, extension: map[string]string{"field": "password"}},
			{name: "role that is not there", call: ask("PATCH", "/users/:ann", map[string]any{"role": "x"}), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "role"}},
			{name: "status that there is not", call: ask("PATCH", "/users/:ann", map[string]any{"status": nil}), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "status"}},
			{name: "short static token", call: ask("PATCH", "/users/:ann", map[string]any{"token": "short"}), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "token"}},
			{name: "the ID", call: ask("PATCH", "/users/:ann", map[string]any{"id": "x"}), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "id", "reason": `"id" is kept by the service and nobody changes it`}},
			{name: "the ID of a new one", call: ask("POST", "/users", map[string]any{"email": "new@example.com", "id": "x"}), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "id"}},
			{name: "another provider", call: ask("PATCH", "/users/:ann", map[string]any{"provider": "ldap"}), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "provider"}},
			{name: "an identifier elsewhere", call: ask("PATCH", "/users/:ann", map[string]any{"external_identifier": "x"}), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "external_identifier"}},
			{name: "policies", call: ask("PATCH", "/users/:ann", map[string]any{"policies": []string{"x"}}), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "policies"}},
			{name: "another last access", call: ask("PATCH", "/users/:ann", map[string]any{"last_access": "2020-01-01T00:00:00.000Z"}), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "last_access"}},
			{name: "a second factor", call: ask("PATCH", "/users/:ann", map[string]any{"tfa_secret": "x"}), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "tfa_secret"}},
			{name: "too many, who are not read first", call: ask("PATCH", "/users", slices.Repeat([]any{map[string]any{"id": "nobody", "token": "**********"}}, 51)), status: 400, code: domain.InvalidPayload},
			{name: "the last access of several", call: ask("PATCH", "/users", `{"keys":["x"],"data":{"last_access":"2020-01-01T00:00:00.000Z"}}`), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "last_access"}},
			{name: "one that is not there", call: ask("PATCH", "/users/nobody", map[string]any{}), status: 403, code: domain.Forbidden},
		}},
		{name: "§3 change an account to what it is", also: writtenBack},
		{name: "§3 change an account", rows: []row{
			{name: "a name", call: ask("PATCH", "/users/:ann?fields=last_name,first_name", map[string]any{"last_name": "Archer"}), status: 200, body: `{"data":{"first_name":"Ann","last_name":"Archer"}}`},
			{name: "nobody is logged out by that", call: reading("?fields=last_name"), status: 200, body: `{"data":{"last_name":"Archer"}}`},
			{name: "the status", call: ask("PATCH", "/users/:ann?fields=status", map[string]any{"status": "suspended"}), status: 200, body: `{"data":{"status":"suspended"}}`},
			{name: "ends all sessions", call: reading(""), status: 401, code: domain.InvalidCredentials},
		}, also: passwordByAnAdministrator},
		{name: "§3 change several accounts", also: changeSeveral, rows: []row{
			{name: "no keys", call: ask("PATCH", "/users", `{"data":{}}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "keys"}},
			{name: "keys by a query", call: ask("PATCH", "/users", `{"query":{"filter":{}},"data":{"status":"suspended"}}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "keys"}},
			{name: "keys no list", call: ask("PATCH", "/users", `{"keys":"x","data":{}}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "keys"}},
			{name: "keys no text", call: ask("PATCH", "/users", `{"keys":[7],"data":{}}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "keys"}},
			{name: "no data", call: ask("PATCH", "/users", `{"keys":["x"]}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "data"}},
			{name: "no body", call: ask("PATCH", "/users", nil), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "keys"}},
			{name: "none", call: ask("PATCH", "/users", `[]`), status: 400, code: domain.InvalidPayload},
			{name: "one without an ID", call: ask("PATCH", "/users", `[{"first_name":"A"}]`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "id"}},
			{name: "one that is not there", call: ask("PATCH", "/users", `{"keys":["nobody"],"data":{}}`), status: 403, code: domain.Forbidden},
		}},
		{name: "§3 remove an account", rows: []row{
			{name: "204", call: ask("DELETE", "/users/:ann", nil), status: 204},
			{name: "is logged out", call: reading(""), status: 401, code: domain.InvalidCredentials},
			{name: "once more", call: ask("DELETE", "/users/:ann", nil), status: 403, code: domain.Forbidden},
			{name: "me is no ID", call: ask("DELETE", "/users/me", nil), status: 404, code: domain.RouteNotFound},
		}},
		{name: "§3 remove several accounts", also: removeSeveral, rows: []row{
			{name: "no list", call: ask("DELETE", "/users", `{}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "keys"}},
			{name: "no body", call: ask("DELETE", "/users", nil), status: 400, code: domain.InvalidPayload},
			{name: "none", call: ask("DELETE", "/users", `[]`), status: 400, code: domain.InvalidPayload},
			{name: "no text", call: ask("DELETE", "/users", `[null]`), status: 400, code: domain.InvalidPayload},
			{name: "one that is not there", call: ask("DELETE", "/users", `["nobody"]`), status: 403, code: domain.Forbidden},
		}},
		{name: "§7 last administrator", also: lastAdministrator},
	}
}

// accountOf returns the account of that address as stored.
func (w world) accountOf(t testing.TB, email domain.Email) domain.User {
	t.Helper()
	user, err := w.store.Repos().Users.ByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func passwordByAnAdministrator(t *testing.T, s scene) {
	staticTokenOfBob(t, s)
	held, _ := s.login(t, "bob@example.com", domain.ModeJSON)
	bob := string(s.accountOf(t, "bob@example.com").ID)
	got := s.do(t, call{method: http.MethodPatch, path: "/users/" + bob, bearer: s.admin.AccessToken, body: `{"password":"another fine password"}`})
	if got.status != 200 {
		t.Fatalf("got %d %s, want 200", got.status, got.body)
	}
	wantFailure(t, s.do(t, bearing("Bearer "+held.AccessToken)), 401, domain.InvalidCredentials)
	if got := s.do(t, bearing("Bearer "+staticToken)); got.status != 200 {
		t.Errorf("the static token: got %d, want 200", got.status)
	}
	s.do(t, call{method: http.MethodPatch, path: "/users/" + bob, bearer: s.admin.AccessToken, body: `{"token":null}`})
	wantFailure(t, s.do(t, bearing("Bearer "+staticToken)), 401, domain.InvalidCredentials)
	s.loginWith(t, "bob@example.com", "another fine password", domain.ModeJSON)
	deliver(t, s)
	if mails := s.mails.Mails(); len(mails) != 1 || mails[0].To != "bob@example.com" {
		t.Errorf("got %d mails, want one that tells the owner", len(mails))
	}
}

// writtenBack: clients send what they have read, with a change in it.
func writtenBack(t *testing.T, s scene) {
	staticTokenOfBob(t, s)
	s.change(t, s.accountOf(t, "bob@example.com").ID, func(u *domain.User) { u.Password = "" })
	ask := func(method, path string, body any) response {
		return s.do(t, call{method: method, path: path, bearer: s.admin.AccessToken, body: body})
	}
	for _, email := range []domain.Email{"ann@example.com", "bob@example.com"} {
		before := s.accountOf(t, email)
		path := "/users/" + string(before.ID)
		var read map[string]any
		if err := ask(http.MethodGet, path, nil).data(&read); err != nil {
			t.Fatal(err)
		}
		read["last_name"] = "Back"
		if got := ask(http.MethodPatch, path, read); got.status != 200 {
			t.Errorf("%s: got %d %s, want 200", email, got.status, got.body)
		}
		read["last_name"] = "Again"
		if got := ask(http.MethodPatch, "/users", []any{read}); got.status != 200 {
			t.Errorf("%s in a list: got %d %s, want 200", email, got.status, got.body)
		}
		after := s.accountOf(t, email)
		if after.LastName != "Again" || after.Password != before.Password || after.Epoch != before.Epoch || (after.StaticToken == nil) != (before.StaticToken == nil) {
			t.Errorf("%s: got %+v, want what there was, and the name", email, after)
		}
	}
	plain := `"provider":"default","external_identifier":null,"auth_data":null,"last_access":null,"policies":[]`
	if got := ask(http.MethodPost, "/users", `{"email":"new@example.com",`+plain+`}`); got.status != 200 {
		t.Errorf("make one: got %d %s, want 200", got.status, got.body)
	}
	if got := ask(http.MethodPatch, "/users", `{"keys":["`+string(s.ann.ID)+`"],"data":{`+plain+`}}`); got.status != 200 {
		t.Errorf("several: got %d %s, want 200", got.status, got.body)
	}
	bob := "/users/" + string(s.accountOf(t, "bob@example.com").ID)
	if got := ask(http.MethodPatch, bob, `{"token":null}`); got.status != 200 || s.accountOf(t, "bob@example.com").StaticToken != nil {
		t.Errorf("got %d %s, want the token gone", got.status, got.body)
	}
}

func changeSeveral(t *testing.T, s scene) {
	ann, bob := string(s.ann.ID), string(s.accountOf(t, "bob@example.com").ID)
	patch := func(body string) response {
		return s.do(t, call{method: http.MethodPatch, path: "/users?fields=last_name", bearer: s.admin.AccessToken, body: body})
	}
	for body, want := range map[string]string{
		`{"keys":["` + bob + `","` + ann + `"],"data":{"last_name":"Both"}}`:                 `{"data":[{"last_name":"Both"},{"last_name":"Both"}]}`,
		`[{"id":"` + bob + `","last_name":"Baker"},{"id":"` + ann + `","last_name":"Ames"}]`: `{"data":[{"last_name":"Baker"},{"last_name":"Ames"}]}`,
	} {
		if got := patch(body); got.status != 200 || string(got.body) != want {
			t.Errorf("got %d %s, want %s", got.status, got.body, want)
		}
	}
	before := s.accountOf(t, "bob@example.com").Version
	wantFailure(t, patch(`[{"id":"`+bob+`","last_name":"X"},{"id":"nobody"}]`), 403, domain.Forbidden)
	wantFailure(t, patch(`[{"id":"`+bob+`","last_name":"X"},{"id":"`+bob+`"}]`), 400, domain.InvalidPayload)
	wantFailure(t, patch(`[{"id":"`+bob+`","email":"new@example.com"},{"id":"`+ann+`","email":"NEW@example.com"}]`), 400, domain.RecordNotUnique)
	if got := s.accountOf(t, "bob@example.com").Version; got != before {
		t.Errorf("got version %d, want %d: all or none", got, before)
	}
}

// elementsAreNamed sends lists of which one account cannot be, and one that has nothing else.
func elementsAreNamed(t *testing.T, s scene) {
	ann := string(s.ann.ID)
	for _, c := range []struct {
		method, body string
		want         any
	}{
		{http.MethodPost, `[{"email":"one@example.com"},{"first_name":"Two"}]`, 1.0},
		{http.MethodPost, `[{"email":"one@example.com"},7]`, 1.0},
		{http.MethodPost, `[{"email":"one@example.com"},{"email":"two@example.com","status":7}]`, 1.0},
		{http.MethodPost, `[{"email":"one@example.com"},{"email":"two@example.com","password":"12345678"}]`, 1.0},
		{http.MethodPost, `[{"email":"ann@example.com"},{"email":"two@example.com"}]`, 0.0},
		{http.MethodPost, `[{"first_name":"One"}]`, nil},
		{http.MethodPatch, `[{"id":"` + ann + `"},{"first_name":"Two"}]`, 1.0},
		{http.MethodPatch, `[{"id":"` + ann + `"},{"id":"nobody","token":"**********"}]`, 1.0},
		{http.MethodPatch, `[{"id":"` + ann + `"},{"id":"` + string(s.accountOf(t, "bob@example.com").ID) + `","email":"root@example.com"}]`, 1.0},
		{http.MethodPatch, `[{"id":"` + ann + `"},{"id":"` + string(s.accountOf(t, "bob@example.com").ID) + `","status":"nothing"}]`, 1.0},
		{http.MethodPatch, `{"keys":["` + ann + `","nobody"],"data":{}}`, 1.0},
		{http.MethodDelete, `["` + ann + `",7]`, 1.0},
		{http.MethodDelete, `["` + ann + `","` + ann + `"]`, 1.0},
	} {
		got := s.do(t, call{method: c.method, path: "/users", bearer: s.admin.AccessToken, body: c.body})
		if failed := failureIn(t, got); failed.Extensions["index"] != c.want {
			t.Errorf("%s %s: got %s, want index %v", c.method, c.body, got.body, c.want)
		}
	}
}

func removeSeveral(t *testing.T, s scene) {
	remove := func(body string) response {
		return s.do(t, call{method: http.MethodDelete, path: "/users", bearer: s.admin.AccessToken, body: body})
	}
	ann, bob := string(s.ann.ID), string(s.accountOf(t, "bob@example.com").ID)
	root := string(s.accountOf(t, "root@example.com").ID)
	wantFailure(t, remove(`["`+ann+`","`+root+`","`+bob+`"]`), 422, domain.UnprocessableContent)
	s.accountOf(t, "bob@example.com")
	if got := remove(`["` + ann + `"]`); got.status != 204 || len(got.body) != 0 {
		t.Errorf("got %d %s, want 204", got.status, got.body)
	}
	if got := remove(`{"keys":["` + bob + `"]}`); got.status != 204 {
		t.Errorf("got %d %s, want 204", got.status, got.body)
	}
	if left, err := s.store.Repos().Users.List(t.Context(), "", 10); err != nil || len(left) != 1 {
		t.Errorf("got %d accounts, %v, want one", len(left), err)
	}
}

func lastAdministrator(t *testing.T, s scene) {
	root := "/users/" + string(s.accountOf(t, "root@example.com").ID)
	for method, body := range map[string]string{"DELETE": "", "PATCH": `{"status":"suspended"}`, "PATCH ": `{"role":null}`} {
		got := s.do(t, call{method: strings.TrimSpace(method), path: root, bearer: s.admin.AccessToken, body: body})
		wantFailure(t, got, 422, domain.UnprocessableContent)
		if message := failureIn(t, got).Message; message != "You can't remove the last admin user from the role." {
			t.Errorf("got message %q", message)
		}
	}
}

// TestSecurity72_RightsAreForAdministratorsToGive: nobody else makes, changes or removes an
// account, whatever the body and the spelling of the path.
//
// Red when UpdateAccount, CreateAccount or DeleteAccount does not ask for an administrator.
func TestSecurity72_RightsAreForAdministratorsToGive(t *testing.T) {
	s := newScene(t)
	before, err := s.store.Repos().Users.List(t.Context(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	id := string(s.ann.ID)
	body := map[string]any{"email": "eve@example.com", "password": password, "role": domain.AdministratorRole, "status": "active", "token": "a-static-token-that-is-long"}
	for _, path := range []string{
		"/users", "/users/", "/USERS", "//users", "/users?x=1", "/users/" + id, "/users/" + id + "/", "/Users/" + id, "//users//" + id, "/users/%2e/" + id,
		"/users/./" + id, "/x/../users/" + id, "/users/me/../" + id, "/auth/../users/" + id, "/server/ping/../../users/" + id, "/users/me%2f..%2f" + id,
	} {
		for _, method := range []string{"GET", "POST", "PATCH", "DELETE", "PUT"} {
			for name, c := range map[string]call{
				"anonymous": {},
				"a user":    {bearer: s.json.AccessToken},
				"by cookie": {cookie: &s.stay},
			} {
				c.method, c.path = method, path
				if method != "GET" {
					c.body = body
				}
				got := s.do(t, c)
				if method == "GET" && name != "anonymous" && strings.Contains(string(got.body), id) {
					continue // one's own is always readable
				}
				if got.status != 403 && got.status != 404 {
					t.Errorf("%s %s, %s: got %d %s, want a refusal", method, path, name, got.status, got.body)
				}
			}
		}
	}
	after, err := s.store.Repos().Users.List(t.Context(), "", 10)
	if err != nil || len(after) != len(before) {
		t.Fatalf("got %d accounts, %v, want %d", len(after), err, len(before))
	}
	for i := range after {
		if after[i].Version != before[i].Version {
			t.Errorf("the account %s was changed", after[i].ID)
		}
	}
}

// TestSecurity73_SpellingsOfTheSessions: no spelling of the path of sessions gets round the
// check of whose they are.
//
// Red when EndSession does not compare the session's user with the caller.
func TestSecurity73_SpellingsOfTheSessions(t *testing.T) {
	s := newScene(t)
	theirs := s.listSessions(t, "/auth/sessions", s.admin.AccessToken)[0]
	for _, path := range []string{
		"/auth/sessions?user=" + theirs.User, "/AUTH/sessions?user=" + theirs.User, "/auth/sessions/?user=" + theirs.User, "//auth/sessions?user=" + theirs.User,
		"/auth/sessions/" + theirs.ID, "/auth/SESSIONS/" + theirs.ID, "/auth/sessions/" + theirs.ID + "/", "//auth//sessions//" + theirs.ID,
		"/auth/login/../sessions/" + theirs.ID, "/auth/./sessions/" + theirs.ID, "/x/../auth/sessions/" + theirs.ID,
	} {
		for _, method := range []string{"GET", "DELETE", "POST", "PATCH", "PUT"} {
			got := s.do(t, call{method: method, path: path, bearer: s.json.AccessToken})
			if got.status != 403 && got.status != 404 {
				t.Errorf("%s %s: got %d %s, want a refusal", method, path, got.status, got.body)
			}
			got = s.do(t, call{method: method, path: path})
			if got.status != 401 && got.status != 404 {
				t.Errorf("%s %s, anonymous: got %d %s, want a refusal", method, path, got.status, got.body)
			}
		}
	}
	if left := s.listSessions(t, "/auth/sessions", s.admin.AccessToken); len(left) != 1 || left[0].ID != theirs.ID {
		t.Errorf("got sessions %+v, want the one there was", left)
	}
}
