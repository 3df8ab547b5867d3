package httpedge

import (
	"net/url"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// The families of paths by which browsers go to a provider, whose name follows.
const (
	OAuthPath      = "/auth/oauth/" // of the page's era
	OAuthLoginPath = "/auth/login/" // of today
)

// OAuthCallbackPath returns where a provider of that name, in any case, sends browsers back. It
// is spelled as the provider is configured, since it is compared with what is registered there;
// empty where there is none of that name.
func OAuthCallbackPath(family, name string, providers []auth.OAuthProviderInfo) string {
	for _, p := range providers {
		if strings.EqualFold(p.Name, name) {
			return family + url.PathEscape(p.Name) + "/callback"
		}
	}
	return ""
}
