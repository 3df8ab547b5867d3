package oidc_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/contract"
)

// runCases runs those of the kit's cases that a row of docs/security.md is about.
func runCases(t *testing.T, cases []contract.Case[contract.OAuthWorld], open func(t testing.TB) contract.OAuthWorld, ids ...string) {
	t.Helper()
	ran := 0
	for _, c := range cases {
		if slices.Contains(ids, c.ID) {
			ran++
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				c.Run(t, open(t))
			})
		}
	}
	if ran != len(ids) {
		t.Errorf("got %d cases, want %d", ran, len(ids))
	}
}

func openIDWorld(t testing.TB) contract.OAuthWorld {
	t.Helper()
	at := oidctest.OpenID(t, false, callback, callback+"/other")
	return world(at, newProvider(t, oidc.Config{Issuer: at.URL}))
}

func gitHubWorld(t testing.TB) contract.OAuthWorld {
	t.Helper()
	at := oidctest.GitHub(t, callback, callback+"/other")
	return world(at, newProvider(t, gitHub(t, at)))
}

// Red when verified skips the issuer, the audience or the nonce, takes time.Now for c.Now, or
// when checkIssuer returns nil.
func TestSecurity68_IDTokensAreTheProvidersOwnAndOfThisLogin(t *testing.T) {
	runCases(t, slices.Concat(contract.OpenIDCases(), contract.OAuthProviderCases()), openIDWorld,
		"openid/id-token/other-issuer", "openid/id-token/other-audience", "openid/id-token/unknown-key", "openid/id-token/over",
		"openid/id-token/other-login", "oauth/exchange/other-provider", "oauth/exchange/nobody")
}

// Red when newClient has no CheckRedirect, when bounded counts nothing, and when Exchange has
// neither a bounded context nor the client's Timeout.
func TestSecurity70_CallsToProvidersAreBounded(t *testing.T) {
	for name, open := range map[string]func(testing.TB) contract.OAuthWorld{"GitHub": gitHubWorld, "OpenID": openIDWorld} {
		t.Run(name, func(t *testing.T) {
			runCases(t, contract.OAuthProviderCases(), open,
				"oauth/exchange/slow-is-no-answer", "oauth/exchange/huge-is-no-answer", "oauth/exchange/stays-at-the-provider")
		})
	}
}

// Red when notExchanged or unanswered wraps the error of the library, or network returns its
// text: it holds the provider's answer, and that what it was asked.
func TestSecurity71_ErrorsRepeatNothingOfTheProvider(t *testing.T) {
	for name, open := range map[string]func(testing.TB) contract.OAuthWorld{"GitHub": gitHubWorld, "OpenID": openIDWorld} {
		for _, lever := range append(oidctest.RawLevers(), contract.OAuthDown, contract.OAuthFailing, contract.OAuthNonsense, contract.OAuthHuge, contract.OAuthRedirects, "") {
			t.Run(name+"/"+string(lever), func(t *testing.T) {
				w := open(t)
				address, err := w.Provider.AuthURL(t.Context(), request())
				if err != nil {
					t.Fatal(err)
				}
				query := w.Login(t, address, contract.OAuthPerson{Subject: "1001"})
				w.Pull(t, lever)
				c := callbackOf(query)
				c.Verifier += "x" // so that the provider that is in order says no
				_, err = w.Provider.Exchange(t.Context(), c)
				if err == nil {
					t.Fatal("got no error")
				}
				for _, secret := range []string{oidctest.ClientSecret, c.Code, c.Verifier, "something is wrong", "about code", "doctype", "xxxx", "http://", "127.0.0.1"} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("got error %q with %q in it", err, secret)
					}
				}
			})
		}
	}
}
