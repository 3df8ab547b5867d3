package graphql_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// ask sends a query as the caller of a token.
func (w world) ask(t testing.TB, token, query string, variables ...map[string]any) graphqlclient.Response {
	t.Helper()
	call := graphqlclient.Call{Query: query, Bearer: token}
	if len(variables) > 0 {
		call.Variables = variables[0]
	}
	return w.do(t, call)
}

func wantBody(t testing.TB, got graphqlclient.Response, want string) {
	t.Helper()
	if string(got.Body) != want {
		t.Errorf("got status %d, %s, want %s", got.Status, got.Body, want)
	}
}

// TestThePagesExamples sends what the page of the reference has, in its own form, to both
// paths, with and without a slash at the end.
func TestThePagesExamples(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	for _, path := range []string{"/graphql", "/graphql/", "/graphql/system", "/graphql/system/"} {
		t.Run(path, func(t *testing.T) {
			send := func(query string) answered {
				t.Helper()
				got := w.do(t, graphqlclient.Call{Path: path, Query: query})
				a := parsed(t, got)
				if got.Status != http.StatusOK || len(a.Errors) > 0 {
					t.Fatalf("got status %d, %s", got.Status, got.Body)
				}
				return a
			}
			var held graphqlclient.Tokens
			a := send("mutation {\n\tauth_login(email: \"ann@example.com\", password: \"" + password + "\") {\n\t\taccess_token\n\t\trefresh_token\n\t}\n}")
			if err := json.Unmarshal(a.Data["auth_login"], &held); err != nil || held.AccessToken == "" || len(held.RefreshToken) != 64 {
				t.Fatalf("got %s", a.Data["auth_login"])
			}
			a = send("mutation {\n\tauth_refresh(refresh_token: \"" + held.RefreshToken + "\") {\n\t\taccess_token\n\t\trefresh_token\n\t}\n}")
			if err := json.Unmarshal(a.Data["auth_refresh"], &held); err != nil || len(held.RefreshToken) != 64 {
				t.Fatalf("got %s", a.Data["auth_refresh"])
			}
			if a = send("mutation {\n\tauth_logout(refresh_token: \"" + held.RefreshToken + "\")\n}"); string(a.Data["auth_logout"]) != "true" {
				t.Errorf("got %s", a.Data["auth_logout"])
			}
			if a = send("mutation {\n\tauth_password_request(email: \"ann@example.com\")\n}"); string(a.Data["auth_password_request"]) != "true" {
				t.Errorf("got %s", a.Data["auth_password_request"])
			}
			contract.DeliverWith(w.worker)(t)
			w.clock.Advance(30 * time.Minute) // or there would be too many mails
			token := ""
			for _, m := range w.mails.Mails() {
				if _, rest, found := strings.Cut(m.Text, "token="); found { // the latest, and no notice of a new password
					token, _, _ = strings.Cut(rest, "\n")
				}
			}
			if a = send("mutation {\n\tauth_password_reset(token: \"" + strings.TrimSpace(token) + "\", password: \"" + password + "\")\n}"); string(a.Data["auth_password_reset"]) != "true" {
				t.Errorf("got %s", a.Data["auth_password_reset"])
			}
		})
	}
	t.Run("no other path", func(t *testing.T) {
		got := w.do(t, graphqlclient.Call{Path: "/graphql/items", Query: "{ server_ping }"})
		if got.Status != http.StatusNotFound || !slices.Equal(codes(t, got), []string{"ROUTE_NOT_FOUND"}) {
			t.Errorf("got status %d, %s", got.Status, got.Body)
		}
	})
}

