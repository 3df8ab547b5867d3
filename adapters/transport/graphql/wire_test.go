package graphql_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
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
	t.Run("a logout takes a login elsewhere away that has begun", func(t *testing.T) {
		begun := httpedge.OAuthCookie(httpedge.Cookie{})
		out := w.do(t, graphqlclient.Call{Query: `mutation { auth_logout(refresh_token: "x") }`, Cookie: &http.Cookie{Name: begun.Name, Value: "sealed"}})
		if got := out.Header.Get("Set-Cookie"); !strings.HasPrefix(got, begun.Name+"=; Max-Age=0") {
			t.Errorf("got cookie %q", got)
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

func encoded(t testing.TB, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}
