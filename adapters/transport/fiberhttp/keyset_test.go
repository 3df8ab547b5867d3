package fiberhttp_test

import (
	"context"
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestKeySet: verifiers find the public keys, without a token, and may keep them.
func TestKeySet(t *testing.T) {
	const path = "/.well-known/jwks.json"
	serving := func(document string, err error) func(*fiberhttp.Config) {
		return func(c *fiberhttp.Config) {
			c.KeySet = func(context.Context) ([]byte, error) { return []byte(document), err }
		}
	}
	t.Run("is served with its type, and may be kept", func(t *testing.T) {
		w := newWorld(t, unlimited(), serving(`{"keys":[{"kid":"x"}]}`, nil))
		got := w.do(t, get(path))
		if got.status != 200 || string(got.body) != `{"keys":[{"kid":"x"}]}` {
			t.Errorf("got %d %s", got.status, string(got.body))
		}
		for header, want := range map[string]string{"Content-Type": "application/jwk-set+json", "Cache-Control": "public, max-age=300", "Set-Cookie": ""} {
			if value := got.header.Get(header); value != want {
				t.Errorf("%s: got %q, want %q", header, value, want)
			}
		}
	})
	t.Run("is empty where there are no key pairs", func(t *testing.T) {
		if got := newWorld(t, unlimited()).do(t, get(path)); got.status != 200 || string(got.body) != `{"keys":[]}` {
			t.Errorf("got %d %s", got.status, string(got.body))
		}
	})
	t.Run("looks at no token", func(t *testing.T) {
		got := newWorld(t, unlimited()).do(t, call{method: "GET", path: path, bearer: "nonsense"})
		if got.status != 200 {
			t.Errorf("got %d, want 200", got.status)
		}
	})
	t.Run("is kept by nobody when it could not be read", func(t *testing.T) {
		w := newWorld(t, unlimited(), serving("", domain.NewError(domain.ServiceUnavailable, errors.New("the store is down"))))
		got := w.do(t, get(path))
		if got.status != 503 || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("got %d with Cache-Control %q, want 503 with no-store", got.status, got.header.Get("Cache-Control"))
		}
	})
}
