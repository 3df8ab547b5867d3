package fiberhttp_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// ask sends a request with that request target, and returns the one answer.
func (w world) ask(t testing.TB, method, target, body string) response {
	t.Helper()
	answers := w.exchange(t, method+" "+target+" HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
	if len(answers) != 1 {
		t.Fatalf("%s %s: got %d answers, want one", method, target, len(answers))
	}
	return answers[0]
}

func TestMount(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, r.URL.RequestURI()+" ")
		_, _ = io.Copy(w, r.Body)
	})
	mounted := func(mounts ...fiberhttp.Mount) func(*fiberhttp.Config) {
		return func(c *fiberhttp.Config) { c.Mounts = mounts }
	}

	t.Run("answers at its path and below, as it is written", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings(), mounted(fiberhttp.Mount{Path: "/admin", Handler: echo}))
		for target, want := range map[string]bool{
			"/admin": true, "/admin/": true, "/admin/login": true, "/admin?a=b": true, "/admin//x": true, "/admin/Login/": true,
			"http://127.0.0.1/admin/login": true,
			"/adminfoo":                    false, "/adminfoo/login": false, "/admin.html": false, "/admin%2Flogin": false, "/%61dmin": false,
			"/ADMIN": false, "/Admin/login": false, "/ADMIN/login": false, "//admin": false, "/x/admin": false, "/": false,
		} {
			got := w.ask(t, http.MethodGet, target, "")
			if answered := got.status == http.StatusTeapot; answered != want {
				t.Errorf("%s: got status %d, want that of the mount: %v", target, got.status, want)
			}
			if !want && (got.status != http.StatusNotFound || !strings.Contains(string(got.body), "ROUTE_NOT_FOUND")) {
				t.Errorf("%s: got status %d and %s, want no such route", target, got.status, got.body)
			}
		}
	})
	t.Run("passes the query and the body on", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings(), mounted(fiberhttp.Mount{Path: "/admin", Handler: echo}))
		if got := w.ask(t, http.MethodPost, "/admin/x?y=z", "the body"); string(got.body) != "/admin/x?y=z the body" {
			t.Errorf("got %q", got.body)
		}
	})
}
