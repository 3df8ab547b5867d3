package graphql_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const loginField = `auth_login(email: "ann@example.com", password: %q) { access_token refresh_token }`

// guesses returns a selection of so many logins, of which the last has the right password.
func guesses(n int) string {
	var fields strings.Builder
	for i := range n {
		guess := fmt.Sprintf("guess %d", i)
		if i == n-1 {
			guess = password
		}
		fmt.Fprintf(&fields, "a%d: "+loginField+"\n", i, guess)
	}
	return fields.String()
}

// TestSecurity75_AliasesMakeNoMoreGuesses sends many logins in one request. It is red when
// allow does not count the fields of SingleUse, and when Measure does not follow fragments.
func TestSecurity75_AliasesMakeNoMoreGuesses(t *testing.T) {
	few := func() auth.Settings {
		s := auth.DefaultSettings()
		s.LoginAccount, s.LoginAddress = port.Limit{Burst: 3, Every: time.Hour}, port.Limit{}
		return s
	}
	one, two := fmt.Sprintf(loginField, "wrong"), fmt.Sprintf("b: "+loginField, password)
	for name, query := range map[string]string{
		"100 aliases, the last one right": "mutation { " + guesses(100) + " }",
		"two aliases":                     "mutation { " + one + two + " }",
		"a fragment twice":                "mutation { ...f a: __typename ...g } fragment f on Mutation { " + one + " } fragment g on Mutation { " + two + " }",
		"a fragment within another":       "mutation { ...f } fragment f on Mutation { ...g " + one + " } fragment g on Mutation { " + two + " }",
		"fragments without a name":        "mutation { ... { " + one + " } ... on Mutation { " + two + " } }",
		"one that is skipped":             "mutation { " + one + strings.Replace(two, " {", " @skip(if: false) {", 1) + " }",
		"two different ones":              "mutation { " + one + ` auth_password_request(email: "ann@example.com") }`,
		"a reset tried twice":             `mutation { auth_password_reset(token: "a", password: "b") b: auth_password_reset(token: "c", password: "d") }`,
		"the same field twice":            "mutation { " + one + one + " }",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, few())
			w.seed(t, "ann@example.com")
			w.calls.Reset()
			got := w.do(t, graphqlclient.Call{Query: query})
			if got.Status != http.StatusBadRequest || !slices.Equal(codes(t, got), []string{"GRAPHQL_VALIDATION"}) {
				t.Fatalf("got status %d, %s", got.Status, got.Body)
			}
			if calls := w.calls.Calls(); len(calls) > 0 || len(got.Cookies) > 0 {
				t.Errorf("the core was asked: %v", calls)
			}
			if strings.Contains(string(got.Body), "access_token\":") || len(parsed(t, got).Data) > 0 {
				t.Errorf("somebody is logged in: %s", got.Body)
			}
			w.login(t, "ann@example.com") // no attempt is spent
		})
	}

	t.Run("a hundred within a string that stands next to another", func(t *testing.T) {
		w := newWorld(t, few(), func(c *graphql.Config) { c.SingleUse = []string{"auth_login"} })
		w.seed(t, "ann@example.com")
		for _, before := range []string{`"a""b" """"""`, `"a""b"""""""`, `"a""b" """"""" "`, `""""""""`, `"""a"""`} {
			document := "mutation ($e: String!, $p: String!) { update_users_me(data: { tags: [" + before + `"]}) { id } ` +
				numbered(100, "a%d: auth_login(email: $e, password: $p) { access_token } ") + `} #"]}) { id } auth_logout @skip(if: true) }`
			got := w.do(t, graphqlclient.Call{Query: document, Variables: map[string]any{"e": "ann@example.com", "p": password}})
			if strings.Contains(string(got.Body), "access_token") || strings.Contains(string(got.Body), `"a0"`) {
				t.Errorf("%s: somebody is logged in: %.300s", before, got.Body)
			}
		}
		// Read as blocks, what begins with two strings side by side ends with a quote before a third.
		got := w.do(t, graphqlclient.Call{
			Query: `mutation ($e: String!, $p: String!) { update_users_me(data: { tags: ["a" "b\"" "]}) { id } ` + numbered(100, "a%d: auth_login(email: $e, password: $p) { access_token } ") +
				`b: update_users_me(data: { tags: [#"]}) { id } }`, Variables: map[string]any{"e": "ann@example.com", "p": password},
		})
		if strings.Contains(string(got.Body), `"access_token"`) || strings.Contains(string(got.Body), `"a0"`) {
			t.Errorf("somebody is logged in: %.300s", got.Body)
		}
		w.login(t, "ann@example.com") // no attempt is spent
	})

	t.Run("several requests in one body", func(t *testing.T) {
		w := newWorld(t, few())
		w.seed(t, "ann@example.com")
		one, err := json.Marshal(map[string]string{"query": "mutation { " + fmt.Sprintf(loginField, password) + " }"})
		if err != nil {
			t.Fatal(err)
		}
		got := w.do(t, graphqlclient.Call{Body: " [" + string(one) + "," + string(one) + "]"})
		a := parsed(t, got)
		if got.Status != http.StatusBadRequest || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "INVALID_PAYLOAD" ||
			!strings.Contains(a.Errors[0].Message, "Several operations in one request are not supported") {
			t.Errorf("got status %d, %s", got.Status, got.Body)
		}
	})

	t.Run("where they are allowed, each counts", func(t *testing.T) {
		w := newWorld(t, few(), func(c *graphql.Config) { c.SingleUse = []string{} })
		w.seed(t, "ann@example.com")
		got := w.do(t, graphqlclient.Call{Query: "mutation { " + guesses(10) + " }"})
		want := slices.Concat(slices.Repeat([]string{"INVALID_CREDENTIALS"}, 3), slices.Repeat([]string{"REQUESTS_EXCEEDED"}, 7))
		if answered := codes(t, got); got.Status != http.StatusOK || !slices.Equal(answered, want) {
			t.Errorf("got status %d and %v, want %v", got.Status, answered, want)
		}
		if got.Header.Get("Retry-After") == "" {
			t.Error("nobody says when to come back")
		}
		for key, value := range parsed(t, got).Data {
			if string(value) != "null" {
				t.Errorf("%s is logged in: %s", key, value)
			}
		}
	})
}

