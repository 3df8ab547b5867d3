package devmail

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Admits reports whether r certainly comes from this machine, and so may see the page: the
// mails hold links that open accounts. A listener, a peer and a Host that are all loopback
// keep out other machines and pages that let their own name resolve to this one (DNS
// rebinding); a forwarding header keeps out whoever comes through a proxy or a tunnel that
// runs here. A server that does not tell the listener's address, as net/http does
// (http.LocalAddrContextKey), shows the page to nobody.
func (b *Mailbox) Admits(r *http.Request) bool {
	return isLocal(b.config.ListenHost) && listensLocally(r) && isLocal(hostname(r.RemoteAddr)) &&
		isLocal(hostname(r.Host)) && !isForwarded(r.Header)
}

// guard answers 404 to everything that Admits refuses.
func (b *Mailbox) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !b.Admits(r) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// listensLocally looks at the address that the connection came in at.
func listensLocally(r *http.Request) bool {
	addr, told := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return told && isLocal(hostname(addr.String()))
}

// isLocal reports whether host is a loopback address or localhost (RFC 6761, section 6.3).
func isLocal(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

// hostname cuts the port and the brackets, where there are any.
func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
}

// isForwarded reports whether a proxy has left a trace.
func isForwarded(header http.Header) bool {
	traces := []string{"Forwarded", "Via", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip"}
	for name := range header {
		name = http.CanonicalHeaderKey(name)
		if slices.Contains(traces, name) || strings.HasPrefix(name, "X-Forwarded") || strings.HasPrefix(name, "X-Original-") {
			return true
		}
	}
	return false
}
