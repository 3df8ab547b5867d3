package e2e

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/restclient"
)

// TestTheEdgeIsAsConfigured: what is set about origins, proxies and requests reaches the server.
func TestTheEdgeIsAsConfigured(t *testing.T) {
	t.Parallel()
	p := serve(t, append(cheap(t.TempDir()),
		"CORS_ENABLED=true", "CORS_ORIGIN=https://app.example.com:443,http://localhost:3000", "CORS_METHODS=GET,POST",
		"CORS_ALLOWED_HEADERS=Content-Type", "CORS_EXPOSED_HEADERS=Retry-After", "CORS_MAX_AGE=600",
		"IP_TRUST_PROXY=1", "RATE_LIMITER_ENABLED=true", "RATE_LIMITER_POINTS=3", "RATE_LIMITER_DURATION=86400"))
	ask := func(method, path, client, origin string) restclient.Response {
		t.Helper()
		header := http.Header{"X-Forwarded-For": {"198.51.100.1, " + client}, "Origin": {origin}, "Access-Control-Request-Method": {"POST"}}
		got, err := p.Do(t.Context(), restclient.Call{Method: method, Path: path, Header: header})
		if got.Status == 0 {
			t.Fatal(err)
		}
		return got
	}
	preflight := ask(http.MethodOptions, "/auth/login", "203.0.113.1", "https://app.example.com")
	for field, want := range map[string]string{
		"Access-Control-Allow-Origin": "https://app.example.com", "Access-Control-Allow-Credentials": "true", "Access-Control-Allow-Methods": "GET,POST",
		"Access-Control-Allow-Headers": "Content-Type", "Access-Control-Max-Age": "600", "Vary": "Origin",
	} {
		if got := preflight.Header.Get(field); got != want || preflight.Status != http.StatusNoContent {
			t.Errorf("preflight: got %d with %s: %q, want 204 with %q", preflight.Status, field, got, want)
		}
	}
	if got := ask(http.MethodOptions, "/auth/login", "203.0.113.1", "https://app.example.com.evil.example"); got.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("got %v for a stranger, want no permission", got.Header)
	}
	answered := map[string][]int{}
	for range 4 {
		for _, client := range []string{"203.0.113.1", "203.0.113.2"} {
			got := ask(http.MethodGet, "/server/info", client, "http://localhost:3000")
			answered[client] = append(answered[client], got.Status)
			if got.Header.Get("Access-Control-Allow-Origin") != "http://localhost:3000" || got.Header.Get("Access-Control-Expose-Headers") != "Retry-After" {
				t.Errorf("status %d: got %v, want permission to read it", got.Status, got.Header)
			}
		}
	}
	if want := (map[string][]int{"203.0.113.1": {200, 200, 200, 429}, "203.0.113.2": {200, 200, 200, 429}}); !maps.EqualFunc(answered, want, slices.Equal) {
		t.Errorf("got %v, want %v", answered, want)
	}
}
