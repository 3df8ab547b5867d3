package graphql_test

import (
	"net/http"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
)

// TestMutationsTogetherChangeAsManyAccountsAsOne names accounts in every way that there is. It is red
// when elements forgets a variable or its default, and when allowChanges leaves any mutation out.
func TestMutationsTogetherChangeAsManyAccountsAsOne(t *testing.T) {
	w := newWorld(t, unlimited())
	list := func(n int, one any) (list []any) {
		for range n {
			list = append(list, one)
		}
		return list
	}
	record := map[string]any{"id": "x"}
	created := "create_users_items(data: [" + numbered(25, `{ title: "%d" } `) + "]) { id } "
	for _, c := range []struct {
		query     string
		variables map[string]any
		isRefused bool
	}{
		{"mutation { " + created + "delete_users_items(ids: [" + numbered(25, `"%d" `) + "]) { ids } }", nil, false},
		{"mutation { " + created + "delete_users_items(ids: [" + numbered(26, `"%d" `) + "]) { ids } }", nil, true},
		{"mutation { " + created + "... { ...f } } fragment f on Mutation { delete_users_items(ids: [" + numbered(26, `"%d" `) + "]) { ids } }", nil, true},
		{"mutation ($v: [ID]!) { " + created + "delete_users_items(ids: $v) { ids } }", map[string]any{"v": list(25, "x")}, false},
		{"mutation ($v: [ID]!) { " + created + "delete_users_items(ids: $v) { ids } }", map[string]any{"v": list(26, "x")}, true},
		{"mutation ($v: [ID]!) { " + created + "update_users_items(ids: $v, data: {}) { id } }", map[string]any{"v": list(26, "x")}, true},
		{"mutation ($v: [update_directus_users_input!]) { " + created + "update_users_batch(data: $v) { id } }", map[string]any{"v": list(26, record)}, true},
		{"mutation ($v: [update_directus_users_input!]) { " + created + "update_users_batch(data: $v) { id } }", map[string]any{"v": record}, false},
		{"mutation ($v: [ID] = [" + numbered(26, `"%d" `) + "]) { " + created + "delete_users_items(ids: $v) { ids } }", nil, true},
		{"mutation ($v: [ID]!) { a: delete_users_items(ids: $v) { ids } b: delete_users_item(id: \"x\") { id } }", map[string]any{"v": list(50, "x")}, true},
		{"mutation ($v: [ID]!) { a: delete_users_items(ids: $v) { ids } b: update_users_me(data: {}) { id } }", map[string]any{"v": list(50, "x")}, true},
	} {
		got := w.do(t, graphqlclient.Call{Query: c.query, Variables: c.variables})
		if isRefused := got.Status == http.StatusBadRequest; isRefused != c.isRefused {
			t.Errorf("%.120s: got status %d, %.300s", c.query, got.Status, got.Body)
		}
	}
}
