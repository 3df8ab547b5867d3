package oidc_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestNew(t *testing.T) {
	openID := oidc.Config{Name: "Name", ClientID: "id", ClientSecret: "secret", Issuer: "https://example.com"}
	plain := oidc.Config{
		Name: "Name", ClientID: "id", ClientSecret: "secret", SubjectKey: "id",
		AuthorizeURL: "https://example.com/a", TokenURL: "https://example.com/t", ProfileURL: "https://example.com/p",
	}
	with := func(c oidc.Config, change func(c *oidc.Config)) oidc.Config {
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		config oidc.Config
		want   string // in the error; empty: none
	}{
		"a whole OpenID provider":    {openID, ""},
		"a whole OAuth 2.0 provider": {plain, ""},
		"this host without TLS":      {with(openID, func(c *oidc.Config) { c.Issuer = "http://127.0.0.1:8080" }), ""},
		"no name":                    {with(openID, func(c *oidc.Config) { c.Name = "" }), "Name"},
		"no client":                  {with(openID, func(c *oidc.Config) { c.ClientID = "" }), "ClientID"},
		"no secret":                  {with(openID, func(c *oidc.Config) { c.ClientSecret = "" }), "ClientSecret"},
		"no place":                   {with(openID, func(c *oidc.Config) { c.Issuer = "" }), "neither"},
		"two places":                 {with(plain, func(c *oidc.Config) { c.Issuer = "https://example.com" }), "two places"},
		"an issuer without TLS":      {with(openID, func(c *oidc.Config) { c.Issuer = "http://example.com" }), "Issuer"},
		"a token endpoint without":   {with(plain, func(c *oidc.Config) { c.TokenURL = "http://example.com" }), "TokenURL"},
		"no profile":                 {with(plain, func(c *oidc.Config) { c.ProfileURL = "" }), "ProfileURL"},
		"a password in an address":   {with(plain, func(c *oidc.Config) { c.TokenURL = "https://a:b@example.com" }), "TokenURL"},
		"an address as subject":      {with(plain, func(c *oidc.Config) { c.SubjectKey = "email" }), "SubjectKey"},
		"no openid among scopes":     {with(openID, func(c *oidc.Config) { c.Scopes = []string{"email"} }), "Scopes"},
		"a parameter of ours":        {with(plain, func(c *oidc.Config) { c.Params = map[string]string{"state": "x"} }), "state"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := oidc.New(c.config)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got error %v, want none", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got error %v, want one about %s", err, c.want)
			}
		})
	}
}

func TestPresets(t *testing.T) {
	for _, name := range oidc.Presets() {
		c, err := oidc.Preset(strings.ToUpper(name), "example.com")
		if err != nil {
			t.Fatal(err)
		}
		c.Name, c.ClientID, c.ClientSecret = name, "id", "secret"
		if _, err := oidc.New(c); err != nil {
			t.Errorf("%s: got error %v, want none", name, err)
		}
	}
	if _, err := oidc.Preset("okta", ""); err == nil {
		t.Error("okta without a domain: got no error")
	}
	if _, err := oidc.Preset("gitlab", "example.com/path"); err == nil {
		t.Error("a domain with a path: got no error")
	}
	if _, err := oidc.Preset("apple", ""); err == nil {
		t.Error("a preset that is not there: got no error")
	}
}

func TestDiscovery(t *testing.T) {
	t.Run("is asked for at the first login and until it has been answered", func(t *testing.T) {
		at := oidctest.OpenID(t, false, callback)
		clock := fakes.NewClock(time.Now())
		p := newProvider(t, oidc.Config{Issuer: at.URL, Clock: clock})
		for _, lever := range []contract.OAuthLever{contract.OAuthFailing, contract.OAuthNonsense, contract.OAuthHuge, contract.OAuthRedirects} {
			clock.Advance(5 * time.Second)
			at.Pull(lever)
			if _, err := p.AuthURL(t.Context(), request()); err == nil || errors.Is(err, port.ErrInvalid) {
				t.Errorf("%s: got error %v, want one that is no sentinel", lever, err)
			}
		}
		at.Pull("")
		clock.Advance(5 * time.Second)
		if _, err := p.AuthURL(t.Context(), request()); err != nil {
			t.Errorf("mended: got error %v, want none", err)
		}
		at.Pull(contract.OAuthFailing)
		if _, err := p.AuthURL(t.Context(), request()); err != nil {
			t.Errorf("known: got error %v, want none", err)
		}
	})
	t.Run("is not believed of another issuer", func(t *testing.T) {
		at := oidctest.OpenID(t, false, callback)
		mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer, err := http.Get(at.URL + r.URL.Path)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.Copy(w, answer.Body)
		}))
		t.Cleanup(mirror.Close)
		_, err := newProvider(t, oidc.Config{Issuer: mirror.URL}).AuthURL(t.Context(), request())
		if err == nil || !strings.Contains(err.Error(), "another issuer") {
			t.Errorf("got error %v, want one about another issuer", err)
		}
	})
}

// Keys that cannot be fetched are no reason to send a person away for good.
func TestKeysOutOfReach(t *testing.T) {
	at := oidctest.OpenID(t, false, callback)
	var down bool
	p := newProvider(t, oidc.Config{Issuer: at.URL, Transport: transport(func(r *http.Request) (*http.Response, error) {
		if down && strings.HasSuffix(r.URL.Path, "/keys") {
			return nil, errors.New("no route to host")
		}
		return http.DefaultTransport.RoundTrip(r)
	})})
	c := loggedIn(t, at, p)
	down = true
	if _, err := p.Exchange(t.Context(), c); err == nil || errors.Is(err, port.ErrInvalid) {
		t.Errorf("got error %v, want one that is no sentinel", err)
	}
	down = false
	if _, err := p.Exchange(t.Context(), loggedIn(t, at, p)); err != nil {
		t.Errorf("in reach again: got error %v, want none", err)
	}
}

// The secret of a client that is wrong is the operator's to mend, and no person's fault.
func TestWrongSecret(t *testing.T) {
	at := oidctest.GitHub(t, callback)
	c := gitHub(t, at)
	c.Name, c.ClientID, c.ClientSecret = "Name", oidctest.ClientID, "another secret"
	p, err := oidc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Exchange(t.Context(), loggedIn(t, at, p))
	if err == nil || errors.Is(err, port.ErrInvalid) || !strings.Contains(err.Error(), "secret is wrong") {
		t.Errorf("got error %v, want one about the secret", err)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

const (
	verifier  = "a-verifier-of-more-than-forty-three-characters-and-then-some"
	challenge = "GHVbgm-d2lM4wVrEnbKD_aQSUkZHMvJ8weke5XODITE"
)

func request() port.AuthRequest {
	return port.AuthRequest{State: "state", Nonce: "nonce", RedirectURI: callback, Challenge: challenge}
}

func callbackOf(query url.Values) port.Callback {
	return port.Callback{
		Code: query.Get("code"), Issuer: query.Get("iss"), Verifier: verifier, Nonce: "nonce", RedirectURI: callback, Now: time.Now().UTC(),
	}
}

// loggedIn returns a callback whose code has not been exchanged.
func loggedIn(t testing.TB, at *oidctest.Provider, p *oidc.Provider) port.Callback {
	t.Helper()
	address, err := p.AuthURL(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	return callbackOf(at.Login(t, address, contract.OAuthPerson{Subject: "1001", Email: "ann@example.com"}))
}
