package oidc

import (
	"fmt"
	"slices"
	"strings"
)

// Presets returns the names of the providers of which all is known but who the client is.
func Presets() []string {
	return []string{"discord", "github", "gitlab", "google", "microsoft", "okta"}
}

// Preset returns what is known of a provider, by its name in any case. domain is where an
// instance of one's own is, as "example.okta.com" or "gitlab.example.com"; for Microsoft it is
// the ID of the tenant, "organizations" or "common". It is needed for Okta alone.
func Preset(name, domain string) (Config, error) {
	name = strings.ToLower(name)
	if !slices.Contains(Presets(), name) {
		return Config{}, fmt.Errorf("oidc: there is no preset of that name, only of %s", strings.Join(Presets(), ", "))
	}
	if strings.ContainsAny(domain, "/?#%@\\ ") {
		return Config{}, fmt.Errorf("oidc: the domain for %s has to be a name alone, without https:// and path", name)
	}
	switch name {
	case "google":
		return Config{Issuer: "https://accounts.google.com"}, nil
	case "okta":
		if domain == "" {
			return Config{}, fmt.Errorf("oidc: okta needs the domain of your organisation, as example.okta.com")
		}
		return Config{Issuer: "https://" + domain}, nil
	case "gitlab":
		return Config{Issuer: "https://" + orDefault(domain, "gitlab.com")}, nil
	case "microsoft":
		return microsoft(orDefault(domain, "common")), nil
	case "discord":
		return Config{
			AuthorizeURL: "https://discord.com/oauth2/authorize",
			TokenURL:     "https://discord.com/api/oauth2/token",
			ProfileURL:   "https://discord.com/api/users/@me",
			Scopes:       []string{"identify", "email"},
			SubjectKey:   "id", VerifiedKey: "verified", FirstNameKey: "global_name", LastNameKey: "-", NameKey: "username",
		}, nil
	}
	return github(domain), nil
}

func orDefault(domain, standard string) string {
	if domain == "" {
		return standard
	}
	return domain
}

// github is github.com, or an Enterprise Server of one's own.
func github(domain string) Config {
	site, api := "https://github.com", "https://api.github.com"
	if domain != "" {
		site, api = "https://"+domain, "https://"+domain+"/api/v3"
	}
	return Config{
		AuthorizeURL: site + "/login/oauth/authorize",
		TokenURL:     site + "/login/oauth/access_token",
		ProfileURL:   api + "/user",
		EmailsURL:    api + "/user/emails",
		Scopes:       []string{"read:user", "user:email"},
		SubjectKey:   "id", // the login name can be given up and taken by another
	}
}

// microsoft vouches for no address: whoever runs a tenant writes what they like there. The
// claim xms_edov, which an application can ask for, says that the domain's owner is the tenant.
// "common" and "organizations" are doors to many tenants, each an issuer of its own.
func microsoft(tenant string) Config {
	const site = "https://login.microsoftonline.com/"
	c := Config{Issuer: site + tenant + "/v2.0", VerifiedKey: "xms_edov"}
	if tenant == "common" || tenant == "organizations" {
		c.Issuer, c.Tenant = site+tenantMark+"/v2.0", tenant
	}
	return c
}
