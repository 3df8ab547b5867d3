package pages

import (
	"net/http"
	"strings"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
)

// refuseCrossSite refuses a form that a page of another site has sent: the browser sends
// cookies by itself, so they prove nothing about who wanted the request. Whatever the
// browser says of where the form comes from has to be us: Sec-Fetch-Site (Fetch Metadata)
// and Origin (RFC 6454, section 7). Clients that say neither are no browsers, and carry no
// cookie unless they mean it.
//
// These pages are served with Referrer-Policy no-referrer, under which a browser calls the
// origin of their own forms "null", too (Fetch, "append a request Origin header"). Then
// Sec-Fetch-Site alone can tell; where it is not sent, by old browsers and over http to
// other machines, the form is refused. The problem names the field that spoke against it.
func (h *Handler) refuseCrossSite(r *http.Request) error {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	fromHere := site == "" || strings.EqualFold(site, "same-origin")
	switch {
	case fromHere && origin == "",
		fromHere && site != "" && origin == "null",
		fromHere && httpedge.IsOwnOrigin(origin, r.Host, h.config.PublicURL):
		return nil
	}
	failed := "Origin"
	if !fromHere {
		failed = "Sec-Fetch-Site"
	}
	return &problem{Status: http.StatusForbidden, Key: "problem.cross-site", Args: []any{failed}}
}
