package graphql_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// FuzzDocument sends any document with any variables. None is answered with 500, none panics,
// and what our own parser has read the library reads, too.
func FuzzDocument(f *testing.F) {
	f.Add("{ users_me { id email } }", "{}")
	f.Add("query ($v: [String!]! = \"x\") { users(sort: $v) { ...f @skip(if: true) } } fragment f on directus_users { role { id } }", `{"v":["a"]}`)
	f.Add("mutation M($d: update_directus_users_input!) { a: update_users_me(data: $d) { tags __typename } }", `{"d":{"tags":{"a":[1,2.5,null]}}}`)
	f.Add("mutation { update_users_me(data: { tags: [\"\\u{1F3B5}\", \"\"\"b\n c\"\"\", -1.5e3, {x: $y}] }) { id } }", `{"y":null}`)
	f.Add("{ __schema { types { fields { name } } } __type(name: \"Query\") { name } }", `[]`)
	for _, call := range bombs() {
		if variables, err := json.Marshal(call.Variables); err == nil && len(call.Query)+len(variables) < 4096 {
			f.Add(call.Query, string(variables))
		}
	}
	w := newService(f, unlimited())
	w.seed(f, "ann@example.com")
	var handler *graphql.Handler
	w.client = w.serve(f, w.service, func(c *graphql.Config) {
		var err error
		if handler, err = graphql.New(*c, w.service); err != nil {
			f.Fatal(err)
		}
	})
	held, err := w.client.Login(f.Context(), auth.LoginInput{Email: "ann@example.com", Password: password, Mode: "json"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query, variables string) {
		body, err := json.Marshal(map[string]any{"query": query, "variables": json.RawMessage(variables)})
		if err != nil {
			return // variables are no JSON
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+held.Access)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		text := answer.Body.String()
		if !json.Valid(answer.Body.Bytes()) || answer.Code >= 500 || strings.Contains(text, "INTERNAL_SERVER_ERROR") ||
			strings.Contains(text, "syntax error") || strings.Contains(text, "cannot be executed") {
			t.Errorf("got status %d, %s", answer.Code, text)
		}
	})
}