func TestModesOfTokens(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	in := func(mode string) (answered, graphqlclient.Response) {
		got := w.do(t, graphqlclient.Call{Query: `mutation { auth_login(email: "ANN@example.com", password: "` + password + `"` + mode + `) { access_token expires refresh_token } }`})
		return parsed(t, got), got
	}
	for mode, want := range map[string]string{"": "json", ", mode: json": "json", ", mode: null": "json", ", mode: cookie": "cookie", ", mode: session": "session"} {
		a, got := in(mode)
		var tokens map[string]any
		if err := json.Unmarshal(a.Data["auth_login"], &tokens); err != nil || tokens["expires"] == nil {
			t.Fatalf("%q: got %s", mode, got.Body)
		}
		if (tokens["access_token"] != nil) != (want != "session") || (tokens["refresh_token"] != nil) != (want == "json") {
			t.Errorf("%q: got %s", mode, got.Body)
		}
		for name, of := range map[string]string{"directus_refresh_token": "cookie", "directus_session_token": "session"} {
			if (got.Cookies[name] != "") != (of == want) {
				t.Errorf("%q: got cookies %v", mode, got.Cookies)
			}
		}
	}
	t.Run("without a mode and an argument, the refresh cookie is used", func(t *testing.T) {
		_, got := in(", mode: cookie")
		cookie := &http.Cookie{Name: "directus_refresh_token", Value: got.Cookies["directus_refresh_token"]}
		again := w.do(t, graphqlclient.Call{Query: "mutation { auth_refresh { access_token refresh_token } }", Cookie: cookie})
		if !strings.Contains(string(again.Body), `"refresh_token":null`) || again.Cookies["directus_refresh_token"] == "" {
			t.Errorf("got %s", again.Body)
		}
		cookie.Value = again.Cookies["directus_refresh_token"]
		out := w.do(t, graphqlclient.Call{Query: "mutation { auth_logout }", Cookie: cookie})
		wantBody(t, out, `{"data":{"auth_logout":true}}`)
		if !strings.HasPrefix(out.Header.Get("Set-Cookie"), "directus_refresh_token=; Max-Age=0") {
			t.Errorf("got cookie %q", out.Header.Get("Set-Cookie"))
		}
	})
	t.Run("a mode takes the token from its own source", func(t *testing.T) {
		held := w.login(t, "ann@example.com")
		for _, query := range []string{
			`mutation { auth_refresh(refresh_token: "` + held.RefreshToken + `", mode: cookie) { access_token } }`,
			`mutation { auth_refresh(mode: json) { access_token } }`, `mutation { auth_refresh { access_token } }`,
			`mutation { auth_logout(mode: session) }`, `mutation { auth_refresh(refresh_token: "") { access_token } }`,
		} {
			if got := w.ask(t, "", query); !slices.Equal(codes(t, got), []string{"INVALID_PAYLOAD"}) {
				t.Errorf("%s: got %s", query, got.Body)
			}
		}
	})
}

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

// TestTheOperationIsNamedByGET is red when the parameter operationName is not read.
func TestTheOperationIsNamedByGET(t *testing.T) {
	w := newWorld(t, unlimited())
	for name, want := range map[string]string{"A": `{"data":{"a":"pong"}}`, "B": `{"data":{"b":"pong"}}`} {
		wantBody(t, w.do(t, graphqlclient.Call{Method: http.MethodGet, Query: "query A { a: server_ping } query B { b: server_ping }", Operation: name}), want)
	}
}

