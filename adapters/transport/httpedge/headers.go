package httpedge

import "net/url"

// Protect sets the fields which say that an answer for programs is for the caller alone and
// for this once, that it is what its content type says, that no page may frame it, and, where
// browsers come by TLS, that they shall not come without (RFC 6797, section 7.1).
func Protect(set func(name, value string), public *url.URL) {
	set("Cache-Control", "no-store")
	set("X-Content-Type-Options", "nosniff")
	set("Referrer-Policy", "no-referrer")
	set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	if public.Scheme == "https" {
		set("Strict-Transport-Security", "max-age=31536000")
	}
}
