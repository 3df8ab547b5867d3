package graphql_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// wantRefusal wants one failure, about a member and for a reason.
func wantRefusal(t testing.TB, got graphqlclient.Response, code domain.Code, field, reason string) {
	t.Helper()
	a := parsed(t, got)
	if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != string(code) || a.Errors[0].Extensions["reason"] != reason || field != "" && a.Errors[0].Extensions["field"] != field {
		t.Errorf("got %s, want %s of %q: %s", got.Body, code, field, reason)
	}
}

// TestPreferencesAreThoseOfREST sends values of the scalar JSON that REST would not keep.
func TestPreferencesAreThoseOfREST(t *testing.T) {
	w := newWorld(t, unlimited())
	ann := w.seed(t, "ann@example.com")
	w.seedAdministrator(t, "root@example.com")
	annToken, rootToken := w.login(t, "ann@example.com").AccessToken, w.login(t, "root@example.com").AccessToken
	for field, c := range map[string]struct {
		wanted string
		bad    []any
	}{
		"tags":                  {"an array", []any{"notalist", 5, true, map[string]any{"a": 1}}},
		"theme_dark_overrides":  {"an object", []any{[]any{1}, "x", 1.5, false}},
		"theme_light_overrides": {"an object", []any{"x", []any{}}},
	} {
		for _, bad := range c.bad {
			data := map[string]any{"data": map[string]any{"first_name": "Lost", field: bad}}
			for token, document := range map[string]string{
				annToken:  "mutation ($data: update_directus_users_input!) { update_users_me(data: $data) { id } }",
				rootToken: `mutation ($data: update_directus_users_input!) { update_users_item(id: "` + string(ann.ID) + `", data: $data) { id } }`,
			} {
				wantRefusal(t, w.ask(t, token, document, data), domain.InvalidPayload, field, `"`+field+`" must be `+c.wanted)
			}
		}
	}
	wantRefusal(t, w.ask(t, annToken, `mutation { update_users_me(data: { tags: "notalist" }) { id } }`), domain.InvalidPayload, "tags", `"tags" must be an array`)
	const update = "mutation ($d: update_directus_users_input!) { update_users_me(data: $d) { tags } }"
	send := func(tags string) graphqlclient.Response {
		return w.do(t, graphqlclient.Call{Bearer: annToken, Body: `{"query":"` + update + `","variables":{"d":{"tags":` + tags + `}}}`})
	}
	wantRefusal(t, send("[1e400]"), domain.InvalidPayload, "tags", `"tags" holds a number that is too large`)
	if got := send(strings.Repeat("[", 33) + strings.Repeat("]", 33)); !slices.Equal(codes(t, got), []string{"GRAPHQL_VALIDATION"}) {
		t.Errorf("got %s", got.Body)
	}
	u, err := w.store.Repos().Users.ByID(t.Context(), ann.ID)
	if err != nil || u.Version != ann.Version {
		t.Errorf("got version %d, %v, want the account as it was", u.Version, err)
	}
	deepest := strings.Repeat("[", 32) + strings.Repeat("]", 32)
	wantBody(t, send(deepest), `{"data":{"update_users_me":{"tags":`+deepest+`}}}`)
	wantBody(t, w.ask(t, annToken, `mutation { update_users_me(data: { tags: [], theme_dark_overrides: { a: [1] } }) { tags theme_dark_overrides theme_light_overrides } }`),
		`{"data":{"update_users_me":{"tags":[],"theme_dark_overrides":{"a":[1]},"theme_light_overrides":null}}}`)
	wantBody(t, w.ask(t, annToken, `mutation { update_users_me(data: { tags: null, theme_dark_overrides: null }) { tags theme_dark_overrides } }`),
		`{"data":{"update_users_me":{"tags":null,"theme_dark_overrides":null}}}`)
}