// TestHealthIsFoundOutOnce is red when each of several fields tries the probes.
func TestHealthIsFoundOutOnce(t *testing.T) {
	w := newWorld(t, unlimited())
	w.calls.Reset()
	got := w.ask(t, "", "{ "+numbered(20, "h%d: server_health ")+"}")
	if answers := parsed(t, got).Data; len(answers) != 20 || string(answers["h0"]) != `{"status":"ok"}` || string(answers["h19"]) != `{"status":"ok"}` {
		t.Errorf("got %s", got.Body)
	}
	calls := w.calls.Calls()
	if i := slices.Index(calls, "Store.Ping"); i < 0 || slices.Contains(calls[i+1:], "Store.Ping") {
		t.Errorf("the core did %v", calls)
	}
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

// TestVariables wants variables to mean what the specification says, also where the library
// that executes documents does not.
func TestVariables(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com", func(u *domain.User) { u.FirstName, u.LastName = "Ann", "Archer" })
	token := w.login(t, "ann@example.com").AccessToken
	const update = "mutation ($first: String, $last: String) { update_users_me(data: { first_name: $first, last_name: $last }) { first_name last_name } }"

	t.Run("one without a value leaves its member out", func(t *testing.T) {
		wantBody(t, w.ask(t, token, update, map[string]any{"last": "Baker"}), `{"data":{"update_users_me":{"first_name":"Ann","last_name":"Baker"}}}`)
		wantBody(t, w.ask(t, token, update), `{"data":{"update_users_me":{"first_name":"Ann","last_name":"Baker"}}}`)
	})
	t.Run("a null empties", func(t *testing.T) {
		wantBody(t, w.ask(t, token, update, map[string]any{"last": nil}), `{"data":{"update_users_me":{"first_name":"Ann","last_name":null}}}`)
		wantBody(t, w.ask(t, token, "mutation { update_users_me(data: { first_name: null }) { first_name } }"), `{"data":{"update_users_me":{"first_name":null}}}`)
	})
	t.Run("a default is taken where there is no value", func(t *testing.T) {
		const query = "mutation ($first: String = \"Ada\") { update_users_me(data: { first_name: $first }) { first_name } }"
		wantBody(t, w.ask(t, token, query), `{"data":{"update_users_me":{"first_name":"Ada"}}}`)
		wantBody(t, w.ask(t, token, query, map[string]any{"first": "Ann"}), `{"data":{"update_users_me":{"first_name":"Ann"}}}`)
	})
	t.Run("those of another operation do not matter", func(t *testing.T) {
		got := w.do(t, graphqlclient.Call{
			Query:     "query Me { users_me { ...name } } mutation In($email: String!) { auth_login(email: $email, password: \"x\") { ...tokens } } fragment name on directus_users { first_name } fragment tokens on auth_tokens { access_token }",
			Operation: "Me", Bearer: token, Variables: map[string]any{"other": 1},
		})
		wantBody(t, got, `{"data":{"users_me":{"first_name":"Ann"}}}`)
	})
	t.Run("a value of another type is refused before anything is done", func(t *testing.T) {
		for query, values := range map[string]struct {
			good any
			bad  []any
		}{
			"mutation ($v: String!) { auth_password_request(email: $v) }":                           {"a", []any{5, 1.5, true, []string{"a"}, map[string]any{}, nil}},
			"mutation ($v: String) { auth_password_request(email: \"a\", reset_url: $v) }":          {nil, []any{5, false, []any{}, map[string]any{"a": 1}}},
			"query ($v: [String]) { users(sort: $v) { id } }":                                       {[]any{"a", nil}, []any{5, []any{1}, []any{[]any{"a"}}}},
			"query ($v: ID!) { users_by_id(id: $v) { id } }":                                        {5, []any{1.5, true, map[string]any{}}},
			"query ($v: Int) { users(limit: $v) { id } }":                                           {5.0, []any{"5", 1.5, 3_000_000_000, true}},
			"query ($v: Boolean!) { users { id @skip(if: $v) } }":                                   {true, []any{"true", 1}},
			"mutation ($v: auth_mode) { auth_refresh(refresh_token: \"a\", mode: $v) { expires } }": {"json", []any{"JSON", "json ", 1, true}},
			"mutation ($v: update_directus_users_input!) { update_users_me(data: $v) { id } }": {
				map[string]any{"tags": []any{5}, "avatar": nil},
				[]any{"x", []any{map[string]any{"first_name": 1}}, map[string]any{"first_name": 5}, map[string]any{"policies": []any{}}, map[string]any{"role": "x"}, map[string]any{"email_notifications": "x"}},
			},
			"query ($v: directus_users_filter) { users(filter: $v) { id } }": {
				map[string]any{"email": map[string]any{"_eq": "x"}}, []any{map[string]any{"email": "x"}, map[string]any{"email": map[string]any{"_like": "x"}}, map[string]any{"email": map[string]any{"_eq": 5}}},
			},
		} {
			send := func(value any) ([]string, int) {
				w.calls.Reset()
				got := w.ask(t, "", query, map[string]any{"v": value})
				return codes(t, got), len(w.calls.Calls())
			}
			if code, _ := send(values.good); slices.Contains(code, "GRAPHQL_VALIDATION") {
				t.Errorf("%s of %v: got %q", query, values.good, code)
			}
			for _, value := range values.bad {
				if code, calls := send(value); !slices.Equal(code, []string{"GRAPHQL_VALIDATION"}) || calls > 0 {
					t.Errorf("%s of %v: got %q and %d calls", query, value, code, calls)
				}
			}
		}
	})
	t.Run("an ID may be a number, and one value stands for a list of it", func(t *testing.T) {
		got := w.ask(t, token, "query ($id: ID!, $sort: [String]) { users_by_id(id: $id) { id } users(sort: $sort) { id } }", map[string]any{"id": 5, "sort": "email"})
		if !slices.Equal(codes(t, got), []string{"FORBIDDEN", "FORBIDDEN"}) {
			t.Errorf("got %s", got.Body)
		}
	})
}

// TestStrings wants each string of a document to arrive as the specification has it.
func TestStrings(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	token := w.login(t, "ann@example.com").AccessToken
	for literal, want := range map[string]string{
		`"plain"`:                             "plain",
		`"\"\\\/\b\f\n\r\t"`:                  "\"\\/\b\f\n\r\t",
		`"\u00e4\u20AC"`:                      "\u00e4\u20ac",
		`"\uD83C\uDFB5"`:                      "\U0001F3B5",
		`"\u{1F3B5}\u{41}"`:                   "\U0001F3B5A",
		"\"\U0001F3B5 \u00e4 # no comment\"":  "\U0001F3B5 \u00e4 # no comment",
		`"""block "quoted" \n \""" \u0041"""`: `block "quoted" \n """ \u0041`,
		"\"\"\"\n    one\n      two\n\n    three\n  \"\"\"": "one\n  two\n\nthree",
		`"` + "`" + `"`: "`",
		`""`:            "",
	} {
		got := w.ask(t, token, "mutation { update_users_me(data: { theme_dark_overrides: { text: "+literal+" } }) { theme_dark_overrides } }")
		var data struct {
			User struct {
				Overrides struct{ Text string } `json:"theme_dark_overrides"`
			} `json:"update_users_me"`
		}
		if err := got.Data(&data); err != nil || data.User.Overrides.Text != want {
			t.Errorf("%s: got %q, want %q, %s", literal, data.User.Overrides.Text, want, got.Body)
		}
	}
	for _, literal := range []string{`"\ud83c"`, `"\ud83cx"`, `"\udfb5\ud83c"`, `"\u{d83c}"`, `"\u{110000}"`, `"\u{}"`, `"\u12"`, `"\x41"`, `"\U0001F3B5"`, `"\a"`, "'x'", "`x`", "\"a\nb\"", `"`, `"""`, `"\`, "0x1F", "1_000", "01", "1.", ".5", "1e999", "99999999999999999999", "-", "+1", "0b1", "1a"} {
		got := w.ask(t, token, "mutation { update_users_me(data: { theme_dark_overrides: { text: "+literal+" } }) { theme_dark_overrides } }")
		if got.Status != http.StatusBadRequest || !slices.Equal(codes(t, got), []string{"GRAPHQL_VALIDATION"}) {
			t.Errorf("%s: got status %d, %s", literal, got.Status, got.Body)
		}
	}
}

// TestOneselfAndOthers reads and writes all that an account has.
func TestOneselfAndOthers(t *testing.T) {
	w := newWorld(t, unlimited())
	ann := w.seed(t, "ann@example.com", func(u *domain.User) {
		u.Preferences = []byte(`{"location":5,"title":"Archer","tags":["a"],"theme_dark_overrides":{"x":1},"email_notifications":false,"avatar":"f1"}`)
	})
	root := w.seedAdministrator(t, "root@example.com")
	annToken, rootToken := w.login(t, "ann@example.com").AccessToken, w.login(t, "root@example.com").AccessToken

	t.Run("what there is, and null for the rest", func(t *testing.T) {
		got := w.ask(t, annToken, "{ users_me { id email password token tfa_secret status role { id } provider last_access location title tags avatar { id } email_notifications text_direction theme_dark_overrides theme_light auth_data external_identifier } }")
		want := fmt.Sprintf(`{"data":{"users_me":{"id":%q,"email":"ann@example.com","password":"**********","token":null,"tfa_secret":null,"status":"active","role":null,"provider":"default","last_access":"2026-03-14T09:26:53.589Z","location":null,"title":"Archer","tags":["a"],"avatar":{"id":"f1"},"email_notifications":false,"text_direction":"auto","theme_dark_overrides":{"x":1},"theme_light":null,"auth_data":null,"external_identifier":null}}}`, ann.ID)
		wantBody(t, got, want)
	})
	t.Run("nobody changes what is not theirs", func(t *testing.T) {
		for _, data := range []string{
			`id: "x"`, `id: "` + string(ann.ID) + `"`, `role: { id: "` + string(root.Role) + `" }`, `role: null`, `status: "active"`, `token: "x"`,
			`provider: "default"`, `external_identifier: null`, `auth_data: {}`, `last_access: "2026-03-14T09:26:53.589Z"`,
		} {
			if got := w.ask(t, annToken, "mutation { update_users_me(data: { first_name: \"Eve\", "+data+" }) { id } }"); !slices.Equal(codes(t, got), []string{"FORBIDDEN"}) {
				t.Errorf("%s: got %s", data, got.Body)
			}
		}
		for _, value := range []string{`"x"`, `null`} {
			got := w.ask(t, annToken, "mutation { update_users_me(data: { first_name: \"Eve\", tfa_secret: "+value+" }) { id } }")
			wantRefusal(t, got, domain.InvalidPayload, "tfa_secret", `"tfa_secret" cannot be set here`)
		}
		wantBody(t, w.ask(t, annToken, "{ users_me { first_name } }"), `{"data":{"users_me":{"first_name":null}}}`)
	})
	t.Run("administrators write all that an account has", func(t *testing.T) {
		got := w.ask(t, rootToken, `mutation { create_users_item(data: { email: "carl@example.com", first_name: "Carl", role: { id: "`+string(root.Role)+`" }, status: "suspended", token: "a-static-token-of-0123456789-letters", avatar: { id: "f2" }, tags: [1, 2.5, {a: null, b: true, c: red}] }) { email status role { id } token avatar { id } tags } }`)
		wantBody(t, got, `{"data":{"create_users_item":{"email":"carl@example.com","status":"suspended","role":{"id":"`+string(root.Role)+`"},"token":"**********","avatar":{"id":"f2"},"tags":[1,2.5,{"a":null,"b":true,"c":"red"}]}}}`)
		got = w.ask(t, rootToken, `{ users(filter: { role: { id: { _eq: "`+string(root.Role)+`" } } }, sort: ["-email"], page: 2, limit: 1) { email } users_aggregated(search: "example") { countAll } }`)
		wantBody(t, got, `{"data":{"users":[{"email":"carl@example.com"}],"users_aggregated":[{"countAll":3}]}}`)
		got = w.ask(t, rootToken, `mutation { update_users_item(id: "`+string(ann.ID)+`", data: { role: null, token: null, status: "archived" }) { status role { id } } }`)
		wantBody(t, got, `{"data":{"update_users_item":{"status":"archived","role":null}}}`)
	})
	t.Run("several at once, all or none", func(t *testing.T) {
		got := w.ask(t, rootToken, `mutation { create_users_items(data: [{ email: "gus@example.com" }, { email: "hal@example.com", first_name: "Hal" }]) { id email first_name } }`)
		var made struct {
			People []struct{ ID, Email string } `json:"create_users_items"`
		}
		if err := got.Data(&made); err != nil || len(made.People) != 2 || made.People[0].Email != "gus@example.com" {
			t.Fatalf("got %s, %v", got.Body, err)
		}
		gus, hal := made.People[0].ID, made.People[1].ID
		for refused, code := range map[string]string{
			`create_users_items(data: [{ email: "ida@example.com" }, { email: "HAL@example.com" }]) { id }`:      "RECORD_NOT_UNIQUE",
			`update_users_items(ids: ["` + gus + `", "nobody"], data: { last_name: "Lost" }) { id }`:             "FORBIDDEN",
			`update_users_items(ids: ["` + gus + `"], data: { id: "` + hal + `", last_name: "Lost" }) { id }`:    "FORBIDDEN",
			`update_users_items(ids: ["` + gus + `", null], data: { last_name: "Lost" }) { id }`:                 "INVALID_PAYLOAD",
			`update_users_items(ids: [], data: { last_name: "Lost" }) { id }`:                                    "INVALID_PAYLOAD",
			`update_users_batch(data: [{ id: "` + gus + `", last_name: "Lost" }, { last_name: "Lost" }]) { id }`: "INVALID_PAYLOAD",
			`update_users_batch { id }`: "INVALID_PAYLOAD",
			`delete_users_items(ids: ["` + gus + `", "` + string(root.ID) + `"]) { ids }`: "UNPROCESSABLE_CONTENT",
			`delete_users_items(ids: ["` + gus + `", ""]) { ids }`:                        "INVALID_PAYLOAD",
		} {
			if got := w.ask(t, rootToken, "mutation { "+refused+" }"); !slices.Equal(codes(t, got), []string{code}) {
				t.Errorf("%s: got %s, want %s", refused, got.Body, code)
			}
		}
		got = w.ask(t, rootToken, `mutation { update_users_batch(data: [{ id: "`+hal+`", last_name: "Hall" }, { id: "`+gus+`", first_name: "Gus" }]) { first_name last_name } }`)
		wantBody(t, got, `{"data":{"update_users_batch":[{"first_name":"Hal","last_name":"Hall"},{"first_name":"Gus","last_name":null}]}}`)
		got = w.ask(t, rootToken, `mutation { update_users_items(ids: ["`+gus+`", "`+hal+`"], data: { status: "suspended" }) { email status } }`)
		wantBody(t, got, `{"data":{"update_users_items":[{"email":"gus@example.com","status":"suspended"},{"email":"hal@example.com","status":"suspended"}]}}`)

		w.seed(t, "fay@example.com")
		fayToken := w.login(t, "fay@example.com").AccessToken
		for _, mutation := range []string{
			`create_users_items(data: [{ email: "ida@example.com", status: null }]) { id }`, `create_users_items(data: []) { id }`,
			`update_users_items(ids: [null], data: { status: null }) { id }`, `update_users_batch(data: [{ last_name: "Lost" }]) { id }`,
			`delete_users_items(ids: [""]) { ids }`,
		} {
			if got := w.ask(t, fayToken, "mutation { "+mutation+" }"); !slices.Equal(codes(t, got), []string{"FORBIDDEN"}) {
				t.Errorf("%s: got %s, want FORBIDDEN", mutation, got.Body)
			}
		}
		got = w.ask(t, rootToken, `mutation { delete_users_items(ids: ["`+gus+`", "`+hal+`"]) { ids } }`)
		wantBody(t, got, `{"data":{"delete_users_items":{"ids":["`+gus+`","`+hal+`"]}}}`)
		wantBody(t, w.ask(t, rootToken, `{ users(search: "hal@") { id } }`), `{"data":{"users":[]}}`)
	})
	t.Run("which of several it is about", func(t *testing.T) {
		ann, root := string(ann.ID), string(root.ID)
		for refused, index := range map[string]float64{
			`create_users_items(data: [{ email: "ida@example.com" }, { email: "ida@example.com", status: null }]) { id }`: 1,
			`create_users_items(data: [{ email: "ida@example.com" }, { email: "root@example.com" }]) { id }`:              1,
			`create_users_items(data: [{ first_name: "Ida" }, { email: "ida@example.com" }]) { id }`:                      0,
			`update_users_items(ids: ["` + ann + `", null], data: { last_name: "Lost" }) { id }`:                          1,
			`update_users_items(ids: ["` + ann + `", "nobody"], data: { last_name: "Lost" }) { id }`:                      1,
			`update_users_batch(data: [{ id: "` + ann + `" }, { id: "` + root + `" }, { last_name: "Lost" }]) { id }`:     2,
			`update_users_batch(data: [{ id: "` + ann + `" }, { id: "` + ann + `" }]) { id }`:                             1,
			`delete_users_items(ids: ["` + ann + `", ""]) { ids }`:                                                        1,
		} {
			a := parsed(t, w.ask(t, rootToken, "mutation { "+refused+" }"))
			if len(a.Errors) != 1 || a.Errors[0].Extensions["index"] != index {
				t.Errorf("%s: got %v, want index %v", refused, a.Errors, index)
			}
		}
		for _, alone := range []string{`create_users_items(data: [{ first_name: "Ida" }]) { id }`, `create_users_item(data: { first_name: "Ida" }) { id }`} {
			a := parsed(t, w.ask(t, rootToken, "mutation { "+alone+" }"))
			if len(a.Errors) != 1 || a.Errors[0].Extensions["index"] != nil {
				t.Errorf("%s: got %v, want no index", alone, a.Errors)
			}
		}
	})
	t.Run("an order says what is wrong as REST does", func(t *testing.T) {
		known := " Those that work are "
		for order, reason := range map[string]string{
			`["-nope"]`:          `"sort" knows no field "nope".` + known,
			`["email,-id"]`:      `"sort" knows no field "email,-id".` + known,
			`["email","-email"]`: `"sort" names a field twice`,
		} {
			a := parsed(t, w.ask(t, rootToken, "{ users(sort: "+order+") { id } }"))
			if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "INVALID_QUERY" || !strings.HasPrefix(fmt.Sprint(a.Errors[0].Extensions["reason"]), reason) {
				t.Errorf("%s: got %v, want %s", order, a.Errors, reason)
			}
		}
	})
	t.Run("lists refuse what they cannot mean", func(t *testing.T) {
		for query, code := range map[string]string{
			`{ users(limit: -2) { id } }`: "INVALID_QUERY", `{ users(page: 0) { id } }`: "INVALID_QUERY", `{ users(offset: -1) { id } }`: "INVALID_QUERY",
			`{ users(filter: { email: {} }) { id } }`: "INVALID_QUERY", `{ users(filter: { email: null }) { id } }`: "INVALID_QUERY", `{ users(filter: { role: { id: null } }) { id } }`: "INVALID_QUERY",
			`{ users(sort: ["password"]) { id } }`: "INVALID_QUERY", `{ activity(filter: { action: { _eq: "" } }) { id } }`: "INVALID_PAYLOAD",
			`{ activity(sort: ["timestamp"]) { id } }`:                               "INVALID_QUERY",
			`{ sessions(user: "") { id } }`:                                          "INVALID_PAYLOAD",
			`mutation { update_users_item(id: "x", data: { status: null }) { id } }`: "INVALID_PAYLOAD",
			`mutation { update_users_item(id: "x", data: { email: null }) { id } }`:  "INVALID_PAYLOAD",
		} {
			if got := w.ask(t, rootToken, query); !slices.Equal(codes(t, got), []string{code}) {
				t.Errorf("%s: got %s, want %s", query, got.Body, code)
			}
		}
	})
	t.Run("the trail is for administrators", func(t *testing.T) {
		got := w.ask(t, rootToken, `{ activity(filter: { action: { _eq: "login" }, user: { id: { _eq: "`+string(root.ID)+`" } } }, sort: ["-timestamp"], limit: 1) { action outcome user { id } timestamp collection item } }`)
		wantBody(t, got, fmt.Sprintf(`{"data":{"activity":[{"action":"login","outcome":"success","user":{"id":%q},"timestamp":"2026-03-14T09:26:53.589Z","collection":"directus_users","item":%q}]}}`, root.ID, root.ID))
		w.seed(t, "dan@example.com")
		if got := w.ask(t, w.login(t, "dan@example.com").AccessToken, "{ activity { id } }"); !slices.Equal(codes(t, got), []string{"FORBIDDEN"}) {
			t.Errorf("got %s", got.Body)
		}
	})
	t.Run("what the service says of itself", func(t *testing.T) {
		wantBody(t, w.ask(t, "", "{ server_ping server_info { project { project_name } version } server_health __typename }"),
			`{"data":{"server_ping":"pong","server_info":{"project":{"project_name":"Sallyport"},"version":null},"server_health":{"status":"ok"},"__typename":"Query"}}`)
		wantBody(t, w.ask(t, rootToken, "{ server_info { version } }"), `{"data":{"server_info":{"version":"v1.2.3"}}}`)
		if got := w.ask(t, rootToken, "{ server_health }"); !strings.Contains(string(got.Body), `"store:responseTime":[{"status":"ok","componentType":"datastore"`) {
			t.Errorf("got %s", got.Body)
		}
	})
}

// TestTools sends the query with which tools read a schema.
func TestTools(t *testing.T) {
	const reference = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }"
	got := newWorld(t, auth.DefaultSettings()).do(t, graphqlclient.Call{Query: `query IntrospectionQuery {
		__schema {
			queryType { name } mutationType { name } subscriptionType { name }
			types { ...FullType }
			directives { name description locations args(includeDeprecated: true) { ...InputValue } }
		}
	}
	fragment FullType on __Type {
		kind name description
		fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
		inputFields(includeDeprecated: true) { ...InputValue }
		interfaces { ...TypeRef }
		enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
		possibleTypes { ...TypeRef }
	}
	fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
	fragment TypeRef on __Type { ` + reference + ` }`, Operation: "IntrospectionQuery"})
	if got.Status != http.StatusOK || len(codes(t, got)) > 0 || !strings.Contains(string(got.Body), `"auth_login"`) {
		t.Errorf("got status %d, %.500s", got.Status, got.Body)
	}
}

// TestDirectivesAreThoseThatToolsCanReadAllOf: who sees @oneOf asks for isOneOf, which the library
// does not know.
//
// Red when New leaves the directives as the library has them.
func TestDirectivesAreThoseThatToolsCanReadAllOf(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	wantBody(t, w.ask(t, "", "{ __schema { directives { name } } __type(name: \"Date\") { specifiedByURL } }"),
		`{"data":{"__schema":{"directives":[{"name":"deprecated"},{"name":"include"},{"name":"skip"},{"name":"specifiedBy"}]},"__type":{"specifiedByURL":null}}}`)
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

func encoded(t testing.TB, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
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
