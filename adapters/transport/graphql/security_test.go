package graphql_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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

// TestSecurity76_BombsAreRefused sends what would cost a great deal to execute, and wants a
// refusal before the core is asked anything. It is red when any of the limits of
// document.DefaultLimits or OverlapValidationLimit is a hundred times as large, when descend does
// not count, when allowChanges is not asked, and when what is told of mistakes has no bounds.
func TestSecurity76_BombsAreRefused(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	w.calls.Reset()
	began := processorTime(t)
	for name, call := range bombs() {
		t.Run(name, func(t *testing.T) {
			got := w.do(t, call)
			code := codes(t, got)
			if got.Status != http.StatusBadRequest || len(code) != 1 || code[0] != "GRAPHQL_VALIDATION" && code[0] != "INVALID_PAYLOAD" {
				t.Errorf("got status %d, %.300s", got.Status, got.Body)
			}
			if len(got.Body) > 4000 {
				t.Errorf("the answer has %d bytes", len(got.Body))
			}
		})
	}
	if took := processorTime(t) - began; took > time.Second && !raceDetector {
		t.Errorf("all together took %v of processor time, want a second at most", took)
	}
	for query, want := range limited() {
		if got := w.do(t, graphqlclient.Call{Query: query}); got.Status != http.StatusBadRequest || !strings.Contains(string(got.Body), `"message":"`+want) {
			t.Errorf("%.80s: got status %d, %.300s, want %q", query, got.Status, got.Body, want)
		}
	}
	if calls := w.calls.Calls(); len(calls) > 0 {
		t.Errorf("the core was asked: %v", calls)
	}
	w.login(t, "ann@example.com")
}

// limited are documents that go beyond one limit and no other, with what is said of it.
func limited() map[string]string {
	return map[string]string{
		"{ users_me { " + numbered(1000, "x%d ") + "} }":                                                        "The operation selects more than 1000 fields and fragments.",
		"{ users_me { " + numbered(41, "x%d @skip(if: false) ") + "} }":                                         "There are more than 40 directives.",
		"{ users_me { " + numbered(31, "a%d: id ") + "} }":                                                      "The operation has more than 30 aliases.",
		"{ " + strings.Repeat("users_me { id } ", 21) + "}":                                                     "The operation begins with more than 20 fields.",
		"{ users_me " + strings.Repeat("{ x ", 16) + strings.Repeat("} ", 17):                                   "Fields are nested more than 16 deep.",
		"{ users(sort: " + strings.Repeat("[", 9) + strings.Repeat("]", 9) + ") { id } }":                       "Lists and objects are nested more than 8 deep.",
		"{ server_ping } #" + strings.Repeat("x", 32<<10):                                                       "The document is longer than 32768 bytes.",
		"{ users(sort: [" + strings.Repeat("1 ", 4000) + "]) { id } }":                                          "The document has more than 4000 tokens.",
		"{ users_me { " + strings.Repeat("id ", 60) + "} }":                                                     "Overlap",
		"mutation { " + numbered(2, "a%d: delete_users_items(ids: ["+numbered(26, `"%d" `)+"]) { ids } ") + "}": "The mutations of an operation change more than 50 accounts together.",
	}
}

