package devmail

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// request is what a browser on this machine would send, unless change says otherwise.
func request(t testing.TB, path string, change func(*http.Request)) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost:8055"+path, nil)
	r.RemoteAddr = "127.0.0.1:54321"
	local("127.0.0.1:8055")(r)
	if change != nil {
		change(r)
	}
	return r
}

// get asks the handler of b with that request.
func get(t testing.TB, b *Mailbox, path string, change func(*http.Request)) *http.Response {
	t.Helper()
	recorder := httptest.NewRecorder()
	b.Handler().ServeHTTP(recorder, request(t, path, change))
	return recorder.Result()
}

func wantPage(t testing.TB, response *http.Response, parts ...string) string {
	t.Helper()
	body := readAll(t, response.Body)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("got %s", response.Status)
	}
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("got\n%s\nwant %q in it", body, part)
		}
	}
	return body
}

func local(addr string) func(*http.Request) {
	return func(r *http.Request) {
		host, _, _ := net.SplitHostPort(addr)
		local := &net.TCPAddr{IP: net.ParseIP(host), Port: 8055}
		*r = *r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(local)))
	}
}

func header(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, "192.0.2.1") }
}

func TestGuard(t *testing.T) {
	for name, change := range map[string]func(*http.Request){
		"IPv4":                nil,
		"IPv6":                func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:1", "[::1]:8055" },
		"IPv4 in IPv6":        func(r *http.Request) { r.RemoteAddr = "[::ffff:127.0.0.1]:1" },
		"a Host without port": func(r *http.Request) { r.Host = "localhost" },
		"IPv6 without port":   func(r *http.Request) { r.Host = "[::1]" },
		"a listener for IPv6": local("[::1]:8055"),
	} {
		t.Run("answers this machine by "+name, func(t *testing.T) {
			b := newMailbox(t, nil)
			wantPage(t, get(t, b, "/mailbox", change))
			if !b.Admits(request(t, "/mailbox", change)) {
				t.Error("Admits says otherwise")
			}
		})
	}
	for name, change := range map[string]func(*http.Request){
		"another machine":              func(r *http.Request) { r.RemoteAddr = "192.0.2.1:1" },
		"no address":                   func(r *http.Request) { r.RemoteAddr = "" },
		"a socket of the file system":  func(r *http.Request) { r.RemoteAddr = "@" },
		"another name for this one":    func(r *http.Request) { r.Host = "evil.example:8055" },
		"a name that begins with ours": func(r *http.Request) { r.Host = "localhost.evil.example" },
		"a name that ends with ours":   func(r *http.Request) { r.Host = "evil-localhost" },
		"an address that begins so":    func(r *http.Request) { r.Host = "127.0.0.1.evil.example" },
		"an address of the network":    func(r *http.Request) { r.Host = "192.0.2.1:8055" },
		"any address":                  func(r *http.Request) { r.Host = "0.0.0.0:8055" },
		"no Host":                      func(r *http.Request) { r.Host = "" },
		"a listener for the network":   local("192.0.2.1:8055"),
		"a listener for all":           local("0.0.0.0:8055"),
		"a listener that nobody tells": func(r *http.Request) { *r = *r.WithContext(t.Context()) },
		"Forwarded":                    header("Forwarded"),
		"Via":                          header("Via"),
		"X-Real-IP":                    header("X-Real-IP"),
		"X-Forwarded-For":              header("X-Forwarded-For"),
		"X-Forwarded-Host":             header("X-Forwarded-Host"),
		"X-Forwarded-Proto":            header("X-Forwarded-Proto"),
		"an unfolded x-forwarded-for":  func(r *http.Request) { r.Header["x-forwarded-for"] = []string{""} },
	} {
		t.Run("is not there for "+name, func(t *testing.T) {
			b := newMailbox(t, nil)
			send(t, b, sample())
			for _, path := range []string{"/mailbox", "/mailbox/style.css", "/mailbox/" + files(t, b)[0], "/mailbox/" + files(t, b)[0] + "/html"} {
				if got := get(t, b, path, change); got.StatusCode != http.StatusNotFound || strings.Contains(readAll(t, got.Body), "ail") {
					t.Errorf("%s: got %s", path, got.Status)
				}
			}
			if b.Admits(request(t, "/mailbox", change)) {
				t.Error("Admits says otherwise")
			}
		})
	}
	for _, host := range []string{"0.0.0.0", "::", "192.0.2.1", "auth.example.com", ""} {
		t.Run("is not there when the service listens on "+host, func(t *testing.T) {
			b := newMailbox(t, func(c *Config) { c.ListenHost = host })
			if got := get(t, b, "/mailbox", nil); got.StatusCode != http.StatusNotFound {
				t.Errorf("got %s", got.Status)
			}
		})
	}
	t.Run("holds on a real server", func(t *testing.T) {
		server := httptest.NewServer(newMailbox(t, nil).Handler())
		t.Cleanup(server.Close)
		for host, want := range map[string]int{"": http.StatusOK, "evil.example": http.StatusNotFound} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/mailbox", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			response, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("Host %q: got %s, want %d", host, response.Status, want)
			}
		}
	})
}

