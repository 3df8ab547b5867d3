package graphql_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestWhetherAnOperationIsValidDoesNotDependOnVariables sends operations that are not, with and
// without a value. It is red when rewrite does not validate what was written, and when Parse takes
// two variables of one name.
func TestWhetherAnOperationIsValidDoesNotDependOnVariables(t *testing.T) {
	w := newWorld(t, unlimited())
	for _, query := range []string{
		"query ($v: Nothing) { users(search: $v) { id } }",
		"query ($v: directus_users) { users(search: $v) { id } }",
		"query ($v: String) { server_ping }",
		"query ($v: String) { users_by_id(id: $v) { id } }",
		"query ($v: Int) { users(search: $v) { id } }",
		"query ($v: Int) { users(sort: [$v]) { id } }",
		"query ($v: Boolean) { users_me { id @skip(if: $v) } }",
		"query ($v: String) { users_me { id @nothing(a: $v) } }",
		"query ($v: String) @nothing { users(search: $v) { id } }",
		"query ($v: String @nothing) { users(search: $v) { id } }",
		"query ($v: String) { users(search: $v) { ...f } } fragment f on directus_users @nothing(a: $v) { id }",
		"query ($v: String) { users(nothing: $v) { id } }",
		"query ($v: String, $v: String) { users(search: $v) { id } }",
		"query ($v: String, $v: Boolean) { users(search: $v) { id } }",
	} {
		w.calls.Reset()
		for _, variables := range []map[string]any{nil, {"v": nil}, {"v": "x"}} {
			got := w.do(t, graphqlclient.Call{Query: query, Variables: variables})
			if got.Status != http.StatusBadRequest || !slices.Equal(codes(t, got), []string{"GRAPHQL_VALIDATION"}) {
				t.Errorf("%s of %v: got status %d, %s", query, variables, got.Status, got.Body)
			}
		}
		if calls := w.calls.Calls(); len(calls) > 0 {
			t.Errorf("%s: the core was asked: %v", query, calls)
		}
	}
}

// TestAnElementWithoutAValueIsNull leaves the value of a variable in a list out.
func TestAnElementWithoutAValueIsNull(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	token := w.login(t, "ann@example.com").AccessToken
	const query = `mutation ($v: String) { update_users_me(data: { tags: ["a", $v, [$v], { b: $v }] }) { tags } }`
	wantBody(t, w.ask(t, token, query), `{"data":{"update_users_me":{"tags":["a",null,[null],{}]}}}`)
	wantBody(t, w.ask(t, token, query, map[string]any{"v": "x"}), `{"data":{"update_users_me":{"tags":["a","x",["x"],{"b":"x"}]}}}`)
}

// TestAByteOrderMarkMeansNothing puts one wherever it may be.
func TestAByteOrderMarkMeansNothing(t *testing.T) {
	w := newWorld(t, unlimited())
	wantBody(t, w.do(t, graphqlclient.Call{Query: "\ufeff{\ufeff server_ping\ufeff\ufeff}\ufeff"}), `{"data":{"server_ping":"pong"}}`)
}

// ending is a service whose work lasts as long as a request may.
type ending struct {
	auth.API
	end context.CancelFunc
}

// EndSessions implements auth.API.
func (e ending) EndSessions(ctx context.Context, caller auth.Principal, of domain.UserID, client domain.Client) error {
	defer e.end()
	return e.API.EndSessions(ctx, caller, of, client)
}

// TestWhatHasHadAnEffectIsTold ends the time of a request between its fields. It is red when the
// library is given a context that ends, when answer looks at one, and when execute does not.
func TestWhatHasHadAnEffectIsTold(t *testing.T) {
	w := newService(t, unlimited())
	w.seed(t, "ann@example.com")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	api := ending{w.service, cancel}
	var handler *graphql.Handler
	w.client = w.serve(t, api, func(c *graphql.Config) {
		var err error
		if handler, err = graphql.New(*c, api); err != nil {
			t.Fatal(err)
		}
	})
	token := w.login(t, "ann@example.com").AccessToken
	ask := func(token, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		return answer
	}
	got := ask(token, `{"query":"mutation { a: delete_other_sessions b: update_users_me(data: { title: \"x\" }) { title } }"}`)
	if body := got.Body.String(); got.Code != http.StatusOK || !strings.Contains(body, `"data":{"a":true,"b":null}`) || !strings.Contains(body, `"SERVICE_UNAVAILABLE"`) {
		t.Errorf("got status %d, %s", got.Code, body)
	}
	if got := ask("", `{"query":"{ server_ping }"}`); got.Code != http.StatusServiceUnavailable {
		t.Errorf("after the end: got status %d, %s", got.Code, got.Body)
	}
}