// bombs are documents that are cheap to send and dear to execute.
func bombs() map[string]graphqlclient.Call {
	query := func(text string) graphqlclient.Call { return graphqlclient.Call{Query: text} }
	data := func(value any) graphqlclient.Call {
		return graphqlclient.Call{
			Query:     "mutation ($data: update_directus_users_input!) { update_users_me(data: $data) { id } }",
			Variables: map[string]any{"data": map[string]any{"tags": value}},
		}
	}
	chain := func(n int, spreads string) string {
		var text strings.Builder
		text.WriteString("{ users_me { ...f0 } }")
		for i := range n {
			next := strings.ReplaceAll(spreads, "NEXT", fmt.Sprintf("...f%d", i+1))
			fmt.Fprintf(&text, " fragment f%d on directus_users { %s }", i, next)
		}
		fmt.Fprintf(&text, " fragment f%d on directus_users { id }", n)
		return text.String()
	}
	nested := func(n int) (list any) {
		for range n {
			list = []any{list}
		}
		return list
	}
	deep := func(n int, open, inside, end string) string {
		return strings.Repeat(open, n) + inside + strings.Repeat(end, n)
	}
	return map[string]graphqlclient.Call{
		"depth":                         query(deep(2000, "{ a ", "", "}")),
		"depth of inline fragments":     query("{ users_me " + deep(500, "{ ... ", "{ id }", "}") + " }"),
		"depth by fragments":            query(chain(200, "x { NEXT }")),
		"exponential fragments":         query(chain(60, "NEXT NEXT")),
		"more exponential fragments":    query(chain(30, strings.Repeat("NEXT ", 20))),
		"a fragment within itself":      query("{ users_me { ...f } } fragment f on directus_users { id ...f }"),
		"fragments within each other":   query("{ users_me { ...f } } fragment f on directus_users { ...g } fragment g on directus_users { ...f }"),
		"a fragment that there is not":  query("{ users_me { ...f } }"),
		"aliases":                       query("{ users_me { " + numbered(500, "a%d: description ") + "} }"),
		"aliases at the beginning":      query("{ " + numbered(25, "a%d: users_me { id } ") + "}"),
		"fields":                        query("{ users_me { " + strings.Repeat("id ", 1500) + "} }"),
		"fields in many places":         query("{ users_me { " + numbered(11, "a%d: role { "+strings.Repeat("id ", 100)+"} ") + "} }"),
		"fields at the beginning":       query("{ " + strings.Repeat("users_me { id } ", 50) + "}"),
		"directives":                    query("{ users_me { id " + strings.Repeat("@skip(if: false) ", 500) + "} }"),
		"directives on many fields":     query("{ users_me { " + strings.Repeat("id @skip(if: false) ", 60) + "} }"),
		"directives by fragments":       query("{ users_me { " + strings.Repeat("...f ", 60) + "} } fragment f on directus_users { id @skip(if: false) }"),
		"directives of an operation":    query("query " + strings.Repeat("@a ", 500) + "{ server_ping }"),
		"tokens":                        query("{ users_me { id } " + strings.Repeat("}{", 4000)),
		"many definitions":              query(numbered(900, "query q%d { server_ping } ")),
		"many variables":                query("query (" + numbered(1500, "$v%d: Int ") + ") { server_ping }"),
		"a long document":               query("{ server_ping } #" + strings.Repeat("x", 40<<10)),
		"a long string":                 query(`mutation { auth_login(email: "` + strings.Repeat("x", 40<<10) + `", password: "x") { access_token } }`),
		"nested lists":                  query("mutation { update_users_me(data: { tags: " + deep(1500, "[", "", "]") + " }) { id } }"),
		"lists":                         query("mutation { update_users_me(data: { tags: " + deep(10, "[", "", "]") + " }) { id } }"),
		"nested objects":                query("mutation { update_users_me(data: { tags: " + deep(900, "{ a: ", "1", "}") + " }) { id } }"),
		"nested types of variables":     query("query ($v: " + deep(1500, "[", "Int", "]") + ") { server_ping }"),
		"nested lists in a variable":    data(nested(2000)),
		"lists in a variable":           data(nested(40)),
		"objects in a variable":         {Query: "mutation ($d: update_directus_users_input!) { update_users_me(data: $d) { id } }", Variables: map[string]any{"d": map[string]any{"theme_dark_overrides": json.RawMessage(deep(33, `{"a":`, "1", "}"))}}},
		"a large body":                  data(strings.Repeat("x", 200<<10)),
		"lists of the schema":           query("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"),
		"aliases of the schema":         query("{ __schema { " + numbered(10, "a%d: types { fields { name } } ") + "} }"),
		"names that are long":           query("{ " + strings.Repeat("x", 30<<10) + "y: z }"),
		"fields in conflict":            query("{ server_info { " + numbered(500, "v(a: %d) ") + "} }"),
		"a few fields in conflict":      query("{ server_info { " + numbered(40, "v(a: %d) ") + "} }"),
		"conflicts in conflict":         query("{ server_info { " + numbered(200, "f%d(a: 1) ") + "} server_info { " + numbered(200, "f%d(a: 2) ") + "} }"),
		"arguments of one name":         query("{ __type(" + strings.Repeat(`name: "a" `, 900) + ") { name } }"),
		"a long name that there is not": query("{ server_info { " + strings.Repeat("x", 20<<10) + " } }"),
		"long names that there are not": query("{ server_info { " + numbered(8, "x%d"+strings.Repeat("x", 3<<10)+" ") + "} }"),
		"blanks":                        {Query: strings.Repeat(" ", 60<<10)},
	}
}

func numbered(n int, format string) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, format, i)
	}
	return text.String()
}

