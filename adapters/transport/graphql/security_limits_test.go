package graphql_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
)

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
