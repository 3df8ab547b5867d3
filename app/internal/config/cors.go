package config

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const originFix = "list the origins that may read answers, such as https://app.example.com; or set CORS_ENABLED to false"

// checkCORS brings the origins into the form that browsers send. It repeats no entry: one may
// hold a password.
func (l *loader) checkCORS(k *CORS) {
	if !k.Enabled {
		if l.isSet("CORS_ORIGIN") && !slices.Equal(k.Origins, []string{"false"}) {
			l.warn("CORS_ORIGIN has no effect while CORS_ENABLED is false")
		}
		k.Origins = nil
		return
	}
	for i, text := range k.Origins {
		l.checkOrigin(i+1, len(k.Origins), text)
		if origin, ok := parseOrigin(text); ok {
			k.Origins[i] = origin
		}
	}
	if len(k.Origins) == 0 {
		l.mistake("CORS_ORIGIN", "names nobody, and CORS_ENABLED is true", originFix)
	}
	l.checkTokens("CORS_METHODS", k.Methods, "name of a method", "write methods such as GET,POST,PATCH,DELETE")
	l.checkTokens("CORS_ALLOWED_HEADERS", k.AllowedHeaders, "name of a header field", "write names such as Content-Type,Authorization")
	l.checkTokens("CORS_EXPOSED_HEADERS", k.ExposedHeaders, "name of a header field", "write names such as Retry-After,X-Request-Id")
}

// checkOrigin looks at one of so many entries, the number of which is its place.
func (l *loader) checkOrigin(place, entries int, text string) {
	const name = "CORS_ORIGIN"
	entry := "entry " + strconv.Itoa(place)
	origin, ok := parseOrigin(text)
	switch {
	case strings.EqualFold(text, "false") && entries == 1:
		l.mistake(name, "names nobody, and CORS_ENABLED is true", originFix)
	case strings.EqualFold(text, "true"), text == "*":
		l.mistake(name, entry+" would let pages of every site read answers, in the name of whoever looks at them", originFix)
	case strings.EqualFold(text, "null"):
		l.mistake(name, entry+" is null, which is what any site can have a browser say of its pages", originFix)
	case strings.Contains(text, "*"):
		l.mistake(name, entry+" holds a wildcard, and origins are compared exactly", originFix)
	case !ok:
		l.mistake(name, entry+" is no origin: http or https, a host, perhaps a port, and nothing behind it, no slash either", originFix)
	case strings.HasPrefix(origin, "http:") && !isLoopbackOrigin(origin):
		l.warn("%s of %s is http: whoever is on the way to it can put a page there that reads answers", entry, name)
	}
}

// parseOrigin returns an origin as browsers send it (RFC 6454, section 6.2): in lower case, and
// without the port that is the scheme's own.
func parseOrigin(text string) (string, bool) {
	u, ok := parsePublicURL(text)
	if !ok || u.Path != "" || strings.ContainsFunc(text, ambiguousInURL) {
		return "", false
	}
	host := strings.ToLower(u.Hostname())
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Zone() != "" {
			return "", false
		}
		host = addr.String()
		if addr.Is6() {
			host = "[" + host + "]"
		}
	}
	port := u.Port()
	if port == "" || u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		return u.Scheme + "://" + host, true
	}
	return u.Scheme + "://" + host + ":" + port, true
}

func isLoopbackOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && isLoopback(u.Hostname())
}

// checkTokens wants names, none of which stands for all of them: browsers take * for that.
func (l *loader) checkTokens(name string, list []string, of, fix string) {
	for i, text := range list {
		if !isToken(text) || text == "*" {
			l.mistake(name, "entry "+strconv.Itoa(i+1)+" is no "+of, fix)
			return
		}
	}
}