// TestSecurity77_NoMutationByGETAndNoForms is red when allow lets mutations come by another
// method, when route lets any method in, and when decodeBody does not look at the content type.
func TestSecurity77_NoMutationByGETAndNoForms(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	login := "mutation { " + fmt.Sprintf(loginField, password) + " }"
	body, err := json.Marshal(map[string]string{"query": login})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		call   graphqlclient.Call
		status int
		code   string
		allow  string
	}{
		"by GET": {graphqlclient.Call{Method: http.MethodGet, Query: login}, 405, "METHOD_NOT_ALLOWED", "POST"},
		"by GET, in a fragment of the name of a query": {
			graphqlclient.Call{Method: http.MethodGet, Query: "mutation query { ...query } fragment query on Mutation { " + fmt.Sprintf(loginField, password) + " }"}, 405, "METHOD_NOT_ALLOWED", "POST",
		},
		"by GET, in a string that stands next to another": {
			graphqlclient.Call{Method: http.MethodGet, Variables: map[string]any{"t": "changed"}, Query: `fragment F on Mutation { update_users_me(data: { title: $t, tags: ["a""b" """"""` +
				`"]}) { id title } } mutation ($t: String) { ...F } #"] }) { id } } query ($t: String) { ...F }`}, 400, "GRAPHQL_VALIDATION", "",
		},
		"by GET, in a string behind one that ends with a quote": {
			graphqlclient.Call{Method: http.MethodGet, Variables: map[string]any{"t": "changed"}, Query: `fragment F on Mutation { update_users_me(data: { title: $t, tags: ["a" "x"] }) { id } } ` +
				`query ($t: String) { ...F users(sort: ["b\"" "]}) { id } } mutation ($t: String) { ...F x: delete_users_items(ids: [#"]) { __typename } }`}, 400, "GRAPHQL_VALIDATION", "",
		},
		"by PUT":                      {graphqlclient.Call{Method: http.MethodPut, Body: string(body)}, 405, "METHOD_NOT_ALLOWED", "GET, HEAD, POST"},
		"by DELETE":                   {graphqlclient.Call{Method: http.MethodDelete}, 405, "METHOD_NOT_ALLOWED", "GET, HEAD, POST"},
		"as text":                     {graphqlclient.Call{Body: string(body), ContentType: "text/plain"}, 400, "INVALID_PAYLOAD", ""},
		"as a form":                   {graphqlclient.Call{Body: "query=" + login, ContentType: "application/x-www-form-urlencoded"}, 400, "INVALID_PAYLOAD", ""},
		"as JSON that says it is one": {graphqlclient.Call{Body: string(body), ContentType: "application/x-www-form-urlencoded"}, 400, "INVALID_PAYLOAD", ""},
		"as a form of parts":          {graphqlclient.Call{Body: "--x\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\n" + login + "\r\n--x--\r\n", ContentType: "multipart/form-data; boundary=x"}, 400, "INVALID_PAYLOAD", ""},
		"as a document":               {graphqlclient.Call{Body: login, ContentType: "application/graphql"}, 400, "INVALID_PAYLOAD", ""},
		"as another JSON":             {graphqlclient.Call{Body: string(body), ContentType: "application/vnd.api+json"}, 400, "INVALID_PAYLOAD", ""},
		"as text with JSON behind it": {graphqlclient.Call{Body: string(body), ContentType: "text/plain; application/json"}, 400, "INVALID_PAYLOAD", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w.calls.Reset()
			got := w.do(t, test.call)
			if got.Status != test.status || !slices.Equal(codes(t, got), []string{test.code}) || got.Header.Get("Allow") != test.allow {
				t.Errorf("got status %d, Allow %q, %s", got.Status, got.Header.Get("Allow"), got.Body)
			}
			if calls := w.calls.Calls(); len(calls) > 0 {
				t.Errorf("the core was asked: %v", calls)
			}
		})
	}
	t.Run("a query by GET is answered", func(t *testing.T) {
		held := w.login(t, "ann@example.com")
		got := w.do(t, graphqlclient.Call{Method: http.MethodGet, Query: "query ($no: Boolean!) { users_me { email @skip(if: $no) } }", Variables: map[string]any{"no": false}, Bearer: held.AccessToken})
		if got.Status != http.StatusOK || string(got.Body) != `{"data":{"users_me":{"email":"ann@example.com"}}}` {
			t.Errorf("got status %d, %s", got.Status, got.Body)
		}
	})
}

