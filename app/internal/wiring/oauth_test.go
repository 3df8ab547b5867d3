package wiring

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/port"
)

// oauthConfig reads the settings of providers, in a folder without others.
func oauthConfig(t *testing.T, environ ...string) config.Config {
	t.Helper()
	t.Chdir(t.TempDir())
	c, err := config.Load(config.Input{Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryPresetIsADriver(t *testing.T) {
	want := append([]string{config.DriverOpenID, config.DriverOAuth2}, oidc.Presets()...)
	for _, driver := range want[2:] {
		t.Run(driver, func(t *testing.T) {
			prefix := "AUTH_" + strings.ToUpper(driver) + "_"
			environ := []string{"AUTH_PROVIDERS=" + driver, prefix + "CLIENT_ID=x", prefix + "CLIENT_SECRET=y"}
			if driver == "okta" {
				environ = append(environ, prefix+"DOMAIN=example.okta.com")
			}
			places, err := provideOAuth(oauthConfig(t, environ...), newClock())
			if err != nil || len(places) != 1 || places[0].Provider.Name() != driver {
				t.Fatalf("got %+v and error %v", places, err)
			}
			if openID := places[0].Provider.(*oidc.Provider).OpenID(); openID != (places[0].Driver == config.DriverOpenID) {
				t.Errorf("got driver %q, want openid: %t", places[0].Driver, openID)
			}
		})
	}
	t.Run("and every driver a preset", func(t *testing.T) {
		c := config.OAuthSettings()
		at := slices.IndexFunc(c, func(s config.Setting) bool { return s.Name == "AUTH_X_DRIVER" })
		if got := c[at].Type; got != "one of "+strings.Join(want, ", ") {
			t.Errorf("got %s, want %q", got, want)
		}
	})
}

func TestPlacesAreAsTheOperatorSaid(t *testing.T) {
	places, err := provideOAuth(oauthConfig(t, "AUTH_PROVIDERS=Acme", "AUTH_ACME_CLIENT_ID=x", "AUTH_ACME_CLIENT_SECRET=y", "AUTH_ACME_ISSUER_URL=https://acme.example",
		"AUTH_ACME_LABEL=The Acme", "AUTH_ACME_ICON=acme", "AUTH_ACME_MODE=cookie", "AUTH_ACME_ALLOW_PUBLIC_REGISTRATION=true",
		"AUTH_ACME_DEFAULT_ROLE_ID=0193a5f0-0000-7000-8000-000000000001", "AUTH_ACME_LINK_BY_EMAIL=true", "AUTH_ACME_REQUIRE_VERIFIED_EMAIL=false",
		"AUTH_ACME_REQUIRE_OTP=true", "AUTH_ACME_REDIRECT_ALLOW_LIST=https://app.example.com/done"), newClock())
	if err != nil {
		t.Fatal(err)
	}
	got := places[0]
	if got.Label != "The Acme" || got.Icon != "acme" || got.Driver != "openid" || got.Mode != "cookie" || !got.AllowRegistration ||
		got.DefaultRole != "0193a5f0-0000-7000-8000-000000000001" || !got.LinkByEmail || !got.TrustEmail || !got.RequireOTP ||
		!slices.Equal(got.RedirectURLs, []string{"https://app.example.com/done"}) {
		t.Errorf("got %+v", got)
	}
	places, err = provideOAuth(oauthConfig(t, "AUTH_PROVIDERS=github", "AUTH_GITHUB_CLIENT_ID=x", "AUTH_GITHUB_CLIENT_SECRET=y"), newClock())
	if err != nil {
		t.Fatal(err)
	}
	got = places[0]
	if got.Driver != "oauth2" || got.Mode != "session" || got.AllowRegistration || got.DefaultRole != "" || got.LinkByEmail || got.TrustEmail || got.RequireOTP || got.RedirectURLs != nil {
		t.Errorf("got %+v, want nothing allowed", got)
	}
}

func TestAddressesOfAPresetCanBeOthers(t *testing.T) {
	for name, want := range map[string]struct {
		environ []string
		begin   string
	}{
		"GitHub of one's own": {[]string{"DRIVER=github", "DOMAIN=github.example.com"}, "https://github.example.com/login/oauth/authorize?"},
		"GitHub elsewhere":    {[]string{"DRIVER=github", "AUTHORIZE_URL=http://127.0.0.1:9/a", "ACCESS_URL=http://127.0.0.1:9/t", "PROFILE_URL=http://127.0.0.1:9/u"}, "http://127.0.0.1:9/a?"},
		"OAuth 2.0":           {[]string{"DRIVER=oauth2", "AUTHORIZE_URL=https://a.example/1", "ACCESS_URL=https://a.example/2", "PROFILE_URL=https://a.example/3", "IDENTIFIER_KEY=id", "SCOPE=read", "PARAMS=hd=example.com"}, "https://a.example/1?"},
	} {
		t.Run(name, func(t *testing.T) {
			environ := []string{"AUTH_PROVIDERS=X", "AUTH_X_CLIENT_ID=x", "AUTH_X_CLIENT_SECRET=y"}
			for _, entry := range want.environ {
				environ = append(environ, "AUTH_X_"+entry)
			}
			providers, err := OAuthProviders(oauthConfig(t, environ...), newClock())
			if err != nil {
				t.Fatal(err)
			}
			got, err := providers[0].AuthURL(t.Context(), port.AuthRequest{State: "s", Challenge: "c", RedirectURI: "https://auth.example.com/cb"})
			if err != nil || !strings.HasPrefix(got, want.begin) {
				t.Errorf("got %q and error %v, want %s", got, err, want.begin)
			}
			if name == "OAuth 2.0" && (!strings.Contains(got, "hd=example.com") || !strings.Contains(got, "scope=read")) {
				t.Errorf("got %q", got)
			}
		})
	}
	t.Run("Okta's and others' issuers", func(t *testing.T) {
		for _, driver := range []string{"okta", "google", "gitlab", "microsoft"} {
			providers, err := OAuthProviders(oauthConfig(t, "AUTH_PROVIDERS=X", "AUTH_X_CLIENT_ID=x", "AUTH_X_CLIENT_SECRET=y", "AUTH_X_DRIVER="+driver, "AUTH_X_ISSUER_URL=https://idp.example/oauth2/default"), newClock())
			if err != nil || !providers[0].OpenID() {
				t.Errorf("%s: got error %v", driver, err)
			}
		}
	})
}

// What the adapter alone finds out is told with the name of a setting as well.
func TestWhatAProviderRefusesIsAMistake(t *testing.T) {
	c := oauthConfig(t, "AUTH_PROVIDERS=github", "AUTH_GITHUB_CLIENT_ID=x", "AUTH_GITHUB_CLIENT_SECRET=y")
	c.OAuth.Places[0].ClientID = ""
	mistakes, ok := errors.AsType[config.Mistakes](CheckOAuth(c))
	if !ok || len(mistakes) != 1 || mistakes[0].Name != "AUTH_GITHUB_DRIVER" {
		t.Errorf("got %v", CheckOAuth(c))
	}
}

// Red when newProvider keeps what the preset says beside another address.
func TestAnotherAddressIsVouchedForByNobody(t *testing.T) {
	for name, environ := range map[string][]string{
		"discord": {"AUTH_X_DRIVER=discord"}, "microsoft": {"AUTH_X_DRIVER=microsoft"}, "github": {"AUTH_X_DRIVER=github"},
		"openid": {"AUTH_X_DRIVER=openid", "AUTH_X_ISSUER_URL=https://idp.example"},
	} {
		for key, want := range map[string]bool{"": true, "email": true, "mail": false} {
			c := oauthConfig(t, append(environ, "AUTH_PROVIDERS=X", "AUTH_X_CLIENT_ID=x", "AUTH_X_CLIENT_SECRET=y", "AUTH_X_EMAIL_KEY="+key)...)
			got, err := configurationOf(c.OAuth.Places[0])
			if err != nil || (got.VerifiedKey != "-") != want {
				t.Errorf("%s with %q: got %q and error %v, want a word on it: %t", name, key, got.VerifiedKey, err, want)
			}
		}
	}
	c := oauthConfig(t, "AUTH_PROVIDERS=discord", "AUTH_DISCORD_CLIENT_ID=x", "AUTH_DISCORD_CLIENT_SECRET=y", "AUTH_DISCORD_EMAIL_KEY=mail", "AUTH_DISCORD_EMAIL_VERIFIED_KEY=ok")
	if got, err := configurationOf(c.OAuth.Places[0]); err != nil || got.VerifiedKey != "ok" {
		t.Errorf("got %q and error %v, want what the operator says", got.VerifiedKey, err)
	}
}
