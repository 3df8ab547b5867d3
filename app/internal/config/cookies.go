package config

import (
	"net/netip"
	"strings"
)

const maxCookieNameBytes = 100

func (l *loader) checkCookies(c *Config) {
	refresh, session := Cookie(c.RefreshCookie), Cookie(c.SessionCookie)
	l.checkCookie("REFRESH_TOKEN_COOKIE", &refresh)
	l.checkCookie("SESSION_COOKIE", &session)
	c.RefreshCookie.Domain, c.SessionCookie.Domain = refresh.Domain, session.Domain

	if refresh.Name == session.Name && l.sound("REFRESH_TOKEN_COOKIE_NAME", "SESSION_COOKIE_NAME") {
		l.mistake("SESSION_COOKIE_NAME", "is the same as REFRESH_TOKEN_COOKIE_NAME", "give the two cookies different names")
	}
}

// checkCookie looks at the cookie whose settings begin with prefix, and cuts the dot that
// RFC 6265, section 5.2.3, ignores at the beginning of a domain.
func (l *loader) checkCookie(prefix string, c *Cookie) {
	name, domain, secure, sameSite := prefix+"_NAME", prefix+"_DOMAIN", prefix+"_SECURE", prefix+"_SAME_SITE"

	if !isToken(c.Name) || len(c.Name) > maxCookieNameBytes {
		l.mistake(name, l.shownValue(name, c.Name)+" is no name of a cookie", "write letters, digits, - and _, at most 100")
	}
	c.Domain = strings.TrimPrefix(c.Domain, ".")
	if c.Domain != "" && !isCookieDomain(c.Domain) {
		l.mistake(domain, l.shownValue(domain, c.Domain)+" is no domain that browsers take a cookie for", "write one with a dot in it, such as example.com, without scheme and port; or unset it")
	}
	if !l.sound(secure, sameSite, name, domain) {
		return
	}
	if c.SameSite == "none" && !c.Secure {
		l.mistake(sameSite, "is none, and browsers refuse that without "+secure, "set "+secure+" to true, or write lax")
	}
	lower := strings.ToLower(c.Name)
	if (strings.HasPrefix(lower, "__secure-") || strings.HasPrefix(lower, "__host-")) && !c.Secure {
		l.mistake(name, "begins with "+c.Name[:strings.Index(c.Name, "-")+1]+", and browsers refuse that without "+secure, "set "+secure+" to true, or write another name")
	}
	if strings.HasPrefix(lower, "__host-") && c.Domain != "" {
		l.mistake(name, "begins with __Host-, and browsers refuse that with a domain", "unset "+domain+", or write another name")
	}
}

// isToken reports whether name is a token of RFC 9110, section 5.6.2.
func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !isLetterOrDigit(r) && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

func isCookieDomain(domain string) bool {
	if _, err := netip.ParseAddr(domain); err == nil {
		return false
	}
	return isHost(domain) && strings.Contains(domain, ".") && !strings.HasSuffix(domain, ".") && !strings.Contains(domain, "_")
}