// TestSecurity79_ErrorsShowNothingInside is red when refuse or MakePanicError shows the text of
// what went wrong, when shown keeps the values that the library repeats, and when allow does
// not look at NoIntrospection.
func TestSecurity79_ErrorsShowNothingInside(t *testing.T) {
	t.Run("a fault or a panic is told to the log alone", func(t *testing.T) {
		secret := errors.New("a secret of the service")
		for what, fails := range map[string]func() error{
			"an error":                        func() error { return secret },
			"a failure":                       func() error { return domain.NewError(domain.Internal, secret) },
			"a failure with words of its own": func() error { return &domain.Error{Code: domain.Internal, Message: secret.Error(), Err: secret} },
			"a panic":                         func() error { panic(secret.Error()) },
		} {
			w := newService(t, auth.DefaultSettings())
			w.client = w.serve(t, failing{w.service, fails})
			got := w.do(t, graphqlclient.Call{Query: `mutation { auth_login(email: "ann@example.com", password: "x y z") { access_token } }`})
			want := `{"data":{"auth_login":null},"errors":[{"message":"An unexpected error occurred.","locations":[{"line":1,"column":12}],"path":["auth_login"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
			if string(got.Body) != want {
				t.Errorf("%s: got %s", what, got.Body)
			}
			if log := w.log.String(); !strings.Contains(log, "a secret of the service") || strings.Contains(log, "x y z") {
				t.Errorf("%s: the log has %s", what, log)
			}
		}
	})
	t.Run("values are not repeated", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		const secret = "hunter2hunter2"
		for _, call := range []graphqlclient.Call{
			{Query: `mutation { auth_login(email: "a", password: ["` + secret + `", 5]) { access_token } }`},
			{Query: `mutation { auth_login(email: "a", password: "` + secret + `", mode: "` + secret + `") { access_token } }`},
			{Query: `mutation { auth_login(email: "a", password: "x", mode: ` + secret + `) { access_token } }`},
			{Query: `mutation { auth_login(email: "a", password: ` + secret + `) { access_token } }`},
			{Query: `mutation { auth_login(email: "a", password: {` + secret + `: "` + secret + `"}) { access_token } }`},
			{Query: `mutation { auth_login(email: "a", password: "` + secret + `) { access_token } }`},
			{Query: `mutation { auth_login(email: "a", password: "\u` + secret + `") { access_token } }`},
			{Query: `mutation { auth_login(email: "a" "` + secret + `") { access_token } }`},
			{Query: `mutation ($p: String! = {a: "` + secret + `"}) { auth_login(email: "a", password: $p) { access_token } }`},
			{Query: `mutation ($p: String!) { auth_login(email: "a", password: $p) { access_token } }`, Variables: map[string]any{"p": []string{secret}}},
			{Query: `mutation ($p: String!) { auth_login(email: "a", password: $p) { access_token } }`, Variables: map[string]any{"p": map[string]any{secret: secret}}},
			{Query: `mutation ($m: auth_mode) { auth_login(email: "a", password: "b", mode: $m) { access_token } }`, Variables: map[string]any{"m": secret}},
			{Query: `mutation ($d: update_directus_users_input!) { update_users_me(data: $d) { id } }`, Variables: map[string]any{"d": map[string]any{"password": 5, secret: secret}}},
			{Query: `mutation ($d: update_directus_users_input!) { update_users_me(data: $d) { id } }`, Variables: map[string]any{"d": secret}},
			{Query: `mutation { update_users_me(data: { role: "` + secret + `" }) { id } }`},
			{Query: `{ users(limit: "` + secret + `") { id } }`},
			{Body: `{"query": "` + secret},
			{Body: `{"query": ["` + secret + `"]}`},
			{Body: `{"query": "{ server_ping }", "variables": "` + secret + `"}`},
			{Body: `{"query": "{ server_ping }", "operationName": "` + secret + `"}`},
		} {
			got := w.do(t, call)
			if got.Status != http.StatusBadRequest || strings.Contains(string(got.Body), secret) {
				t.Errorf("%s %s %v: got status %d, %s", call.Query, call.Body, call.Variables, got.Status, got.Body)
			}
			if strings.Contains(string(got.Body), "Go ") || strings.Contains(string(got.Body), "float64") || strings.Contains(string(got.Body), "map[") {
				t.Errorf("%s: got %s", call.Query, got.Body)
			}
		}
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log has %s", w.log)
		}
	})
	t.Run("the schema is shown, or is not", func(t *testing.T) {
		const schema = "{ __schema { queryType { name } } __type(name: \"auth_tokens\") { name } }"
		if got := newWorld(t, auth.DefaultSettings()).do(t, graphqlclient.Call{Query: schema}); string(got.Body) != `{"data":{"__schema":{"queryType":{"name":"Query"}},"__type":{"name":"auth_tokens"}}}` {
			t.Errorf("got %s", got.Body)
		}
		w := newWorld(t, auth.DefaultSettings(), func(c *graphql.Config) { c.NoIntrospection = true })
		for _, query := range []string{schema, "{ __type(name: \"x\") { name } }", "{ ...f } fragment f on Query { __schema { types { name } } }"} {
			if got := w.do(t, graphqlclient.Call{Query: query}); !slices.Equal(codes(t, got), []string{"GRAPHQL_VALIDATION"}) || len(parsed(t, got).Data) > 0 {
				t.Errorf("%s: got %s", query, got.Body)
			}
		}
		for _, query := range []string{"{ user_me { id } }", "{ users_me { emial } }", "mutation { auth_login(emial: \"a\") { x } }", "mutation { auth_login(email: \"a\", password: \"b\", mode: jsn) { access_token } }"} {
			if got := w.do(t, graphqlclient.Call{Query: query}); strings.Contains(string(got.Body), "Did you mean") {
				t.Errorf("%s: got %s", query, got.Body)
			}
		}
		if got := w.do(t, graphqlclient.Call{Query: "{ __typename }"}); string(got.Body) != `{"data":{"__typename":"Query"}}` {
			t.Errorf("got %s", got.Body)
		}
	})
}

// noting is a service that notes the device of a login.
type noting struct {
	auth.API
	device *string
}

// Login implements auth.API.
func (n noting) Login(ctx context.Context, in auth.LoginInput) (auth.Tokens, error) {
	*n.device = in.Device
	return n.API.Login(ctx, in)
}

// failing is a service that is broken inside.
type failing struct {
	auth.API
	fails func() error
}

// Login implements auth.API.
func (f failing) Login(context.Context, auth.LoginInput) (auth.Tokens, error) {
	return auth.Tokens{}, f.fails()
}