// TestSecurity78_CookiesFollowTheRulesOfREST is red when login, source, device or authenticateByCookie
// does not ask refuseCrossSite, when take shows a token of a cookie, and when Protect is gone.
// Sessions, reuse, status and all else are told by TestContract.
func TestSecurity78_CookiesFollowTheRulesOfREST(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	login := func(mode string, header http.Header) graphqlclient.Response {
		return w.do(t, graphqlclient.Call{
			Query:     "mutation ($m: auth_mode) { auth_login(email: \"ann@example.com\", password: \"" + password + "\", mode: $m) { access_token refresh_token expires } }",
			Variables: map[string]any{"m": mode}, Header: header,
		})
	}
	elsewhere := []http.Header{
		{"Origin": {"https://evil.example"}},
		{"Origin": {"null"}},
		{"Origin": {"https://login.example.com.evil.example"}},
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}},
	}

	t.Run("answers are for the caller alone", func(t *testing.T) {
		for name, call := range map[string]graphqlclient.Call{"data": {Query: "{ server_ping }"}, "refusals": {Query: "{"}, "failures": {Query: "{ users_me { id } }"}, "paths": {Path: "/graphql/x", Query: "{ server_ping }"}} {
			got := w.do(t, call)
			for field, want := range map[string]string{
				"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Strict-Transport-Security": "max-age=31536000",
				"Content-Type": "application/json; charset=utf-8",
			} {
				if got := got.Header.Get(field); got != want {
					t.Errorf("%s: %s is %q, want %q", name, field, got, want)
				}
			}
		}
	})
	t.Run("cookies have the attributes of REST, and what is in them is not in the answer", func(t *testing.T) {
		for mode, name := range map[string]string{"cookie": "directus_refresh_token", "session": "directus_session_token"} {
			got := login(mode, nil)
			cookies := got.Header.Values("Set-Cookie")
			if len(cookies) != 2 || !strings.HasPrefix(cookies[0], name+"=") || !strings.HasPrefix(cookies[1], "sallyport_device=") {
				t.Fatalf("got cookies %q", cookies)
			}
			for _, cookie := range cookies {
				if !strings.Contains(cookie, "; Path=/; Expires=") || !strings.HasSuffix(cookie, "; HttpOnly; Secure; SameSite=Lax") {
					t.Errorf("got cookie %q", cookie)
				}
			}
			if strings.Contains(string(got.Body), got.Cookies[name]) || !strings.Contains(string(got.Body), `"refresh_token":null`) {
				t.Errorf("the answer shows the token of a cookie: %s", got.Body)
			}
		}
	})
	t.Run("a page elsewhere neither logs in nor refreshes nor changes anything by cookie", func(t *testing.T) {
		held := login("session", nil).Cookies["directus_session_token"]
		refresh := login("cookie", nil).Cookies["directus_refresh_token"]
		for _, header := range elsewhere {
			if got := login("cookie", header); !slices.Equal(codes(t, got), []string{"FORBIDDEN"}) || len(got.Cookies) > 0 {
				t.Errorf("%v logs in: %s", header, got.Body)
			}
			for query, cookie := range map[string]*http.Cookie{
				`mutation { auth_refresh(mode: cookie) { access_token } }`:              {Name: "directus_refresh_token", Value: refresh},
				`mutation { auth_refresh { access_token } }`:                            {Name: "directus_refresh_token", Value: refresh},
				`mutation { auth_logout(mode: session) }`:                               {Name: "directus_session_token", Value: held},
				`mutation { update_users_me(data: { first_name: "Eve" }) { id } }`:      {Name: "directus_session_token", Value: held},
				`mutation { delete_other_sessions }`:                                    {Name: "directus_session_token", Value: held},
				`{ users_me { id } }`:                                                   {Name: "directus_session_token", Value: held},
				`mutation ($n: String) { update_users_me(data: { title: $n }) { id } }`: {Name: "directus_session_token", Value: held},
			} {
				if got := w.do(t, graphqlclient.Call{Query: query, Cookie: cookie, Header: header}); !slices.Equal(codes(t, got), []string{"FORBIDDEN"}) || len(got.Cookies) > 0 {
					t.Errorf("%v does %s: %s", header, query, got.Body)
				}
			}
		}
		me := w.do(t, graphqlclient.Call{Query: "{ users_me { first_name } }", Cookie: &http.Cookie{Name: "directus_session_token", Value: held}, Header: http.Header{"Origin": {"https://login.example.com"}}})
		if string(me.Body) != `{"data":{"users_me":{"first_name":null}}}` {
			t.Errorf("got %s", me.Body)
		}
	})
	t.Run("a page elsewhere uses up nothing that a device has for itself", func(t *testing.T) {
		s := newService(t, auth.DefaultSettings())
		var shown string
		s.client = s.serve(t, noting{s.service, &shown})
		call := graphqlclient.Call{Query: "mutation { " + fmt.Sprintf(loginField, "wrong") + " }", Cookie: &http.Cookie{Name: "sallyport_device", Value: "a device"}}
		if s.do(t, call); shown != "a device" {
			t.Errorf("a page of our own: got device %q", shown)
		}
		for _, header := range elsewhere {
			call.Header = header
			if s.do(t, call); shown != "" {
				t.Errorf("%v: got device %q, want none", header, shown)
			}
		}
	})
	t.Run("a dead session cookie is taken away, and keeps nobody from logging in", func(t *testing.T) {
		dead := &http.Cookie{Name: "directus_session_token", Value: "garbage"}
		got := w.do(t, graphqlclient.Call{Query: "{ users_me { id } }", Cookie: dead})
		if got.Status != http.StatusUnauthorized || !strings.HasPrefix(got.Header.Get("Set-Cookie"), "directus_session_token=; Max-Age=0; ") {
			t.Errorf("got status %d, cookie %q", got.Status, got.Header.Get("Set-Cookie"))
		}
		in := w.do(t, graphqlclient.Call{Query: "mutation { " + fmt.Sprintf(loginField, password) + " }", Cookie: dead})
		if len(codes(t, in)) > 0 {
			t.Errorf("got %s", in.Body)
		}
	})
	t.Run("a bad token fails every operation, as over REST", func(t *testing.T) {
		for _, query := range []string{"{ server_ping }", "mutation { " + fmt.Sprintf(loginField, password) + " }", "{ nonsense }"} {
			got := w.do(t, graphqlclient.Call{Query: query, Bearer: "garbage"})
			if got.Status != http.StatusUnauthorized || !slices.Equal(codes(t, got), []string{"INVALID_CREDENTIALS"}) {
				t.Errorf("%s: got status %d, %s", query, got.Status, got.Body)
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

// TestSecurity83_OneReadingOfARequest is red when a token, or a parameter of a query by GET, may
// come twice, when what readParameters cannot read is passed over, and when a part of the transport
// looks at another of two members than the last.
func TestSecurity83_OneReadingOfARequest(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	token := w.login(t, "ann@example.com").AccessToken
	for name, call := range map[string]graphqlclient.Call{
		"two tokens in the header":            {Query: "{ server_ping }", Header: http.Header{"Authorization": {"Bearer " + token, "Bearer " + token}}},
		"one of them of another scheme":       {Query: "{ server_ping }", Header: http.Header{"Authorization": {"Basic eDp5", "Bearer " + token}}},
		"two tokens in the address":           {Query: "{ server_ping }", Path: "/graphql?access_token=" + token + "&access_token=" + token},
		"two tokens in the address, and none": {Query: "{ server_ping }", Path: "/graphql?access_token=&access_token="},
	} {
		got := w.do(t, call)
		if got.Status != http.StatusBadRequest {
			t.Errorf("%s: got status %d", name, got.Status)
		}
		wantRefusal(t, got, domain.InvalidPayload, "access_token", "The request includes more than one access token")
	}
	for _, query := range []string{"?a=1;access_token=" + token, "?access_token=" + token + "&a;b", "?a=%zz&access_token=" + token, "?access_token=" + token + "%"} {
		got := w.do(t, graphqlclient.Call{Query: "{ server_ping }", Path: "/graphql" + query})
		if got.Status != http.StatusBadRequest || !slices.Equal(codes(t, got), []string{"INVALID_QUERY"}) {
			t.Errorf("%s: got status %d, %s", query, got.Status, got.Body)
		}
	}
	for _, name := range []string{"query", "operationName", "variables"} {
		address := w.client.URL + "/graphql?query=" + url.QueryEscape("{ server_ping }") + "&operationName=&variables=&" + name + "=x"
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := w.client.HTTP.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, graphqlclient.Response{Status: answer.StatusCode, Body: body}, domain.InvalidPayload, name, `"`+name+`" must be given once`)
	}
	for _, body := range []string{
		`{"query":"mutation { delete_other_sessions }","query":"{ server_ping }"}`,
		`{"query":"{ server_ping }","QUERY":"mutation { delete_other_sessions }","Query":"x"}`,
		`{"operationName":"A","query":"query A { users_me { id } } query B { server_ping }","operationName":"B"}`,
		`{"query":"query ($v: Boolean!) { server_ping server_info @include(if: $v) { version } }","variables":{"v":5},"variables":{"v":true,"v":false}}`,
	} {
		wantBody(t, w.do(t, graphqlclient.Call{Body: body}), `{"data":{"server_ping":"pong"}}`)
	}
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