// TestARoleIsNotTakenAwayByLeavingOutItsID sends a role and an avatar that say neither which nor
// none, and a variable without a value.
func TestARoleIsNotTakenAwayByLeavingOutItsID(t *testing.T) {
	w := newWorld(t, unlimited())
	root := w.seedAdministrator(t, "root@example.com")
	ann := w.seed(t, "ann@example.com", func(u *domain.User) { u.Role, u.Preferences = root.Role, []byte(`{"avatar":"f1"}`) })
	token := w.login(t, "root@example.com").AccessToken
	update := func(declared, data string, variables map[string]any) graphqlclient.Response {
		t.Helper()
		return w.ask(t, token, `mutation `+declared+` { update_users_item(id: "`+string(ann.ID)+`", data: `+data+`) { role { id } avatar { id } } }`, variables)
	}
	for field, input := range map[string]string{"role": "update_directus_roles_input", "avatar": "update_directus_files_input"} {
		why := `"` + field + `" must be an object with an "id", or null`
		for _, c := range []struct {
			declared, data string
			variables      map[string]any
		}{
			{"", `{ ` + field + `: {} }`, nil},
			{"", `{ ` + field + `: { id: null } }`, nil},
			{"($id: ID)", `{ ` + field + `: { id: $id } }`, map[string]any{}},
			{"($id: ID)", `{ ` + field + `: { id: $id } }`, map[string]any{"id": nil}},
			{"($r: " + input + ")", `{ ` + field + `: $r }`, map[string]any{"r": map[string]any{}}},
			{"($d: update_directus_users_input!)", `$d`, map[string]any{"d": map[string]any{field: map[string]any{}}}},
		} {
			wantRefusal(t, update(c.declared, c.data, c.variables), domain.InvalidPayload, field, why)
		}
		kept := `{"data":{"update_users_item":{"role":{"id":"` + string(root.Role) + `"},"avatar":{"id":"f1"}}}}`
		wantBody(t, update("($r: "+input+")", `{ `+field+`: $r }`, map[string]any{}), kept)
		wantBody(t, update("($id: ID)", `{ `+field+`: { id: $id } }`, map[string]any{"id": map[string]string{"role": string(root.Role), "avatar": "f1"}[field]}), kept)
	}
	wantBody(t, update("", `{ role: null, avatar: null }`, nil), `{"data":{"update_users_item":{"role":null,"avatar":null}}}`)
	got := w.ask(t, token, `mutation { create_users_item(data: { email: "carl@example.com", role: {} }) { id } }`)
	if !slices.Equal(codes(t, got), []string{"INVALID_PAYLOAD"}) {
		t.Errorf("got %s", got.Body)
	}
}

// TestHeadIsAnsweredAsGet asks for the header alone.
func TestHeadIsAnsweredAsGet(t *testing.T) {
	w := newWorld(t, unlimited())
	for query, want := range map[string]int{
		"?query=" + url.QueryEscape("{ server_ping }"): http.StatusOK,
		"": http.StatusBadRequest,
		"?query=" + url.QueryEscape("mutation { auth_logout }"): http.StatusMethodNotAllowed,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, w.client.URL+"/graphql"+query, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.client.HTTP.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != want {
			t.Errorf("HEAD /graphql%s: got status %d, want %d", query, got.StatusCode, want)
		}
	}
}

// TestAnOrderByTooMuchIsAMistake sorts by one field thousands of times.
func TestAnOrderByTooMuchIsAMistake(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seedAdministrator(t, "root@example.com")
	token := w.login(t, "root@example.com").AccessToken
	for _, by := range [][]string{slices.Repeat([]string{"email"}, 5000), {"email", "-email"}, {"no such"}} {
		got := w.ask(t, token, "query ($sort: [String]) { users(sort: $sort) { id } }", map[string]any{"sort": by})
		if !slices.Equal(codes(t, got), []string{"INVALID_QUERY"}) {
			t.Errorf("%d fields: got %s", len(by), got.Body)
		}
	}
}
