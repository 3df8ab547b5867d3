package httpedge

import (
	"net/url"
	"strings"
)

// IsOwnOrigin reports whether origin, an Origin field (RFC 6454, section 7), is that of the
// service: as public, its public URL, has it, or as host, the Host of the request, has it. A
// page cannot choose the Host of its requests; whoever answers for the host of public without
// TLS, though, need not be us.
func IsOwnOrigin(origin, host string, public *url.URL) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if strings.EqualFold(u.Host, public.Host) {
		return strings.EqualFold(u.Scheme, public.Scheme)
	}
	return strings.EqualFold(u.Host, host)
}
