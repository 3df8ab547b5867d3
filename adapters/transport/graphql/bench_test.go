package graphql_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
)

// BenchmarkUsersMe is the work on one query without any network, most of it that of reading,
// checking and executing its document.
func BenchmarkUsersMe(b *testing.B) {
	for name, query := range map[string]string{
		"four fields": "{ users_me { id email first_name last_name } }",
		"all fields": "{ users_me { id first_name last_name email password language tfa_secret status role { id } token last_access provider " +
			"external_identifier auth_data location title description tags avatar { id } last_page email_notifications appearance " +
			"theme_dark theme_light theme_dark_overrides theme_light_overrides text_direction } }",
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
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+query+`"}`))
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
