package config_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// provider returns what the environment says of one provider of AUTH_PROVIDERS, with a client
// of its own; each of more is one of its settings without the prefix.
func provider(name string, more ...string) []string {
	prefix := "AUTH_" + strings.ToUpper(name) + "_"
	environ := []string{"AUTH_PROVIDERS=" + name, prefix + "CLIENT_ID=client", prefix + "CLIENT_SECRET=" + goodSecret}
	for _, entry := range more {
		environ = append(environ, prefix+entry)
	}
	return environ
}

func TestProviders(t *testing.T) {
	t.Run("need an ID and a secret alone where they are known", func(t *testing.T) {
		c := mustLoad(t, provider("GitHub")...)
		want := config.OAuthProvider{Name: "GitHub", Prefix: "AUTH_GITHUB_", Driver: "github", ClientID: "client", ClientSecret: goodSecret, RequireVerifiedEmail: true, Mode: "session"}
		if len(c.OAuth.Places) != 1 || !equal(c.OAuth.Places[0], want) {
			t.Errorf("got %+v, want %+v", c.OAuth.Places, want)
		}
	})
	t.Run("of the page's era are read by their own names", func(t *testing.T) {
		c := mustLoad(t, "OAUTH_PROVIDERS=GitHub okta", "OAUTH_GITHUB_KEY=id", "OAUTH_GITHUB_SECRET="+goodSecret, "OAUTH_GITHUB_OAUTH=2", "OAUTH_GITHUB_PROFILE_EMAIL=mail", "OAUTH_GITHUB_EMAIL_VERIFIED_KEY=ok",
			"OAUTH_GITHUB_LINK_BY_EMAIL=false", "OAUTH_OKTA_KEY=id2", "OAUTH_OKTA_CLIENT_SECRET="+anotherSecret, "OAUTH_OKTA_SUBDOMAIN=dev-1", "OAUTH_OKTA_LINK_BY_EMAIL=true")
		if warnings := c.Warnings(); len(warnings) > 0 {
			t.Errorf("got warnings %q", warnings)
		}
		if len(c.OAuth.Places) != 2 {
			t.Fatalf("got %d providers", len(c.OAuth.Places))
		}
		github, okta := c.OAuth.Places[0], c.OAuth.Places[1]
		if github.Name != "GitHub" || github.ClientID != "id" || github.ClientSecret != goodSecret || github.EmailKey != "mail" {
			t.Errorf("got %+v", github)
		}
		if okta.Driver != "okta" || okta.ClientSecret != anotherSecret || okta.Domain != "dev-1.okta.com" || !okta.LinkByEmail {
			t.Errorf("got %+v", okta)
		}
	})
	t.Run("of both families are one list", func(t *testing.T) {
		c := mustLoad(t, append(provider("my-idp", "DRIVER=openid"), "AUTH_MY_IDP_ISSUER_URL=http://127.0.0.1:9/.well-known/openid-configuration",
			"AUTH_MY_IDP_CLIENT_ID=x", "AUTH_MY_IDP_DRIVER=openid", "AUTH_MY_IDP_CLIENT_SECRET="+goodSecret, "OAUTH_PROVIDERS=discord", "OAUTH_DISCORD_KEY=x", "OAUTH_DISCORD_SECRET="+goodSecret)...)
		if len(c.OAuth.Places) != 2 || c.OAuth.Places[0].Name != "discord" || c.OAuth.Places[1].IssuerURL != "http://127.0.0.1:9" {
			t.Errorf("got %+v", c.OAuth.Places)
		}
	})
	t.Run("have secrets in files", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "secret", goodSecret+"\n")
		c, err := config.Load(config.Input{Environ: []string{"AUTH_PROVIDERS=google", "AUTH_GOOGLE_CLIENT_ID=x", "AUTH_GOOGLE_CLIENT_SECRET_FILE=secret"}})
		if err != nil {
			t.Fatal(err)
		}
		if c.OAuth.Places[0].ClientSecret != goodSecret {
			t.Error("got another secret than the file's")
		}
		if warnings := c.Warnings(); len(warnings) > 0 {
			t.Errorf("got warnings %q", warnings)
		}
	})
	t.Run("have every setting", func(t *testing.T) {
		c := mustLoad(t, provider("Acme", "DRIVER=OAuth2", "AUTHORIZE_URL=https://a.example/1", "ACCESS_URL=https://a.example/2", "PROFILE_URL=https://a.example/3",
			"SCOPE=read  user,email", `PARAMS={"hd":"example.com"}`, "IDENTIFIER_KEY=user.id", "EMAIL_KEY=mail", "EMAIL_VERIFIED_KEY=ok", "FIRST_NAME_KEY=f", "LAST_NAME_KEY=l",
			"LABEL=The Acme", "ICON=acme", "ALLOW_PUBLIC_REGISTRATION=true", "DEFAULT_ROLE_ID=0193A5F0-0000-7000-8000-000000000001", "LINK_BY_EMAIL=true", "REQUIRE_OTP=true",
			"MODE=cookie", "REDIRECT_ALLOW_LIST=https://app.example.com/done,com.example.app://done")...)
		want := config.OAuthProvider{
			Name: "Acme", Prefix: "AUTH_ACME_", Driver: "oauth2", ClientID: "client", ClientSecret: goodSecret,
			AuthorizeURL: "https://a.example/1", AccessURL: "https://a.example/2", ProfileURL: "https://a.example/3",
			Scopes: []string{"read", "user", "email"}, Params: map[string]string{"hd": "example.com"},
			SubjectKey: "user.id", EmailKey: "mail", VerifiedKey: "ok", FirstNameKey: "f", LastNameKey: "l", Label: "The Acme", Icon: "acme",
			AllowRegistration: true, DefaultRole: "0193a5f0-0000-7000-8000-000000000001", RequireVerifiedEmail: true, LinkByEmail: true, RequireOTP: true,
			Mode: "cookie", Redirects: []string{"https://app.example.com/done", "com.example.app://done"},
		}
		if !equal(c.OAuth.Places[0], want) {
			t.Errorf("got %+v, want %+v", c.OAuth.Places[0], want)
		}
		if warnings := c.Warnings(); len(warnings) > 0 {
			t.Errorf("got warnings %q", warnings)
		}
	})
	t.Run("are printed without their secrets", func(t *testing.T) {
		c := mustLoad(t, provider("Google", "PARAMS=hd=example.com&x=y")...)
		var b strings.Builder
		if err := c.Print(&b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), goodSecret) {
			t.Error("the secret is shown")
		}
		fields := strings.Join(strings.Fields(b.String()), " ")
		for _, want := range []string{"AUTH_GOOGLE_CLIENT_SECRET (set, hidden) environment", "AUTH_GOOGLE_DRIVER google default", "AUTH_GOOGLE_MODE session default"} {
			if !strings.Contains(fields, want) {
				t.Errorf("%q is missing in\n%s", want, b.String())
			}
		}
		if maps.Equal(c.OAuth.Places[0].Params, map[string]string{"hd": "example.com", "x": "y"}) != true {
			t.Errorf("got parameters %v", c.OAuth.Places[0].Params)
		}
	})
}

