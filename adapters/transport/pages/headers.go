package pages

import "net/http"

// policy lets a page load its style and its icon from here, send its forms here, and do
// nothing else; no page may frame it (Content Security Policy Level 3).
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// protect says of every answer that it is for the caller alone and for this once, that it
// is what its content type says, that no link on it tells where it was, and, where browsers
// come by TLS, that they shall not come without (RFC 6797, section 7.1).
func (h *Handler) protect(header http.Header) {
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", policy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	if h.config.PublicURL.Scheme == "https" {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
