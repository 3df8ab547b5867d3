package fiberhttp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/auth"
)

func TestRootRedirect(t *testing.T) {
	to := func(place string) func(*fiberhttp.Config) {
		return func(c *fiberhttp.Config) { c.RootRedirect = place }
	}
	t.Run("leads whoever asks for / there", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings(), to("./admin"))
		for _, target := range []string{"/", "/?a=b", "http://127.0.0.1/"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				got := w.ask(t, method, target, "")
				if place := got.header.Get("Location"); got.status != http.StatusFound || place != "./admin" {
					t.Errorf("%s %s: got status %d, Location %q", method, target, got.status, place)
				}
				if got.header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s %s: got %v", method, target, got.header)
				}
			}
		}
	})
	t.Run("leads there whatever token comes along", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings(), to("./admin"))
		if got := w.ask(t, http.MethodGet, "/", "", "Authorization: Bearer opaque"); got.status != http.StatusFound {
			t.Errorf("got status %d and %s", got.status, got.body)
		}
	})
	t.Run("leads nobody else there", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings(), to("./admin"))
		for _, c := range [][2]string{{http.MethodPost, "/"}, {http.MethodGet, "//"}, {http.MethodGet, "/x"}, {http.MethodGet, "/%2f"}} {
			if got := w.ask(t, c[0], c[1], ""); got.status != http.StatusNotFound || got.header.Get("Location") != "" {
				t.Errorf("%s: got status %d", c, got.status)
			}
		}
	})
	t.Run("is no route where there is no place", func(t *testing.T) {
		got := newWorld(t, auth.DefaultSettings()).ask(t, http.MethodGet, "/", "")
		if got.status != http.StatusNotFound || !strings.Contains(string(got.body), "ROUTE_NOT_FOUND") {
			t.Errorf("got status %d and %s", got.status, got.body)
		}
	})
}
