package graphql_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
)

// TestNoMutationIsLeftOutOfTheBoundOfChanges has each mutation that changes an account beside one of
// as many accounts as there may be. It is red when changedBy leaves any out, and for a new mutation
// until somebody has said here what it changes.
func TestNoMutationIsLeftOutOfTheBoundOfChanges(t *testing.T) {
	changes := map[string]string{
		"update_users_me":    "(data: {}) { id }",
		"create_users_item":  "(data: {}) { id }",
		"create_users_items": "(data: [{}]) { id }",
		"update_users_item":  `(id: "x", data: {}) { id }`,
		"update_users_items": `(ids: ["x"], data: {}) { id }`,
		"update_users_batch": `(data: [{ id: "x" }]) { id }`,
		"delete_users_item":  `(id: "x") { id }`,
		"delete_users_items": `(ids: ["x"]) { ids }`,

		"users_me_tfa_generate":       `(password: "x") { secret }`,
		"users_me_tfa_recovery_codes": `(password: "x", otp: "x")`,

		"users_invite":           `(email: "x", role: "x")`,
		"users_invite_accept":    `(token: "x", password: "x")`,
		"users_register":         `(email: "x", password: "x")`,
		"users_register_verify":  `(token: "x")`,
		"users_me_email_confirm": `(token: "x")`,
	}
	others := []string{
		"auth_login", "auth_refresh", "auth_logout", "auth_password_request", "auth_password_reset", "auth_oauth_token",
		"delete_auth_identities", "delete_sessions_item", "delete_other_sessions",
		"create_roles_item", "update_roles_item", "delete_roles_item",
		"create_permissions_item", "update_permissions_item", "delete_permissions_item",
		"users_me_tfa_enable", "users_me_tfa_disable", "users_tfa_disable",
	}
	w := newWorld(t, unlimited())
	for _, name := range graphql.Mutations() {
		arguments, isChange := changes[name]
		if isChange == slices.Contains(others, name) {
			t.Errorf("%s: does it change accounts?", name)
		}
		if !isChange {
			continue
		}
		query := "mutation { many: delete_users_items(ids: [" + numbered(50, `"%d" `) + "]) { ids } one: " + name + arguments + " }"
		got := w.do(t, graphqlclient.Call{Query: query})
		if got.Status != http.StatusBadRequest || !strings.Contains(string(got.Body), "more than 50 accounts together") {
			t.Errorf("%s: got status %d, %.300s", name, got.Status, got.Body)
		}
	}
}

// TestMutationsTogetherChangeAsManyAccountsAsOne names accounts in every way that there is. It is red
// when elements forgets a variable or its default.
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
