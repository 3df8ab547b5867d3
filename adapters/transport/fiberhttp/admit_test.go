package fiberhttp_test

import (
	"context"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// admitting lets the address of the client in as often as it says.
type admitting map[string]int

func (a admitting) admit(_ context.Context, client domain.Client) error {
	if a[client.IP]--; a[client.IP] < 0 {
		e := domain.NewError(domain.RequestsExceeded, nil)
		e.RetryAfter = 1500 * time.Millisecond
		return e
	}
	return nil
}

func TestAdmit(t *testing.T) {
	newWorld := func(t *testing.T, mayAsk admitting) world {
		return newWorld(t, unlimited(), corsFor(true), func(c *fiberhttp.Config) {
			c.Admit = mayAsk.admit
			c.TrustedProxies = fiberhttp.Proxies{Ranges: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
			c.Mounts = []fiberhttp.Mount{{Path: "/admin", Handler: http.NotFoundHandler()}}
		})
	}
	t.Run("refuses every route, as every page may read, before it looks at a token", func(t *testing.T) {
		w := newWorld(t, admitting{})
		for _, path := range []string{"/server/ping", "/server/info", "/users/me", "/users/me?access_token=x", "/nowhere", "/admin", "/admin/x", "/.well-known/jwks.json", "/"} {
			got := w.do(t, from(get(path), listedOrigin))
			checkEnvelope(t, got)
			wantFailure(t, got, 429, domain.RequestsExceeded)
			if after, origin := got.header.Get("Retry-After"), got.header.Get("Access-Control-Allow-Origin"); after != "2" || origin != listedOrigin {
				t.Errorf("%s: got Retry-After %q for %q, want 2 for %s", path, after, origin, listedOrigin)
			}
		}
		wantFailure(t, w.do(t, post("/auth/login", credentials())), 429, domain.RequestsExceeded)
	})
	t.Run("is not asked by those who watch the service, nor by browsers before a page asks", func(t *testing.T) {
		w := newWorld(t, admitting{})
		for _, path := range []string{"/livez", "/readyz", "/LIVEZ/"} {
			if got := w.do(t, get(path)); got.status != 200 || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: got %d, want 200", path, got.status)
			}
		}
		preflight := call{method: http.MethodOptions, path: "/auth/login", header: http.Header{"Access-Control-Request-Method": {"POST"}}}
		if got := w.do(t, from(preflight, listedOrigin)); got.status != 204 {
			t.Errorf("got %d, want 204", got.status)
		}
		wantFailure(t, w.do(t, preflight), 429, domain.RequestsExceeded) // without an origin it is none
	})
	t.Run("is told of the address that counts", func(t *testing.T) {
		w := newWorld(t, admitting{"203.0.113.7": 2})
		ping := get("/server/ping")
		ping.header = http.Header{"X-Forwarded-For": {"198.51.100.1, 203.0.113.7"}}
		for n, want := range []int{200, 200, 429} {
			if got := w.do(t, ping); got.status != want {
				t.Errorf("request %d: got %d, want %d", n+1, got.status, want)
			}
		}
	})
}
