package pages_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/pages"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestNew(t *testing.T) {
	client := func(*http.Request) domain.Client { return domain.Client{} }
	for name, config := range map[string]pages.Config{
		"PublicURL": {Client: client},
		"Client":    {PublicURL: &url.URL{Scheme: "https", Host: "login.example.com"}},
	} {
		t.Run("refuses to go without "+name, func(t *testing.T) {
			if _, err := pages.New(config, nil); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v, want an error about %s", err, name)
			}
		})
	}
	t.Run("has names of its own", func(t *testing.T) {
		w := newWorld(t, func(c *pages.Config, _ *auth.Settings) { c.ProjectName = "" })
		w.browser(t).get(t, "/admin/login").shows(t, http.StatusOK, "Sallyport")
	})
}

func TestLanguages(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct{ wanted, lang string }{
		"none":                     {"", "en"},
		"German":                   {"de", "de"},
		"Swiss German":             {"de-CH, en;q=0.5", "de"},
		"French before German":     {"fr, de;q=0.5", "de"},
		"one that we do not speak": {"ja", "en"},
		"English":                  {"en-GB,de;q=0.9", "en"},
		"garbage":                  {"\xff;;q=x,,-", "en"},
		"far too much":             {strings.Repeat("de,", 1000), "en"},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.browser(t).do(t, http.MethodGet, "/admin/login", nil, "Accept-Language", c.wanted)
			got.shows(t, http.StatusOK, `<html lang="`+c.lang+`">`)
			if tag := got.header.Get("Content-Language"); tag != c.lang {
				t.Errorf("got Content-Language %q, want %q", tag, c.lang)
			}
		})
	}
}

func TestAssets(t *testing.T) {
	w := newWorld(t)
	b := w.browser(t)
	paths := regexp.MustCompile(`(?:href|src)="(/admin/assets/[^"]+)"`).FindAllStringSubmatch(b.get(t, "/admin/login").body, -1)
	if len(paths) != 4 {
		t.Fatalf("got assets %v, want two style sheets and an icon in two places", paths)
	}
	for _, found := range paths {
		t.Run("may be kept for good: "+found[1], func(t *testing.T) {
			got := b.get(t, found[1])
			if got.status != http.StatusOK || got.body == "" || got.header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
				t.Errorf("got status %d, %d bytes, header %v", got.status, len(got.body), got.header)
			}
			if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/css") && kind != "image/svg+xml" {
				t.Errorf("got Content-Type %q", kind)
			}
			b.post(t, found[1]).shows(t, http.StatusMethodNotAllowed)
		})
	}
	t.Run("of another content are not there", func(t *testing.T) {
		b.get(t, "/admin/assets/pico.0000000000000000.css").shows(t, http.StatusNotFound, "This page does not exist.")
		b.get(t, "/admin/assets/pico.css").shows(t, http.StatusNotFound)
		b.get(t, "/admin/assets/pico.LICENSE").shows(t, http.StatusNotFound)
	})
}

func TestBadRequests(t *testing.T) {
	form := "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		method, path, contentType, body string
		status                          int
		want                            string
	}{
		"an unknown page":                {http.MethodGet, "/admin/<script>", "", "", http.StatusNotFound, "This page does not exist."},
		"a form for no page":             {http.MethodPost, "/admin/nowhere", form, "", http.StatusNotFound, "This page does not exist."},
		"a path outside":                 {http.MethodGet, "/admin/../etc/passwd", "", "", http.StatusNotFound, "does not exist"},
		"doubled slashes":                {http.MethodGet, "//evil.example/admin", "", "", http.StatusNotFound, "does not exist"},
		"another method":                 {http.MethodDelete, "/admin/login", "", "", http.StatusMethodNotAllowed, "cannot be asked for in this way"},
		"JSON":                           {http.MethodPost, "/admin/login", "application/json", `{"email":"a"}`, http.StatusUnsupportedMediaType, "form was not understood"},
		"a form of many parts":           {http.MethodPost, "/admin/login", "multipart/form-data; boundary=x", "--x--", http.StatusUnsupportedMediaType, "form was not understood"},
		"plain text":                     {http.MethodPost, "/admin/login", "text/plain", "email=a", http.StatusUnsupportedMediaType, "form was not understood"},
		"no type":                        {http.MethodPost, "/admin/login", "", "email=a", http.StatusUnsupportedMediaType, "form was not understood"},
		"no form":                        {http.MethodPost, "/admin/login", form, "email=%zz", http.StatusBadRequest, "form was not understood"},
		"semicolons":                     {http.MethodPost, "/admin/login", form, "email=a;password=b", http.StatusBadRequest, "form was not understood"},
		"more than 64 kB":                {http.MethodPost, "/admin/login", form, "email=" + strings.Repeat("a", 64<<10), http.StatusRequestEntityTooLarge, "too much text"},
		"just under that":                {http.MethodPost, "/admin/forgot-password", form, "email=" + strings.Repeat("a", 64<<10-6), http.StatusSeeOther, ""},
		"a charset with the form's type": {http.MethodPost, "/admin/forgot-password", form + "; charset=UTF-8", "email=a@example.com", http.StatusSeeOther, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.browser(t).do(t, c.method, c.path, strings.NewReader(c.body), "Content-Type", c.contentType)
			got.shows(t, c.status, c.want)
			if strings.Contains(got.body, "<script>") {
				t.Errorf("the request is in the answer:\n%s", got.body)
			}
			if c.status != http.StatusSeeOther && len(w.calls.Calls()) > 1 { // one is the seeding of Ann
				t.Errorf("got calls %v, want none", w.calls.Calls())
			}
		})
	}
	t.Run("a compressed form", func(t *testing.T) {
		newWorld(t).browser(t).do(t, http.MethodPost, "/admin/login", strings.NewReader("x"), "Content-Type", form, "Content-Encoding", "gzip").
			shows(t, http.StatusUnsupportedMediaType, "form was not understood")
	})
	t.Run("a body that breaks off", func(t *testing.T) {
		newWorld(t).browser(t).do(t, http.MethodPost, "/admin/login", brokenBody{}, "Content-Type", form).
			shows(t, http.StatusBadRequest, "form was not understood")
	})
}

