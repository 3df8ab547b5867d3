package oidc_test

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/contract"
)

const (
	callback = "https://auth.example.com/auth/oauth/name/callback"

	kit       = 26 // cases for every provider
	openIDKit = 32 // and those about ID tokens
)

// quick is the time that tests let a provider have.
const quick = 2 * time.Second

func newProvider(t testing.TB, c oidc.Config) *oidc.Provider {
	t.Helper()
	c.ClientID, c.ClientSecret, c.Timeout = oidctest.ClientID, oidctest.ClientSecret, quick
	if c.Name == "" {
		c.Name = "Name"
	}
	p, err := oidc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// gitHub is the configuration of the preset, with another place to be at.
func gitHub(t testing.TB, at *oidctest.Provider) oidc.Config {
	t.Helper()
	c, err := oidc.Preset("GitHub", "")
	if err != nil {
		t.Fatal(err)
	}
	c.AuthorizeURL, c.TokenURL = at.URL+"/login/oauth/authorize", at.URL+"/login/oauth/access_token"
	c.ProfileURL, c.EmailsURL = at.URL+"/api/v3/user", at.URL+"/api/v3/user/emails"
	c.CallbackIssuer = at.URL
	return c
}

func world(at *oidctest.Provider, p *oidc.Provider) contract.OAuthWorld {
	return contract.OAuthWorld{
		Provider: p, Name: "Name", OpenID: p.OpenID(), Secret: oidctest.ClientSecret, RedirectURI: callback,
		Login:     at.Login,
		Pull:      func(_ testing.TB, lever contract.OAuthLever) { at.Pull(lever) },
		Now:       func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
		Elsewhere: at.Elsewhere,
	}
}

func TestContract(t *testing.T) {
	redirects := []string{callback, callback + "/other"}
	t.Run("as GitHub", func(t *testing.T) {
		contract.RunOAuthProvider(t, func(t testing.TB) contract.OAuthWorld {
			at := oidctest.GitHub(t, redirects...)
			return world(at, newProvider(t, gitHub(t, at)))
		}, contract.Expect(kit))
	})
	for name, slim := range map[string]bool{"OpenID": false, "OpenID with an ID token that holds nothing": true} {
		t.Run(name, func(t *testing.T) {
			contract.RunOpenIDProvider(t, func(t testing.TB) contract.OAuthWorld {
				at := oidctest.OpenID(t, slim, redirects...)
				return world(at, newProvider(t, oidc.Config{Issuer: at.URL}))
			}, contract.Expect(openIDKit))
		})
	}
}
