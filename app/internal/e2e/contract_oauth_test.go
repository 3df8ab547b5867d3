package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// kitPublicURL is where browsers find the programs of the kit, as far as providers know.
const kitPublicURL = "http://localhost:8055"

// tellStories starts a program for one story of the inbound kit: with these settings, with the
// providers of contract.OAuthPlaces, and with their role in its database before.
func tellStories(t testing.TB, h home, s auth.Settings, client func(t testing.TB, p *process) contract.Client, env ...string) contract.World {
	t.Helper()
	places := contract.OAuthPlaces(func(name string) port.OAuthProvider { return fakes.NewOAuthProvider(name) })
	var registered []string
	for _, place := range places {
		registered = append(registered, callbacks(kitPublicURL, place.Provider.Name())...)
	}
	at := oidctest.GitHub(t, registered...)
	env = append(append(append(h.env, environment(s)...), placesEnvironment(at, places)...), env...)
	if out, err := sallyport(t, env, "migrate", "up").CombinedOutput(); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	store := h.open(t)
	if err := store.Repos().Roles.Create(t.Context(), domain.Role{ID: contract.OAuthRole, Name: "Readers"}); err != nil {
		t.Fatal(err)
	}
	p := serveAt(t, time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC), env)
	return contract.World{
		Client:    client(t, p),
		Browser:   p.Client,
		Elsewhere: contract.Elsewhere{Login: at.Login, Pull: func(_ testing.TB, lever contract.OAuthLever) { at.Pull(lever) }},
		Clock:     p.clock,
		Store:     store,
		Hasher:    cheapHasher(t),
		Deliver:   func(t testing.TB) { awaitEmpty(t, store.Repos().MailQueue) },
		Mails:     func(t testing.TB) []domain.Mail { return readMailbox(t, h.dataDir) },
	}
}

// placesEnvironment says the same as places in the program's own variables, with all of them at
// one provider.
func placesEnvironment(at *oidctest.Provider, places []auth.OAuthPlace) []string {
	var names, env []string
	for _, place := range places {
		name := place.Provider.Name()
		names = append(names, name)
		set := func(setting, value string) {
			if value != "" {
				env = append(env, "AUTH_"+strings.ToUpper(name)+"_"+setting+"="+value)
			}
		}
		set("DRIVER", "github")
		set("CLIENT_ID", oidctest.ClientID)
		set("CLIENT_SECRET", oidctest.ClientSecret)
		set("AUTHORIZE_URL", at.URL+"/login/oauth/authorize")
		set("ACCESS_URL", at.URL+"/login/oauth/access_token")
		set("PROFILE_URL", at.URL+"/api/v3/user")
		set("LABEL", place.Label)
		set("ICON", place.Icon)
		set("MODE", string(place.Mode))
		set("ALLOW_PUBLIC_REGISTRATION", fmt.Sprint(place.AllowRegistration))
		set("DEFAULT_ROLE_ID", string(place.DefaultRole))
		set("LINK_BY_EMAIL", fmt.Sprint(place.LinkByEmail))
		set("REQUIRE_OTP", fmt.Sprint(place.RequireOTP))
		set("REDIRECT_ALLOW_LIST", strings.Join(place.RedirectURLs, ","))
	}
	return append(env, "AUTH_PROVIDERS="+strings.Join(names, ","), "PUBLIC_URL="+kitPublicURL)
}
