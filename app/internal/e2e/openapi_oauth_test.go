package e2e

import (
	"net/http"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// logInElsewhere has each operation about providers give each of its answers.
func logInElsewhere(t *testing.T, c *compared) {
	t.Helper()
	at := oidctest.GitHub(t, callbacks(kitPublicURL, "GitHub")...)
	env := append(gitHubOfThePage(at), "PUBLIC_URL="+kitPublicURL)
	p := serve(t, append(cheap(t.TempDir()), env...))
	p.HTTP.Transport = c
	if _, err := p.LoginWays(t.Context()); err != nil {
		t.Error(err)
	}
	pass := func(way contract.OAuthWay, begun auth.OAuthBegun, err error, who contract.OAuthPerson) contract.Arrival {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		query := at.Login(t, begun.URL, who)
		arrival, err := p.FinishOAuth(t.Context(), way, auth.OAuthCallback{
			Provider: way.Provider, Cookie: begun.Cookie, State: query.Get("state"), Code: query.Get("code"), Issuer: query.Get("iss"),
		})
		if err != nil {
			t.Fatal(err)
		}
		return arrival
	}
	enter := func(way contract.OAuthWay) contract.Arrival {
		t.Helper()
		begun, err := p.BeginOAuth(t.Context(), way)
		return pass(way, begun, err, bobElsewhere)
	}
	enter(contract.OAuthWay{Provider: "GitHub", Redirect: "/home"})
	enter(contract.OAuthWay{Provider: "GitHub", Mode: domain.ModeCookie, Redirect: "/home"})
	const verifier = "a-verifier-that-the-app-has-made-for-this-login-alone"
	app := enter(contract.OAuthWay{Provider: "GitHub", Mode: domain.ModeCookie, Redirect: appURL, AppChallenge: s256(verifier)})
	if _, err := p.ExchangeOAuthCode(t.Context(), app.AppCode, verifier); err != nil {
		t.Error(err)
	}
	bob := enter(contract.OAuthWay{Provider: "GitHub", Mode: domain.ModeJSON}).Reply.Access
	wantStatus(t, p, http.StatusOK, restclient.Call{Method: http.MethodGet, Path: "/auth/identities", Bearer: bob})
	wantStatus(t, p, http.StatusUnprocessableEntity, restclient.Call{Method: http.MethodDelete, Path: "/auth/oauth/GitHub/link", Bearer: bob})

	admin := login(t, p.Client, domain.ModeJSON).Access
	way := contract.OAuthWay{Provider: "GitHub", Mode: domain.ModeCookie}
	begun, err := p.BeginOAuthLink(t.Context(), auth.Credential{Bearer: admin}, way)
	pass(way, begun, err, contract.OAuthPerson{Subject: "2002"})
	wantStatus(t, p, http.StatusNoContent, restclient.Call{Method: http.MethodDelete, Path: "/auth/oauth/GitHub/link", Bearer: admin})

	for _, path := range []string{"/auth/oauth/none", "/auth/oauth/none/callback", "/auth/login/none", "/auth/login/none/callback"} {
		wantStatus(t, p, http.StatusNotFound, restclient.Call{Method: http.MethodGet, Path: path})
	}
	wantStatus(t, p, http.StatusNotFound, restclient.Call{Method: http.MethodPost, Path: "/auth/oauth/none/link", Bearer: admin})

	closed := serve(t, append(append(cheap(t.TempDir()), env...), "AUTH_DISABLE_DEFAULT=true"))
	closed.HTTP.Transport = c
	wantStatus(t, closed, http.StatusNotFound, restclient.Call{Method: http.MethodPost, Path: "/auth/login", Body: map[string]any{"email": adminEmail, "password": adminPassword}})
}