// brokenBody fails when it is read.
type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestPanicShowsNothing(t *testing.T) {
	w := newWorld(t)
	w.faults.Set(func(context.Context, string) error { panic("a secret of the service") })
	got := w.browser(t).post(t, "/admin/login", "email", annEmail, "password", password)
	got.shows(t, http.StatusInternalServerError, "Something went wrong on our side.", "To the start page")
	got.hides(t, "a secret of the service")
	if !strings.Contains(w.log.String(), "a secret of the service") {
		t.Error("the log does not say what happened")
	}
}

func TestBelowAPath(t *testing.T) {
	w := newWorld(t, func(c *pages.Config, _ *auth.Settings) {
		c.PublicURL = &url.URL{Scheme: "https", Host: "example.com", Path: "/auth/"}
	})
	b := w.browser(t)
	t.Run("every link and form stays there", func(t *testing.T) {
		got := b.get(t, "/admin/login")
		links := regexp.MustCompile(`(?:href|src|action)="([^"]*)"`).FindAllStringSubmatch(got.body, -1)
		if len(links) < 5 {
			t.Fatalf("got links %v", links)
		}
		for _, link := range links {
			if !strings.HasPrefix(link[1], "/auth/admin/") {
				t.Errorf("got %q, want it below /auth", link[1])
			}
		}
	})
	t.Run("every redirect and the reset cookie, too", func(t *testing.T) {
		got := b.get(t, "/admin/reset-password?token=abc")
		got.leadsTo(t, "/auth/admin/reset-password")
		if cookie := got.set(resetCookie); cookie == nil || cookie.Path != "/auth/admin/reset-password" {
			t.Errorf("got cookie %v", cookie)
		}
	})
}

func TestWithoutTLS(t *testing.T) {
	w := newWorld(t, func(c *pages.Config, _ *auth.Settings) {
		c.PublicURL = &url.URL{Scheme: "http", Host: "localhost:8055"}
	})
	t.Run("browsers are not told to come by TLS alone", func(t *testing.T) {
		if got := w.browser(t).get(t, "/admin/login").header.Get("Strict-Transport-Security"); got != "" {
			t.Errorf("got Strict-Transport-Security %q, want none", got)
		}
	})
}

func TestOriginOfAnotherAddress(t *testing.T) {
	w := newWorld(t)
	const email = "email=ann%40example.com"
	for _, c := range []struct {
		host, origin string
		status       int
	}{
		{"10.0.0.7:8055", "http://10.0.0.7:8055", http.StatusSeeOther},
		{"10.0.0.7:8055", "http://10.0.0.8:8055", http.StatusForbidden},
	} {
		t.Run("by which the request came: "+c.origin, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.host+"/admin/forgot-password", strings.NewReader(email))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", c.origin)
			got := httptest.NewRecorder()
			w.handler.ServeHTTP(got, r)
			if got.Code != c.status {
				t.Errorf("got status %d, want %d", got.Code, c.status)
			}
		})
	}
}

func TestCookieSettings(t *testing.T) {
	w := newWorld(t, func(c *pages.Config, _ *auth.Settings) {
		c.SessionCookie = pages.Cookie{Name: "mine", Domain: "example.com", Insecure: true, SameSite: "Strict"}
	})
	b := w.browser(t)
	t.Run("are those of the session cookie", func(t *testing.T) {
		cookie := b.post(t, "/admin/login", "email", annEmail, "password", password).set("mine")
		if cookie == nil || cookie.Secure || cookie.Domain != "example.com" || cookie.SameSite != http.SameSiteStrictMode || !cookie.HttpOnly {
			t.Errorf("got cookie %v", cookie)
		}
		gone := b.post(t, "/admin/logout").set("mine")
		if gone == nil || gone.MaxAge >= 0 || gone.Domain != "example.com" || gone.Path != "/" {
			t.Errorf("got cookie %v, want one that expires in the same place", gone)
		}
	})
	t.Run("decide whether the reset cookie needs TLS", func(t *testing.T) {
		if cookie := b.get(t, "/admin/reset-password?token=abc").set(resetCookie); cookie == nil || cookie.Secure || cookie.Domain != "" {
			t.Errorf("got cookie %v", cookie)
		}
	})
}
