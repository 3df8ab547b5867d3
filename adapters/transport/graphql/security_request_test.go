package graphql_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

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
		if ways := w.do(t, graphqlclient.Call{Query: "{ auth_providers { name } auth_disable_default }", Cookie: dead}); len(codes(t, ways)) > 0 {
			t.Errorf("got %s, want the ways to log in", ways.Body)
		}
		if mine := w.do(t, graphqlclient.Call{Query: "{ auth_identities { subject } }", Cookie: dead}); len(codes(t, mine)) != 1 {
			t.Errorf("got %s, want a refusal", mine.Body)
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