func TestPages(t *testing.T) {
	t.Run("say that there is no mail", func(t *testing.T) {
		wantPage(t, get(t, newMailbox(t, nil), "/mailbox", nil), "There is no mail yet.")
	})
	t.Run("list the newest mail first", func(t *testing.T) {
		b := newMailbox(t, nil)
		for _, subject := range []string{"First <one>", "Second"} {
			m := sample()
			m.Subject = subject
			send(t, b, m)
		}
		body := wantPage(t, get(t, b, "/mailbox", nil), "First &lt;one&gt;", "someone@example.org", `datetime="2026-11-23T10:00:02`)
		if strings.Index(body, "Second") > strings.Index(body, "First") {
			t.Errorf("got\n%s", body)
		}
	})
	t.Run("show a mail, with links that can be followed", func(t *testing.T) {
		b := newMailbox(t, nil)
		send(t, b, sample())
		wantPage(t, get(t, b, "/mailbox/"+files(t, b)[0], nil),
			"<h1>Set a new password \u2013 Sallyport</h1>", "no-reply@example.com", "Bye &lt;b&gt;",
			`Follow this link: <a href="http://localhost:8055/admin/reset-password?token=abc=def&amp;x=1">http://localhost:8055/admin/reset-password?token=abc=def&amp;x=1</a>.`,
			`/html" title="HTML body of the mail" sandbox="allow-popups `)
	})
	t.Run("show the HTML body in a world of its own", func(t *testing.T) {
		b := newMailbox(t, nil)
		send(t, b, sample())
		response := get(t, b, "/mailbox/"+files(t, b)[0]+"/html", nil)
		wantPage(t, response, `<head><base target="_top"><title>x</title></head>`)
		policy := response.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "sandbox ") || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "allow-same-origin") {
			t.Errorf("got %q", policy)
		}
	})
	t.Run("show the mail as it is stored, as text", func(t *testing.T) {
		b := newMailbox(t, nil)
		send(t, b, sample())
		response := get(t, b, "/mailbox/"+files(t, b)[0]+"/source", nil)
		wantPage(t, response, "Message-ID: <0193a5f0-", "multipart/alternative")
		if got := response.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("do without an HTML body", func(t *testing.T) {
		b := newMailbox(t, nil)
		m := sample()
		m.HTML = ""
		send(t, b, m)
		if body := wantPage(t, get(t, b, "/mailbox/"+files(t, b)[0], nil)); strings.Contains(body, "iframe") {
			t.Errorf("got\n%s", body)
		}
		if got := get(t, b, "/mailbox/"+files(t, b)[0]+"/html", nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("got %s", got.Status)
		}
	})
	t.Run("have headers that let nothing in and nothing out", func(t *testing.T) {
		b := newMailbox(t, nil)
		send(t, b, sample())
		for _, path := range []string{"/mailbox", "/mailbox/style.css", "/mailbox/" + files(t, b)[0], "/mailbox/" + files(t, b)[0] + "/html", "/mailbox/" + files(t, b)[0] + "/source"} {
			response := get(t, b, path, nil)
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store",
				"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			} {
				if got := response.Header.Get(name); !strings.Contains(got, want) {
					t.Errorf("%s: %s: got %q, want %q", path, name, got, want)
				}
			}
			body := readAll(t, response.Body)
			if strings.Contains(body, "<script") || strings.Contains(body, "style=") {
				t.Errorf("%s: got\n%s", path, body)
			}
		}
	})
	t.Run("show nothing but mails", func(t *testing.T) {
		b := newMailbox(t, nil)
		send(t, b, sample())
		outside := filepath.Join(filepath.Dir(b.config.Dir), "secret.eml")
		for _, path := range []string{outside, filepath.Join(b.config.Dir, "notes.txt"), filepath.Join(b.config.Dir, ".writing-1.eml")} {
			if err := os.WriteFile(path, []byte("Subject: x\r\n\r\nx"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(outside, filepath.Join(b.config.Dir, "link.eml")); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"nowhere.eml", "notes.txt", ".writing-1.eml", "link.eml", "..%2Fsecret.eml", "%2e%2e%2fsecret.eml", "%2Fetc%2Fpasswd", "..%5Csecret.eml"} {
			for _, path := range []string{"/mailbox/" + name, "/mailbox/" + name + "/source", "/mailbox/" + name + "/html"} {
				if got := get(t, b, path, nil); got.StatusCode == http.StatusOK {
					t.Errorf("%s: got %s", path, got.Status)
				}
			}
		}
	})
	t.Run("change nothing", func(t *testing.T) {
		b := newMailbox(t, nil)
		if got := get(t, b, "/mailbox", func(r *http.Request) { r.Method = http.MethodPost }); got.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("got %s", got.Status)
		}
	})
	t.Run("leave out a file that is no mail", func(t *testing.T) {
		b := newMailbox(t, nil)
		if err := os.MkdirAll(b.config.Dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(b.config.Dir, "broken.eml"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		wantPage(t, get(t, b, "/mailbox", nil), "There is no mail yet.")
		if got := get(t, b, "/mailbox/broken.eml", nil); got.StatusCode != http.StatusInternalServerError {
			t.Errorf("got %s", got.Status)
		}
	})
}

func TestSegments(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"no link":                           "no link",
		"http://a/":                         "[http://a/]",
		"x http://a/?t=1, y https://b/c. z": "x [http://a/?t=1], y [https://b/c]. z",
		"<http://a/b>":                      "<[http://a/b]>",
		"javascript:alert(1) ftp://a":       "javascript:alert(1) ftp://a",
	} {
		t.Run(text, func(t *testing.T) {
			var got strings.Builder
			for _, s := range segments(text) {
				got.WriteString(s.Text)
				if s.Link != "" {
					got.WriteString("[" + s.Link + "]")
				}
			}
			if got.String() != want {
				t.Errorf("got %q, want %q", got.String(), want)
			}
		})
	}
}
