package pages

import (
	"net/http"
	"net/url"
	"strings"
)

// refuseCrossSite refuses a form that a page of another site has sent: the browser sends
// cookies by itself, so they prove nothing about who wanted the request.
//
// Sec-Fetch-Site (Fetch Metadata) goes first. It must, since these pages are served with
// Referrer-Policy no-referrer, under which a browser names the origin of their own forms as
// "null", too (Fetch, "append a request Origin header"). Origin (RFC 6454, section 7)
// decides where the other is not sent: by old browsers, and over http to other machines.
// Clients that say neither are no browsers, and carry no cookie unless they mean it.
func (h *Handler) refuseCrossSite(r *http.Request) error {
	switch site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin"); {
	case site != "" && !strings.EqualFold(site, "same-origin"):
		return &problem{Status: http.StatusForbidden, Key: "problem.cross-site"}
	case site == "" && origin != "" && !h.isOwnOrigin(origin, r.Host):
		return &problem{Status: http.StatusForbidden, Key: "problem.cross-site"}
	}
	return nil
}

// isOwnOrigin reports whether origin is the service's, as PublicURL has it or as the
// request was addressed. A page cannot choose the Host of its requests.
func (h *Handler) isOwnOrigin(origin, host string) bool {
	public := h.config.PublicURL
	if strings.EqualFold(origin, public.Scheme+"://"+public.Host) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, host)
}
