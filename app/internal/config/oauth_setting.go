package config

import (
	"slices"
	"strings"
)

// Setting returns the name of a setting of the provider, by its name in the family of
// AUTH_PROVIDERS: CLIENT_ID is OAUTH_GITHUB_KEY for a GitHub of OAUTH_PROVIDERS.
func (p OAuthProvider) Setting(field string) string {
	family := todaysFamily
	if strings.HasPrefix(p.Prefix, pageFamily) {
		family = pageFamily
	}
	settings := settingsOfProvider(family, p.Prefix)
	at := slices.IndexFunc(settings, func(s Setting) bool { return s.field == field })
	if at < 0 {
		return p.Prefix + field
	}
	return settings[at].Name
}
