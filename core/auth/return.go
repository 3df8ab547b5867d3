package auth

import (
	"net/url"
	"slices"
	"strings"
)

// MayReturn reports whether a page of the service at publicURL may lead whoever has logged in to
// target: to a path of its own host, or to a web page of its own origin or of one of origins, each
// a scheme, a host and perhaps a port. What two readers may take for different places is none.
func MayReturn(target, publicURL string, origins []string) bool {
	if isLocalPath(target) {
		return true
	}
	there, ok := parseResetURL(target)
	isThere := func(origin string) bool { return isOfOrigin(there, origin) }
	return ok && (isThere(publicURL) || slices.ContainsFunc(origins, isThere))
}

func isOfOrigin(there *url.URL, text string) bool {
	origin, ok := parseResetURL(text)
	return ok && sameOrigin(there, origin)
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}
