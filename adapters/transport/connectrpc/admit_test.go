package connectrpc_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestAdmitIsAskedAboutEveryRequest refuses a caller after two requests, whatever they were.
func TestAdmitIsAskedAboutEveryRequest(t *testing.T) {
	logins, left := 0, map[string]int{"192.0.2.7": 2}
	w := serveStub(t, stubAPI{login: func(context.Context, auth.LoginInput) (auth.Tokens, error) {
		logins++
		return auth.Tokens{}, nil
	}}, func(c *connectrpc.Config) {
		c.Client = func(r *http.Request) domain.Client { return domain.Client{IP: r.Header.Get("X-Forwarded-For")} }
		c.Admit = func(_ context.Context, client domain.Client) error {
			if left[client.IP]--; left[client.IP] < 0 {
				e := domain.NewError(domain.RequestsExceeded, nil)
				e.RetryAfter = 1500 * time.Millisecond
				return e
			}
			return nil
		}
	})
	from := http.Header{"X-Forwarded-For": {"192.0.2.7"}}
	body := `{"email":"a","password":"b"}`
	if got := w.post(t, login, body, from); got.status != http.StatusOK {
		t.Fatalf("got %s", got.body)
	}
	w.post(t, "/sallyport.v1.AuthService/Nothing", "{}", from).want(t, domain.RouteNotFound, "")
	for _, path := range []string{login, "/sallyport.v1.AuthService/Nothing", "/"} {
		got := w.post(t, path, body, from)
		got.want(t, domain.RequestsExceeded, "")
		if after := got.header.Get("Retry-After"); got.status != http.StatusTooManyRequests || after != "2" {
			t.Errorf("%s: got status %d, Retry-After %q, want 429 and 2", path, got.status, after)
		}
	}
	w.post(t, login, body, http.Header{"X-Forwarded-For": {"192.0.2.8"}}).want(t, domain.RequestsExceeded, "")
	if logins != 1 {
		t.Errorf("got %d logins, want 1", logins)
	}
}
