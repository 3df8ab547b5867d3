package wiring

import (
	"cmp"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// ConfiguredProvider is a provider, and the settings that it is made of.
type ConfiguredProvider struct {
	*oidc.Provider
	Settings config.OAuthProvider
}

// OAuthProviders returns the providers that are configured, in their order, and asks none. What
// cannot be used is a config.Mistakes.
func OAuthProviders(c config.Config, clock port.Clock) ([]ConfiguredProvider, error) {
	var providers []ConfiguredProvider
	var mistakes config.Mistakes
	for _, p := range c.OAuth.Places {
		provider, err := newProvider(p, clock)
		if err != nil {
			mistakes = append(mistakes, config.Mistake{Name: p.Prefix + "DRIVER", Problem: "cannot be used with the settings beside it: " + err.Error(), Fix: "mend that"})
			continue
		}
		providers = append(providers, ConfiguredProvider{provider, p})
	}
	if mistakes != nil {
		return nil, mistakes
	}
	return providers, nil
}

// CheckOAuth tells by config.Mistakes what OAuthProviders would refuse.
func CheckOAuth(c config.Config) error {
	_, err := OAuthProviders(c, nil) // which asks none
	return err
}

func provideOAuth(c config.Config, clock port.Clock) ([]auth.OAuthPlace, error) {
	providers, err := OAuthProviders(c, clock)
	if err != nil {
		return nil, err
	}
	var places []auth.OAuthPlace
	for _, p := range providers {
		driver := config.DriverOAuth2
		if p.OpenID() {
			driver = config.DriverOpenID
		}
		places = append(places, auth.OAuthPlace{
			Provider: p.Provider, Label: p.Settings.Label, Icon: p.Settings.Icon, Driver: driver, Mode: domain.Mode(p.Settings.Mode),
			AllowRegistration: p.Settings.AllowRegistration, DefaultRole: domain.RoleID(p.Settings.DefaultRole),
			LinkByEmail: p.Settings.LinkByEmail, TrustEmail: !p.Settings.RequireVerifiedEmail, RequireOTP: p.Settings.RequireOTP,
			RedirectURLs: p.Settings.Redirects,
		})
	}
	return places, nil
}

func newProvider(p config.OAuthProvider, clock port.Clock) (*oidc.Provider, error) {
	c, err := configurationOf(p)
	if err != nil {
		return nil, err
	}
	c.Clock = clock
	return oidc.New(c)
}

// configurationOf takes what the preset says, and what the operator has said in its place.
func configurationOf(p config.OAuthProvider) (oidc.Config, error) {
	known, err := preset(p)
	if err != nil {
		return oidc.Config{}, err
	}
	if known.Issuer != "" {
		if p.IssuerURL != "" {
			known.Issuer, known.Tenant = p.IssuerURL, ""
		}
	} else {
		if p.ProfileURL != "" && known.EmailsURL != "" {
			known.EmailsURL = p.ProfileURL + "/emails" // where GitHub has them, wherever it is
		}
		known.AuthorizeURL = cmp.Or(p.AuthorizeURL, known.AuthorizeURL)
		known.TokenURL = cmp.Or(p.AccessURL, known.TokenURL)
		known.ProfileURL = cmp.Or(p.ProfileURL, known.ProfileURL)
	}
	known.Name, known.ClientID, known.ClientSecret = p.Name, p.ClientID, string(p.ClientSecret)
	if len(p.Scopes) > 0 {
		known.Scopes = p.Scopes
	}
	known.Params = p.Params
	known.SubjectKey = cmp.Or(p.SubjectKey, known.SubjectKey)
	if own := cmp.Or(known.EmailKey, "email"); p.EmailKey != "" && p.EmailKey != own {
		known.VerifiedKey = "-" // the provider vouches for what it calls the address
	}
	known.EmailKey = cmp.Or(p.EmailKey, known.EmailKey)
	known.VerifiedKey = cmp.Or(p.VerifiedKey, known.VerifiedKey)
	known.FirstNameKey = cmp.Or(p.FirstNameKey, known.FirstNameKey)
	known.LastNameKey = cmp.Or(p.LastNameKey, known.LastNameKey)
	return known, nil
}

func preset(p config.OAuthProvider) (oidc.Config, error) {
	switch {
	case p.Driver == config.DriverOAuth2:
		return oidc.Config{}, nil
	case p.Driver == config.DriverOpenID, p.Driver == "okta" && p.IssuerURL != "":
		return oidc.Config{Issuer: p.IssuerURL}, nil
	}
	domain := p.Domain
	if p.Driver == "google" || p.Driver == "discord" {
		domain = "" // which has been warned of
	}
	return oidc.Preset(p.Driver, domain)
}
