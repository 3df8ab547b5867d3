package fiberhttp_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestWireUsers(t *testing.T) {
	s := newScene(t)
	ask := func(method, path string, body any) func(scene) call {
		return func(s scene) call {
			return call{method: method, path: path, bearer: s.admin.AccessToken, body: body}
		}
	}
	annID := string(s.ann.ID)
	list := func(query string) func(scene) call { return ask("GET", "/users?fields=email&"+query, nil) }
	filter := func(text string) string { return "filter=" + url.QueryEscape(text) }
	three := `{"data":[{"email":"Ann@example.com"},{"email":"bob@example.com"},{"email":"root@example.com"}]}`
	onlyAnn := `{"data":[{"email":"Ann@example.com"}]}`
	badQuery := func(name, query string) row {
		return row{name: "3 users/" + name, call: list(query), status: 400, code: domain.InvalidQuery}
	}
	walk(t, s, []row{
		{name: "3 users/list, the newest fields are those of users me", call: ask("GET", "/users/"+annID, nil), status: 200, members: userMembers()},
		{name: "3 users/list by address", call: list("sort=email"), status: 200, body: three},
		{name: "3 users/list, slash at the end", call: ask("GET", "/users/?fields=email&sort=email", nil), status: 200, body: three},
		{name: "3 users/limit", call: list("sort=email&limit=1"), status: 200, body: onlyAnn},
		{name: "3 users/limit -1", call: list("sort=email&limit=-1"), status: 200, body: three},
		{name: "3 users/limit 0", call: list("limit=0"), status: 200, body: `{"data":[]}`},
		{name: "3 users/offset", call: list("sort=-email&offset=2"), status: 200, body: onlyAnn},
		{name: "3 users/page", call: list("sort=email&limit=2&page=2"), status: 200, body: `{"data":[{"email":"root@example.com"}]}`},
		{name: "3 users/sort in brackets", call: list("sort[]=status&sort[]=-email&limit=1"), status: 200, body: `{"data":[{"email":"root@example.com"}]}`},
		{name: "3 users/search", call: list("search=ANN"), status: 200, body: onlyAnn},
		{name: "3 users/filter as JSON", call: list(filter(`{"email":{"_eq":"ann@EXAMPLE.com"}}`)), status: 200, body: onlyAnn},
		{name: "3 users/filter in brackets", call: list("filter[email][_eq]=ann@example.com&filter[status][_eq]=active"), status: 200, body: onlyAnn},
		{name: "3 users/filter that nobody matches", call: list(filter(`{"status":{"_eq":"draft"}}`)), status: 200, body: `{"data":[]}`},
		{name: "3 users/meta", call: list("search=ann&meta=total_count"), status: 200, body: `{"data":[{"email":"Ann@example.com"}],"meta":{"total_count":3}}`},
		{name: "3 users/meta *", call: list("search=ann&limit=0&meta=*"), status: 200, body: `{"data":[],"meta":{"filter_count":1,"total_count":3}}`},
		badQuery("limit no number", "limit=x"),
		badQuery("limit below -1", "limit=-2"),
		badQuery("limit too large", "limit=99999999999"),
		badQuery("offset below 0", "offset=-1"),
		badQuery("page 0", "page=0"),
		badQuery("sort by a secret", "sort=password"),
		badQuery("filter by a secret", filter(`{"token":{"_eq":"x"}}`)),
		badQuery("filter no JSON", "filter=x"),
		badQuery("filter by another operator", filter(`{"email":{"_contains":"x"}}`)),
		badQuery("filter by null", filter(`{"email":{"_eq":null}}`)),
		badQuery("filter by two operators", filter(`{"email":{"_eq":"x","_neq":"y"}}`)),
		badQuery("filter by a field twice", filter(`{"email":{"_eq":"x"}}`)+"&filter[email][_eq]=y"),
		badQuery("filter without an operator", "filter[email]=x"),
		badQuery("filter by no text", "filter[email][_eq]=%ff"),
		badQuery("search by no text", "search=%00"),
		{name: "3 users/read", call: ask("GET", "/users/"+annID+"?fields=id,email", nil), status: 200, body: `{"data":{"email":"Ann@example.com","id":"` + annID + `"}}`},
		{name: "3 users/read one that is not there", call: ask("GET", "/users/nobody", nil), status: 403, code: domain.Forbidden},
		{name: "3 users/create", call: ask("POST", "/users?fields=email,status,token", map[string]any{"email": "new@example.com", "token": "a-static-token-that-is-long"}), status: 200, body: `{"data":{"email":"new@example.com","status":"active","token":"**********"}}`},
		{name: "3 users/create, taken", call: ask("POST", "/users", map[string]any{"email": "NEW@example.com"}), status: 400, code: domain.RecordNotUnique, extension: map[string]string{"field": "email"}},
		{name: "3 users/create, token taken", call: ask("POST", "/users", map[string]any{"email": "newer@example.com", "token": "a-static-token-that-is-long"}), status: 400, code: domain.RecordNotUnique, extension: map[string]string{"field": "token"}},
		{name: "3 users/create without an address", call: ask("POST", "/users", map[string]any{"password": password}), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "email"}},
		{name: "3 users/create several", call: ask("POST", "/users", `[]`), status: 400, code: domain.InvalidPayload},
		{name: "3 users/change", call: ask("PATCH", "/users/"+annID+"?fields=last_name,token", map[string]any{"last_name": "Archer", "token": nil}), status: 200, body: `{"data":{"last_name":"Archer","token":null}}`},
		{name: "3 users/change the role to one that is not there", call: ask("PATCH", "/users/"+annID, map[string]any{"role": "x"}), status: 400, code: domain.InvalidPayload},
		{name: "3 users/change the status to none", call: ask("PATCH", "/users/"+annID, map[string]any{"status": nil}), status: 400, code: domain.InvalidPayload},
		{name: "3 users/change the ID", call: ask("PATCH", "/users/"+annID, map[string]any{"id": "x"}), status: 403, code: domain.Forbidden},
		{name: "3 users/change one that is not there", call: ask("PATCH", "/users/nobody", map[string]any{}), status: 403, code: domain.Forbidden},
		{name: "3 users/remove the last administrator", call: func(s scene) call {
			root, err := s.store.Repos().Users.ByEmail(t.Context(), "root@example.com")
			if err != nil {
				t.Fatal(err)
			}
			return call{method: http.MethodDelete, path: "/users/" + string(root.ID), bearer: s.admin.AccessToken}
		}, status: 422, code: domain.UnprocessableContent},
		{name: "3 users/remove", call: ask("DELETE", "/users/"+annID, nil), status: 204},
		{name: "3 users/remove once more", call: ask("DELETE", "/users/"+annID, nil), status: 403, code: domain.Forbidden},
		{name: "3 users/me is no ID", call: ask("DELETE", "/users/me", nil), status: 404, code: domain.RouteNotFound},
		{name: "3 users/another method", call: ask("PUT", "/users", nil), status: 404, code: domain.RouteNotFound},
		{name: "3 users/the removed is logged out", call: func(s scene) call {
			return call{method: http.MethodGet, path: "/users/me", bearer: s.json.AccessToken}
		}, status: 401, code: domain.InvalidCredentials},
		{name: "3 users/by a static token", call: always(call{method: http.MethodGet, path: "/users/me?fields=email", bearer: "a-static-token-that-is-long"}), status: 200, body: `{"data":{"email":"new@example.com"}}`},
	})
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
