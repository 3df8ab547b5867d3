package fiberhttp

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Proxies are those whose X-Forwarded-For is believed. The zero value is none.
type Proxies struct {
	// Ranges hold the addresses of the proxies, wherever they stand on the way.
	Ranges []netip.Prefix

	// Hops is how many proxies every request comes through, whatever their addresses are. Whoever
	// gets past them may choose an address.
	Hops int
}

// client walks the lines of X-Forwarded-For from the last to the first hop, beginning with the
// peer of the connection, as far as proxies are trusted. Text that is no address ends the walk.
func (p Proxies) client(peer netip.Addr, lines [][]byte) netip.Addr {
	address, walked := peer, 0
	for _, line := range slices.Backward(lines) {
		for _, text := range slices.Backward(strings.Split(string(line), ",")) {
			if !p.trusts(address, walked) {
				return address
			}
			hop, ok := parseHop(strings.TrimSpace(text))
			if !ok {
				return address
			}
			address = hop
			walked++
		}
	}
	return address
}

// trusts reports whether the hop at address, the last but walked, is a proxy of ours.
func (p Proxies) trusts(address netip.Addr, walked int) bool {
	return walked < p.Hops || slices.ContainsFunc(p.Ranges, func(r netip.Prefix) bool { return r.Contains(address) })
}

// parseHop reads an address as proxies write it: some put the port of the client behind it, and
// IPv6 in brackets. IPv4 in IPv6 is that IPv4 address.
func parseHop(text string) (netip.Addr, bool) {
	if inner, found := strings.CutPrefix(text, "["); found {
		inner, port, closed := strings.Cut(inner, "]")
		address, err := netip.ParseAddr(inner)
		return plain(address), err == nil && closed && address.Is6() && (port == "" || isPort(port))
	}
	address, err := netip.ParseAddr(text)
	if host, port, found := strings.Cut(text, ":"); err != nil && found && isPort(":"+port) {
		address, err = netip.ParseAddr(host)
	}
	return plain(address), err == nil
}

// plain is the one form of an address that is compared and counted.
func plain(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// isPort reports whether text is a colon and the number of a port.
func isPort(text string) bool {
	digits, found := strings.CutPrefix(text, ":")
	_, err := strconv.ParseUint(digits, 10, 16)
	return found && err == nil
}
