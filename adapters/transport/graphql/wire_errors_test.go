package graphql_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestErrors wants each failure in the shape that the wire has for it.
func TestErrors(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	for name, c := range map[string]struct {
		call   graphqlclient.Call
		status int
		body   string
	}{
		"of a field": {
			graphqlclient.Call{Query: "mutation {\n  in: auth_login(email: \"ann@example.com\", password: \"x\") { access_token }\n}"},
			200,
			`{"data":{"in":null},"errors":[{"message":"Invalid user credentials.","locations":[{"line":2,"column":3}],"path":["in"],"extensions":{"code":"INVALID_CREDENTIALS"}}]}`,
		},
		"of one field of two": {
			graphqlclient.Call{Query: "{ server_ping users_me { id } }"},
			200,
			`{"data":{"server_ping":"pong","users_me":null},"errors":[{"message":"Invalid user credentials.","locations":[{"line":1,"column":15}],"path":["users_me"],"extensions":{"code":"INVALID_CREDENTIALS"}}]}`,
		},
		"of an argument that is empty": {
			graphqlclient.Call{Query: `mutation { auth_login(email: "", password: "x") { access_token } }`},
			200,
			`{"data":{"auth_login":null},"errors":[{"message":"Invalid payload. \"email\" is not allowed to be empty.","locations":[{"line":1,"column":12}],"path":["auth_login"],"extensions":{"code":"INVALID_PAYLOAD","field":"email","reason":"\"email\" is not allowed to be empty"}}]}`,
		},
		"of an unknown field": {
			graphqlclient.Call{Query: "{\n  nothing_there\n}"},
			400,
			`{"errors":[{"message":"GraphQL validation error.","extensions":{"code":"GRAPHQL_VALIDATION","errors":[{"message":"Cannot query field \"nothing_there\" on type \"Query\".","locations":[{"line":2,"column":3}]}]}}]}`,
		},
		"of a missing argument": {
			graphqlclient.Call{Query: `mutation { auth_login(email: "a") { access_token } }`},
			400,
			`{"errors":[{"message":"GraphQL validation error.","extensions":{"code":"GRAPHQL_VALIDATION","errors":[{"message":"Field \"auth_login\" argument \"password\" of type \"String!\" is required, but it was not provided.","locations":[{"line":1,"column":12}]}]}}]}`,
		},
		"of the syntax": {
			graphqlclient.Call{Query: "{\n\u00e4 }"},
			400,
			`{"errors":[{"message":"GraphQL validation error.","extensions":{"code":"GRAPHQL_VALIDATION","errors":[{"message":"Syntax error: there is a character that no document may have here.","locations":[{"line":2,"column":1}]}]}}]}`,
		},
		"of no query": {
			graphqlclient.Call{Body: `{"variables":{}}`},
			400,
			`{"errors":[{"message":"Invalid payload. \"query\" is required.","extensions":{"code":"INVALID_PAYLOAD","field":"query","reason":"\"query\" is required"}}]}`,
		},
		"of a bad token": {
			graphqlclient.Call{Query: "{ server_ping }", Bearer: "garbage"},
			401,
			`{"errors":[{"message":"Invalid user credentials.","extensions":{"code":"INVALID_CREDENTIALS"}}]}`,
		},
		"of a subscription": {
			graphqlclient.Call{Query: "subscription { users_me { id } }"},
			400,
			`{"errors":[{"message":"GraphQL validation error.","extensions":{"code":"GRAPHQL_VALIDATION","errors":[{"message":"There are no subscriptions."}]}}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.do(t, c.call)
			if got.Status != c.status {
				t.Errorf("got status %d, want %d", got.Status, c.status)
			}
			wantBody(t, got, c.body)
		})
	}
	t.Run("of a request that took too long", func(t *testing.T) {
		late := newService(t, auth.DefaultSettings())
		late.client = late.serve(t, failing{late.service, func() error { panic(http.ErrAbortHandler) }})
		if got := late.ask(t, "", `mutation { auth_login(email: "a@example.com", password: "b") { access_token } }`); !slices.Equal(codes(t, got), []string{"INTERNAL_SERVER_ERROR"}) {
			t.Errorf("got %s", got.Body)
		}
	})
	t.Run("of too many requests says when to come back", func(t *testing.T) {
		for range 10 {
			w.ask(t, "", `mutation { auth_login(email: "bob@example.com", password: "x") { access_token } }`)
		}
		got := w.ask(t, "", `mutation { auth_login(email: "bob@example.com", password: "x") { access_token } }`)
		if got.Header.Get("Retry-After") != "90" || !strings.Contains(string(got.Body), `"code":"REQUESTS_EXCEEDED","reset":"2026-03-14T09:28:23.589Z"`) {
			t.Errorf("got Retry-After %q, %s", got.Header.Get("Retry-After"), got.Body)
		}
	})
}

// TestValuesAreCheckedBeforeAnythingIsDone sends, beside a field that has an effect, values that
// the library looks at no sooner than it has begun. It is red when checkValues does not look at
// lists and objects, at defaults, at directives, into fragments, or at what variables hold.
func TestValuesAreCheckedBeforeAnythingIsDone(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	token := w.login(t, "ann@example.com").AccessToken
	const effect = `a: update_users_me(data: { title: "changed" }) { id } `
	const in = `auth_login(email: "ann@example.com", password: "` + password + `", mode: session) { expires } `
	for query, variables := range map[string]map[string]any{
		"mutation { " + effect + `auth_login(email: ["x"], password: "x") { expires } }`:                                                 nil,
		"mutation { " + effect + `auth_login(email: "x", password: { a: 1 }) { expires } }`:                                              nil,
		"mutation { " + effect + `auth_login(email: "x", password: "x", mode: [json]) { expires } }`:                                     nil,
		"mutation { " + effect + `delete_users_item(id: { a: 1 }) { id } }`:                                                              nil,
		"mutation { " + effect + `delete_users_items(ids: ["a", ["b"]]) { ids } }`:                                                       nil,
		"mutation { " + effect + `update_users_item(id: "a", data: { title: ["x"] }) { id } }`:                                           nil,
		"mutation { " + effect + `update_users_item(id: "a", data: { role: { id: ["x"] } }) { id } }`:                                    nil,
		"mutation { " + effect + `b: update_users_me(data: {}) { id @skip(if: [true]) } }`:                                               nil,
		"mutation { " + effect + `... on Mutation { ...f } } fragment f on Mutation { delete_users_item(id: { a: 1 }) { id } }`:          nil,
		"mutation ($p: String = \"x\") { " + effect + `auth_login(email: "x@y.z", password: $p) { expires } }`:                           {"p": nil},
		"mutation ($p: ID = \"x\") { " + in + `delete_users_item(id: $p) { id } }`:                                                       {"p": nil},
		"mutation ($p: Boolean = true) { " + effect + `b: update_users_me(data: {}) { id @include(if: $p) } }`:                           {"p": nil},
		"mutation ($p: String = [\"x\"]) { " + effect + `auth_refresh(refresh_token: $p) { expires } }`:                                  nil,
		"mutation ($p: [ID] = [\"a\", {a: 1}]) { " + effect + `delete_users_items(ids: $p) { ids } }`:                                    nil,
		"mutation ($d: update_directus_users_input = { title: { a: 1 } }) { " + effect + `update_users_item(id: "a", data: $d) { id } }`: nil,
	} {
		got := w.do(t, graphqlclient.Call{Query: query, Variables: variables, Bearer: token})
		if got.Status != http.StatusBadRequest || !slices.Equal(codes(t, got), []string{"GRAPHQL_VALIDATION"}) || len(got.Cookies) > 0 {
			t.Errorf("%s: got status %d, cookies %v, %s", query, got.Status, got.Cookies, got.Body)
		}
	}
	wantBody(t, w.ask(t, token, "{ users_me { title } }"), `{"data":{"users_me":{"title":null}}}`)
	wantBody(t, w.ask(t, token, `query ($p: String = "x", $b: Boolean = true) { users_me { id @skip(if: $b) } __type(name: $p) { name } }`), `{"data":{"users_me":{},"__type":null}}`)
}

// TestMistakesAreNamed looks at the words for people.
func TestMistakesAreNamed(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	for query, want := range map[string]string{
		"{":                                     "Syntax error: the document ends where a name should be.",
		"{ server_ping ":                        "Syntax error: the document ends where a name should be.",
		"{ server_ping(5) }":                    "Syntax error: there should be a name, and there is something else.",
		`mutation { auth_logout(mode: token) }`: "A value must be one of [json, cookie, session].",
		`mutation ($v: auth_mode) { auth_logout(mode: $v) }`: `Variable "$v" must be one of [json, cookie, session].`,
	} {
		got := w.ask(t, "", query, map[string]any{"v": "token"})
		if !strings.Contains(string(got.Body), encoded(t, want)) {
			t.Errorf("%s: got %s, want %s", query, got.Body, want)
		}
	}
	closed := newWorld(t, auth.DefaultSettings(), func(c *graphql.Config) { c.NoIntrospection = true })
	for _, query := range []string{`mutation { auth_logout(mode: token) }`, `mutation ($v: auth_mode) { auth_logout(mode: $v) }`} {
		if got := closed.ask(t, "", query, map[string]any{"v": "token"}); !strings.Contains(string(got.Body), "is none of those that its type has") || strings.Contains(string(got.Body), "session") {
			t.Errorf("%s: got %s of a schema that is closed", query, got.Body)
		}
	}
}

// TestFailuresAreInTheOrderOfTheDocument, though the fields of a query are resolved at once.
//
// Red when answer leaves them as they came.
func TestFailuresAreInTheOrderOfTheDocument(t *testing.T) {
	w := newWorld(t, unlimited())
	names := []string{"c", "a", "d", "b", "f", "e"}
	query := "{"
	for _, name := range names {
		query += " " + name + ": users_by_id(id: \"of nobody\") { id }"
	}
	for range 50 {
		var got []string
		for _, e := range parsed(t, w.ask(t, "", query+" }")).Errors {
			got = append(got, fmt.Sprint(e.Path...))
		}
		if !slices.Equal(got, names) {
			t.Fatalf("got %v, want %v", got, names)
		}
	}
}

// TestVariablesOfAGETAreNamed sends what is no object in their place.
func TestVariablesOfAGETAreNamed(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	for _, variables := range []string{"bad", "[]", "5", "%7B%22a%22:%22%5Cud800%22%7D", "%ff"} {
		got := w.do(t, graphqlclient.Call{Method: http.MethodGet, Query: "{ server_ping }", Path: "/graphql?variables=" + variables})
		wantRefusal(t, got, domain.InvalidPayload, "variables", `"variables" must be an object in JSON`)
	}
}
