package httpedge

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// The names that the cookies have where nobody says otherwise.
const (
	RefreshCookieName = "directus_refresh_token"
	SessionCookieName = "directus_session_token"
	DeviceCookieName  = "sallyport_device"
	OAuthCookieName   = "sallyport_oauth" // see OAuthCookie
)

// Cookie says how a cookie is set. The zero value but for a name is a cookie for the host
// alone, over TLS alone, that other sites' forms do not carry.
type Cookie struct {
	Name     string
	Domain   string // empty: the host that answers, and no other
	Insecure bool   // leaves out Secure, for a service without TLS
	SameSite string // "Lax" (default), "Strict" or "None"
}

// DeviceCookie keeps auth.Tokens.Device. It goes where the session cookie goes, and no form
// of another site carries it.
func DeviceCookie(session Cookie) Cookie {
	return Cookie{Name: DeviceCookieName, Domain: session.Domain, Insecure: session.Insecure, SameSite: "Lax"}
}

// OAuthCookie keeps auth.OAuthBegun.Cookie, for the host alone. A provider sends the browser
// back from another site, and a cookie of SameSite=Strict would stay behind. The prefix keeps
// other hosts of the domain from planting the beginning of a login of theirs; browsers take it
// with Secure alone (RFC 6265bis, section 4.1.3.2).
func OAuthCookie(session Cookie) Cookie {
	name := "__Host-" + OAuthCookieName
	if session.Insecure {
		name = OAuthCookieName
	}
	return Cookie{Name: name, Insecure: session.Insecure, SameSite: "Lax"}
}

// CheckCookieNames refuses names of which one cookie would overwrite another.
func CheckCookieNames(cookies ...Cookie) error {
	seen := map[string]bool{}
	for _, cookie := range cookies {
		if seen[cookie.Name] {
			return fmt.Errorf("two cookies have the name %q", cookie.Name)
		}
		seen[cookie.Name] = true
	}
	return nil
}

// Set is the Set-Cookie field (RFC 6265, section 4.1) of a value that lives for ttl.
func (k Cookie) Set(value string, ttl time.Duration, now time.Time) string {
	seconds := int(ttl.Seconds())
	return k.field(value, seconds, now.Add(time.Duration(seconds)*time.Second))
}

// CookieOfEnded returns the cookie to take away with a session that its owner has ended, if it
// had one. Where refreshed is false the request came without a refresh cookie. One that comes
// with a session of json mode is another session's, and stays.
func CookieOfEnded(mode domain.Mode, session, refresh Cookie, refreshed bool) (Cookie, bool) {
	switch {
	case mode == domain.ModeSession:
		return session, true
	case mode == domain.ModeCookie && refreshed:
		return refresh, true
	default:
		return Cookie{}, false
	}
}

// Expire is the Set-Cookie field that takes the cookie away from the browser.
func (k Cookie) Expire() string { return k.field("", 0, time.Unix(0, 0)) }

func (k Cookie) field(value string, seconds int, expires time.Time) string {
	attributes := []string{k.Name + "=" + value, "Max-Age=" + strconv.Itoa(seconds)}
	if k.Domain != "" {
		attributes = append(attributes, "Domain="+k.Domain)
	}
	attributes = append(attributes, "Path=/", "Expires="+expires.UTC().Format(http.TimeFormat), "HttpOnly")
	if !k.Insecure {
		attributes = append(attributes, "Secure")
	}
	sameSite := k.SameSite
	if sameSite == "" {
		sameSite = "Lax"
	}
	return strings.Join(append(attributes, "SameSite="+sameSite), "; ")
}
