package graphql_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
)

// BenchmarkUsersMe is the work on one query without any network, for operations that have been
// asked for before, and for some that are new each time: those the library reads and checks.
func BenchmarkUsersMe(b *testing.B) {
	const all = "{ users_me { id first_name last_name email password language tfa_secret status role { id } token last_access provider " +
		"external_identifier auth_data location title description tags avatar { id } last_page email_notifications appearance " +
		"theme_dark theme_light theme_dark_overrides theme_light_overrides text_direction } }"
	for name, next := range map[string]func(n int) string{
		"four fields":                   func(int) string { return "{ users_me { id email first_name last_name } }" },
		"all fields":                    func(int) string { return all },
		"all fields of a new operation": func(n int) string { return "query Q" + strconv.Itoa(n) + all },
	} {
		b.Run(name, func(b *testing.B) {
			w := newService(b, unlimited())
			w.seed(b, "ann@example.com")
			var handler *graphql.Handler
			w.client = w.serve(b, w.service, func(c *graphql.Config) {
				var err error
				if handler, err = graphql.New(*c, w.service); err != nil {
					b.Fatal(err)
				}
			})
			token := w.login(b, "ann@example.com").AccessToken
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+next(n)+`"}`))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Authorization", "Bearer "+token)
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, r)
				if answer.Code != http.StatusOK || strings.Contains(answer.Body.String(), "errors") {
					b.Fatal(answer.Body)
				}
			}
		})
	}
}