// equal compares what == does not.
func equal(a, b config.OAuthProvider) bool {
	ok := slices.Equal(a.Scopes, b.Scopes) && slices.Equal(a.Redirects, b.Redirects) && maps.Equal(a.Params, b.Params)
	return ok && a.Name == b.Name && a.Prefix == b.Prefix && a.Driver == b.Driver && a.ClientID == b.ClientID && a.ClientSecret == b.ClientSecret &&
		a.IssuerURL == b.IssuerURL && a.AuthorizeURL == b.AuthorizeURL && a.AccessURL == b.AccessURL && a.ProfileURL == b.ProfileURL && a.Domain == b.Domain &&
		a.SubjectKey == b.SubjectKey && a.EmailKey == b.EmailKey && a.VerifiedKey == b.VerifiedKey && a.FirstNameKey == b.FirstNameKey && a.LastNameKey == b.LastNameKey &&
		a.Label == b.Label && a.Icon == b.Icon && a.AllowRegistration == b.AllowRegistration && a.DefaultRole == b.DefaultRole &&
		a.RequireVerifiedEmail == b.RequireVerifiedEmail && a.LinkByEmail == b.LinkByEmail && a.RequireOTP == b.RequireOTP && a.Mode == b.Mode
}

func TestNamesOfProvidersThatAreNone(t *testing.T) {
	for name, test := range map[string]struct{ environ, want []string }{
		"a slip": {provider("GitHub", "CLIENT_IDD=x"), []string{"AUTH_GITHUB_CLIENT_IDD is no setting; did you mean AUTH_GITHUB_CLIENT_ID?"}},
		"a provider that is not listed": {[]string{"AUTH_GITLAB_CLIENT_ID=x", "OAUTH_GITLAB_SECRET_FILE=x"}, []string{
			"AUTH_GITLAB_CLIENT_ID has no effect: AUTH_PROVIDERS names no such provider", "OAUTH_GITLAB_SECRET_FILE has no effect: OAUTH_PROVIDERS names no such provider",
		}},
		"what is not built":                 {provider("GitHub", "ROLE_MAPPING=x"), []string{"AUTH_GITHUB_ROLE_MAPPING has no effect in this version"}},
		"another driver's":                  {provider("GitHub", "ISSUER_URL=https://github.com", "DOMAIN=github.example.com"), []string{"AUTH_GITHUB_ISSUER_URL has no effect with AUTH_GITHUB_DRIVER github"}},
		"a role for nobody":                 {provider("GitHub", "DEFAULT_ROLE_ID=0193a5f0-0000-7000-8000-000000000001"), []string{"AUTH_GITHUB_DEFAULT_ROLE_ID has no effect while AUTH_GITHUB_ALLOW_PUBLIC_REGISTRATION is false"}},
		"an address of one's own choice":    {provider("GitHub", "EMAIL_KEY=mail"), []string{"AUTH_GITHUB_EMAIL_KEY is not the address that GitHub vouches for"}},
		"addresses that nobody vouches for": {provider("GitHub", "LINK_BY_EMAIL=true", "REQUIRE_VERIFIED_EMAIL=false"), []string{"AUTH_GITHUB_REQUIRE_VERIFIED_EMAIL is false"}},
		"the page's era":                    {[]string{"OAUTH_PROVIDERS=github", "OAUTH_GITHUB_KEY=x", "OAUTH_GITHUB_SECRET=" + goodSecret}, []string{"OAUTH_GITHUB_LINK_BY_EMAIL is not set"}},
		"a way back over http":              {append(provider("GitHub"), "PUBLIC_URL=http://auth.example.com", "EMAIL_TRANSPORT=mailbox", "SESSION_COOKIE_SECURE=false", "REFRESH_TOKEN_COOKIE_SECURE=false"), []string{"PUBLIC_URL is http, and providers send browsers back there"}},
		"a way back to this machine":        {append(provider("GitHub"), "PUBLIC_URL=http://127.0.0.1:8055"), nil},
		"a place over http":                 {provider("GitHub", "REDIRECT_ALLOW_LIST=http://localhost:3000/,http://app.example.com/"), []string{"entry 2 of AUTH_GITHUB_REDIRECT_ALLOW_LIST is http"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustLoad(t, test.environ...).Warnings()
			if len(got) != len(test.want) {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], test.want[i]) {
					t.Errorf("got %q, want %q", got[i], test.want[i])
				}
			}
		})
	}
}

func TestSettingsOfProvidersAreDescribed(t *testing.T) {
	for _, s := range config.OAuthSettings() {
		if !strings.HasPrefix(s.Name, "AUTH_X_") || !strings.HasPrefix(s.Page, "OAUTH_X_") || s.Group == "" || s.Type == "" || !strings.HasSuffix(s.Doc, ".") {
			t.Errorf("got %+v", s)
		}
		if s.Secret != (s.Name == "AUTH_X_CLIENT_SECRET") {
			t.Errorf("%s: got secret %t", s.Name, s.Secret)
		}
	}
}
