package pages

import (
	"net/http"
	"time"
)

// Cookie says how a cookie is set. The zero value but for a name is a cookie for the host
// alone, over TLS alone, that other sites' forms do not carry.
type Cookie struct {
	Name     string
	Domain   string // empty: the host that answers, and no other
	Insecure bool   // leaves out Secure, for a service without TLS
	SameSite string // "Lax" (default), "Strict" or "None"
}

// scopedCookie is a cookie for the requests below a path.
type scopedCookie struct {
	Cookie
	path string
}

// sessionCookie is the one of REST.
func (h *Handler) sessionCookie() scopedCookie {
	return scopedCookie{Cookie: h.config.SessionCookie, path: "/"}
}

// deviceCookie is the one of REST: it keeps auth.Tokens.Device, goes where the session cookie
// goes, and is with every form of a person who comes back by a link.
func (h *Handler) deviceCookie() scopedCookie {
	device := h.config.SessionCookie
	device.Name, device.SameSite = "sallyport_device", "Lax"
	return scopedCookie{Cookie: device, path: "/"}
}

// set sends the cookie with a value that lives for ttl (RFC 6265, section 4.1).
func (k scopedCookie) set(w http.ResponseWriter, value string, ttl time.Duration, now time.Time) {
	cookie := k.blank()
	cookie.Value, cookie.MaxAge, cookie.Expires = value, int(ttl.Seconds()), now.Add(ttl)
	http.SetCookie(w, cookie)
}

// expire takes the cookie away from the browser.
func (k scopedCookie) expire(w http.ResponseWriter) {
	cookie := k.blank()
	cookie.MaxAge, cookie.Expires = -1, time.Unix(0, 0)
	http.SetCookie(w, cookie)
}

func (k scopedCookie) blank() *http.Cookie {
	cookie := &http.Cookie{
		Name: k.Name, Domain: k.Domain, Path: k.path,
		HttpOnly: true, Secure: !k.Insecure, SameSite: http.SameSiteLaxMode,
	}
	switch k.SameSite {
	case "Strict":
		cookie.SameSite = http.SameSiteStrictMode
	case "None":
		cookie.SameSite = http.SameSiteNoneMode
	}
	return cookie
}

// value returns what the request's cookie holds, or "".
func (k scopedCookie) value(r *http.Request) string {
	cookie, err := r.Cookie(k.Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}
