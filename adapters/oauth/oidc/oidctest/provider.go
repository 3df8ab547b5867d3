// Package oidctest starts providers on loopback to log in at: one of OpenID Connect, on the
// certified implementation of zitadel, and one that speaks OAuth 2.0 as GitHub does. Both have
// levers by which they go wrong.
package oidctest

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
)

// The client that every provider knows.
const (
	ClientID     = "sallyport-client"
	ClientSecret = "kT7-secret-of-the-client-9wQ" // of a provider on loopback, and of no other
)

// Provider is a provider that runs until its test ends. It is safe for concurrent use.
type Provider struct {
	URL string // without a slash at its end; the issuer, where it is one

	address   string // to listen at; empty: any
	server    *httptest.Server
	elsewhere atomic.Int64

	mu        sync.Mutex
	lever     contract.OAuthLever
	person    contract.OAuthPerson
	redirects []string
	denying   bool
	asking    bool
	secrets   []string
}

// personHeader is how Login says who is at the browser.
const personHeader = "X-Person"

// start serves handler behind the levers that have nothing to do with what is said. pages are
// the paths that a browser asks for.
func (p *Provider) start(t testing.TB, handler func(issuer string) http.Handler, pages ...string) {
	t.Helper()
	var inner http.Handler
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.elsewhere.Add(1)
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(other.Close)
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(pages, r.URL.Path) || !p.wrong(w, r, other.URL) {
			inner.ServeHTTP(w, r)
		}
	}))
	if p.address != "" {
		p.listenAt(t, p.address)
	}
	p.URL = "http://" + p.server.Listener.Addr().String()
	inner = handler(p.URL)
	p.server.Start()
	t.Cleanup(p.server.Close)
}

func (p *Provider) listenAt(t testing.TB, address string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	p.server.Listener.Close()
	p.server.Listener = listener
}

// wrong answers as the lever wants it, and reports whether it has.
func (p *Provider) wrong(w http.ResponseWriter, r *http.Request, other string) bool {
	switch p.pulled() {
	case contract.OAuthSlow:
		_, _ = io.Copy(io.Discard, r.Body) // or nobody notices that the other side has gone
		<-r.Context().Done()
	case contract.OAuthFailing:
		body, _ := io.ReadAll(r.Body)
		http.Error(w, "something is wrong with "+r.URL.RawQuery+string(body), http.StatusInternalServerError)
	case contract.OAuthHuge:
		w.Header().Set("Content-Type", "application/json")
		_, err := io.WriteString(w, `{"access_token":"`)
		for more := strings.Repeat("x", 1<<16); err == nil; {
			_, err = io.WriteString(w, more)
		}
	case contract.OAuthNonsense:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>Welcome</title>")
	case contract.OAuthRedirects:
		http.Redirect(w, r, other+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	default:
		return answerRaw(w, r, p.pulled())
	}
	return true
}

// Pull makes the provider go wrong from now on. The empty lever mends all but OAuthDown.
func (p *Provider) Pull(lever contract.OAuthLever) {
	p.mu.Lock()
	p.lever = lever
	p.mu.Unlock()
	if lever == contract.OAuthDown {
		_ = p.server.Listener.Close()
		p.server.CloseClientConnections()
	}
}

func (p *Provider) pulled() contract.OAuthLever {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lever
}

// Elsewhere returns how many questions have come to the host that OAuthRedirects leads to.
func (p *Provider) Elsewhere() int { return int(p.elsewhere.Load()) }

// SetPerson says who is at every browser but that of Login.
func (p *Provider) SetPerson(person contract.OAuthPerson) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person = person
}

// Deny makes people refuse what they are asked for.
func (p *Provider) Deny(deny bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.denying = deny
}

func (p *Provider) denies() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.denying
}

// Ask makes browsers wait at a page until somebody follows its link, #continue. It is for
// OpenID providers, and not for Login.
func (p *Provider) Ask(ask bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asking = ask
}

func (p *Provider) asks() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asking
}

// Secrets returns every code and token that the provider has handed out, and every verifier
// that it was shown.
func (p *Provider) Secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.secrets)
}

func (p *Provider) note(secrets ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, secret := range secrets {
		if secret != "" {
			p.secrets = append(p.secrets, secret)
		}
	}
}

// whoever returns who is at the browser of r.
func (p *Provider) whoever(r *http.Request) contract.OAuthPerson {
	p.mu.Lock()
	defer p.mu.Unlock()
	person := p.person
	if header := r.Header.Get(personHeader); header != "" {
		person = contract.OAuthPerson{}
		_ = json.Unmarshal([]byte(header), &person)
	}
	return person
}

func (p *Provider) registered(redirectURI string) bool {
	return slices.Contains(p.redirects, redirectURI)
}

// Login lets person log in at address, as a browser does, and returns the query with which the
// browser is sent back.
func (p *Provider) Login(t testing.TB, address string, person contract.OAuthPerson) url.Values {
	t.Helper()
	who, err := json.Marshal(person)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for range 5 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set(personHeader, string(who))
		answer, err := browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		next, err := answer.Location()
		if err != nil {
			t.Fatalf("the provider answers a browser with status %d and no way on", answer.StatusCode)
		}
		if !strings.HasPrefix(next.String(), p.URL+"/") {
			return next.Query()
		}
		address = next.String()
	}
	t.Fatal("the provider sends a browser in circles")
	return nil
}

// secretText returns a text that nobody guesses.
func secretText(what string) string { return what + "-" + rand.Text() }
