package graphql_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
)

// TestJoiningLooksAtNoCookie: a link may be opened in a browser whose session cookie is dead, or of
// another account. Taking one of the names out of needsCaller turns it red.
func TestJoiningLooksAtNoCookie(t *testing.T) {
	w := newWorld(t, unlimited())
	dead := &http.Cookie{Name: "directus_session_token", Value: "garbage"}
	for query, want := range map[string]string{
		`{ answer: users_invite_accept(token: "garbage", password: "another battery staple") }`:      "INVALID_TOKEN",
		`{ answer: users_register_verify(token: "garbage") }`:                                        "INVALID_TOKEN",
		`{ answer: users_me_email_confirm(token: "garbage") }`:                                       "INVALID_TOKEN",
		`{ answer: users_register(email: "ivy@example.com", password: "another battery staple") }`:   "FORBIDDEN",
		`{ answer: users_invite(email: "ivy@example.com", role: "guests") }`:                         "INVALID_CREDENTIALS",
		`{ answer: users_register(email: "ivy@example.com", password: "", first_name: "I") }`:        "INVALID_PAYLOAD",
		`{ answer: users_register(email: "ivy@example.com", password: "x", verification_url: "") }`:  "INVALID_PAYLOAD",
		`{ answer: users_invite_accept(token: "", password: "another battery staple") }`:             "INVALID_PAYLOAD",
		`{ answer: users_invite_accept(token: "garbage", password: "") }`:                            "INVALID_PAYLOAD",
		`{ answer: users_me_email_confirm(token: "") }`:                                              "INVALID_PAYLOAD",
		`{ answer: users_register(email: "", password: "another battery staple", last_name: null) }`: "INVALID_PAYLOAD",
	} {
		got := w.do(t, graphqlclient.Call{Query: "mutation " + query, Cookie: dead})
		if !slices.Equal(codes(t, got), []string{want}) {
			t.Errorf("%s: got %s, want %s", query, got.Body, want)
		}
	}
}
