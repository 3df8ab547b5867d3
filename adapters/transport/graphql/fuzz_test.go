package graphql_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	gophers "github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/errors"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// FuzzDocument sends any document with any variables. None is answered with 500, none panics,
// and what our own parser has read the library reads, too.
func FuzzDocument(f *testing.F) {
	f.Add("{ users_me { id email } }", "{}")
	f.Add("query ($v: [String!]! = \"x\") { users(sort: $v) { ...f @skip(if: true) } } fragment f on directus_users { role { id } }", `{"v":["a"]}`)
	f.Add("mutation M($d: update_directus_users_input!) { a: update_users_me(data: $d) { tags __typename } }", `{"d":{"tags":{"a":[1,2.5,null]}}}`)
	f.Add("mutation { update_users_me(data: { tags: [\"\\u{1F3B5}\", \"\"\"b\n c\"\"\", -1.5e3, {x: $y}] }) { id } }", `{"y":null}`)
	f.Add(`{ users(sort: ["a""b" """""""]) { id } more } #"]) { id } a: server_ping }`, "{}")
	f.Add("mutation ($p: ID = \"x\", $b: Boolean = true) { delete_users_item(id: $p) { id @skip(if: $b) } }", `{"p":null,"b":null}`)
	f.Add("mutation ($l: [ID] = [\"a\", {a: 1}]) { delete_users_items(ids: $l) { ids } auth_login(email: [\"x\"], password: {a: $l}, mode: [json]) { expires } }", "{}")
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
	nothing, err := gophers.ParseSchema("schema { query: Query mutation: Mutation } type Query { _: Int } type Mutation { _: Int }", nil)
	if err != nil {
		f.Fatal(err)
	}
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
		readAlike(t, nothing, query)
		text := answer.Body.String()
		if !json.Valid(answer.Body.Bytes()) || answer.Code >= 500 || strings.Contains(text, "INTERNAL_SERVER_ERROR") ||
			strings.Contains(text, "syntax error") || strings.Contains(text, "cannot be executed") {
			t.Errorf("got status %d, %s", answer.Code, text)
		}
	})
}

// readAlike wants the library to find in what Rewrite writes the operation that was measured,
// and fields at its beginning where we have found them, of the same name. To the schema nothing
// each such field is a mistake, of which the library says what it is and where.
func readAlike(t *testing.T, nothing *gophers.Schema, query string) {
	t.Helper()
	limits := document.DefaultLimits()
	read, failure := document.Parse(query, limits)
	if failure != nil {
		return
	}
	op, failure := read.Operation("")
	if failure != nil || op.Type == "subscription" {
		return
	}
	roots, failure := read.Measure(op, limits)
	if failure != nil {
		return
	}
	type place struct {
		field        string
		line, column int
	}
	measured := map[place]bool{}
	for _, root := range roots {
		measured[place{root.Field, root.Line, root.Column}] = true
	}
	rewritten := read.Rewrite(op, func(string) bool { return true })
	kind := map[string]string{"query": "Query", "mutation": "Mutation"}[op.Type]
	mistakes := nothing.Validate(rewritten.Text)
	if slices.ContainsFunc(mistakes, func(e *errors.QueryError) bool { return e.Rule == "PossibleFragmentSpreadsRule" }) {
		return // what such a fragment is on is not where its fields are
	}
	for _, e := range mistakes {
		switch e.Rule {
		case "":
			t.Errorf("the library does not read %q: %v", rewritten.Text, e)
		case "LoneAnonymousOperationRule", "UniqueOperationNamesRule", "NoUnusedFragmentsRule", "UniqueFragmentNamesRule":
			t.Errorf("the library reads more than an operation in %q: %v", rewritten.Text, e)
		case "FieldsOnCorrectTypeRule":
			var found place
			var on string
			if _, err := fmt.Sscanf(e.Message, "Cannot query field %q on type %q", &found.field, &on); err != nil {
				t.Fatalf("%s: %v", e.Message, err)
			}
			found.line, found.column = rewritten.Place(e.Locations[0].Line)
			if on == kind && !measured[found] {
				t.Errorf("the library begins with %+v, and we with %v: %q", found, roots, rewritten.Text)
			}
		}
	}
}
