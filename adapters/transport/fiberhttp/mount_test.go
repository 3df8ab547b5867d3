package fiberhttp_test

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// ask sends a request with that request target and those lines in its header, and returns
// the one answer.
func (w world) ask(t testing.TB, method, target, body string, header ...string) response {
	t.Helper()
	lines := append([]string{
		method + " " + target + " HTTP/1.1", "Host: 127.0.0.1", "Connection: close", "Content-Length: " + strconv.Itoa(len(body)),
	}, header...)
	answers := w.exchange(t, strings.Join(lines, "\r\n")+"\r\n\r\n"+body)
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
	t.Run("is no route to those whom it does not admit", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings(), mounted(fiberhttp.Mount{
			Path: "/hidden", Handler: echo,
			Admits: func(r *http.Request) bool { return r.Header.Get("X-Pass") == "friend" && r.URL.Path == "/hidden/x" },
		}))
		if got := w.ask(t, http.MethodPost, "/hidden/x", "the body", "X-Pass: friend"); got.status != http.StatusTeapot || string(got.body) != "/hidden/x the body" {
			t.Errorf("got status %d and %q, want the answer of the mount", got.status, got.body)
		}
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete, http.MethodOptions, http.MethodTrace} {
			for _, rest := range []string{"", "/", "/x", "/x?access_token=bad", "/%zz", "/x/%00"} {
				for name, line := range map[string]string{"nobody": "X-Pass: foe", "a bad token": "Authorization: Bearer bad", "a dead cookie": "Cookie: directus_session_token=bad"} {
					got, want := w.ask(t, method, "/hidden"+rest, "the body", line), w.ask(t, method, "/absent"+rest, "the body", line)
					if g, w := seen(got), strings.ReplaceAll(seen(want), "/absent", "/hidden"); g != w {
						t.Errorf("%s %q of %s: got\n%s\nwant as of no route\n%s", method, rest, name, g, w)
					}
				}
			}
		}
	})
	t.Run("sees the address that the connection came in at", func(t *testing.T) {
		address := func(r *http.Request) string {
			local, told := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
			if !told {
				return "none"
			}
			return local.String()
		}
		asked := make(chan string, 1)
		w := newWorld(t, auth.DefaultSettings(), mounted(fiberhttp.Mount{
			Path:    "/admin",
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, address(r)) }),
			Admits:  func(r *http.Request) bool { asked <- address(r); return true },
		}))
		want := strings.TrimPrefix(w.client.URL, "http://")
		if got := w.ask(t, http.MethodGet, "/admin", ""); string(got.body) != want {
			t.Errorf("the handler got %q, want %q", got.body, want)
		}
		select {
		case got := <-asked:
			if got != want {
				t.Errorf("Admits got %q, want %q", got, want)
			}
		default:
			t.Error("Admits was not asked")
		}
	})
}

// seen is all that an answer shows, but for what differs between any two.
func seen(r response) string {
	header := r.header.Clone()
	header.Del("Date")
	header.Del("X-Request-Id")
	var text strings.Builder
	_ = header.Write(&text) // sorted; a builder takes everything
	return strconv.Itoa(r.status) + "\n" + text.String() + "\n" + string(r.body)
}
