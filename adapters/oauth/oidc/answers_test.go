package oidc_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/core/port"
)

// plain is a provider of OAuth 2.0 with the token endpoint's and the profile's answer.
func plain(t testing.TB, status int, token, profile string) *oidc.Provider {
	t.Helper()
	routes := http.NewServeMux()
	says := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	routes.HandleFunc("/token", says(status, token))
	routes.HandleFunc("/profile", says(http.StatusOK, profile))
	routes.HandleFunc("/emails", says(http.StatusOK, `[{"email":"ann@example.com","primary":true,"verified":true}]`))
	at := httptest.NewServer(routes)
	t.Cleanup(at.Close)
	return newProvider(t, oidc.Config{
		AuthorizeURL: at.URL + "/authorize", TokenURL: at.URL + "/token", ProfileURL: at.URL + "/profile", EmailsURL: at.URL + "/emails", SubjectKey: "id",
	})
}

// Red when notExchanged takes a refusal in words of the provider's own for a provider that is
// down, and when it takes any other status for a refusal.
func TestACodeThatIsRefusedIsNoProviderThatIsDown(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		answer  string
		refused bool
	}{
		"400 with an object":       {400, `{"error":{"message":"bad code","type":"OAuthException"}}`, true},
		"400 without a word":       {400, "", true},
		"400 with a name unknown":  {400, `{"error":"code_expired"}`, true},
		"200 with a name unknown":  {200, `{"error":"code_expired"}`, true},
		"400 invalid_grant":        {400, `{"error":"invalid_grant"}`, true},
		"400 invalid_scope":        {400, `{"error":"invalid_scope"}`, false},
		"401 without a word":       {401, "", false},
		"404":                      {404, "", false},
		"429":                      {429, `{"error":"slow_down"}`, false},
		"500 with a name unknown":  {500, `{"error":"code_expired"}`, false},
		"503 without a word":       {503, "", false},
		"200 and no token in it":   {200, `{}`, false},
		"302 to a page of its own": {302, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := exchanged(t, plain(t, c.status, c.answer, "{}"))
			if err == nil || errors.Is(err, port.ErrInvalid) != c.refused {
				t.Errorf("got error %v, want the code refused: %t", err, c.refused)
			}
		})
	}
}

// Red when person or primaryEmail writes to a profile that is not there.
func TestAProfileOfNothingIsNobody(t *testing.T) {
	for _, profile := range []string{"null", "{}", `{"id":null}`, `{"id":""}`, `{"id":{}}`} {
		_, err := exchanged(t, plain(t, 200, `{"access_token":"x","token_type":"bearer"}`, profile))
		if !errors.Is(err, port.ErrInvalid) || !strings.Contains(err.Error(), "nobody") {
			t.Errorf("%s: got error %v, want nobody", profile, err)
		}
	}
}
