package fiberhttp

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// client says who calls, in strings that outlive the request.
func (s *Server) client(c *fiber.Ctx) domain.Client {
	return domain.Client{
		IP:        s.clientAddress(c),
		UserAgent: strings.Clone(c.Get(fiber.HeaderUserAgent)),
		Origin:    strings.Clone(c.Get(fiber.HeaderOrigin)),
	}.Bounded()
}

// clientAddress returns the address that the request came from. Where that is a trusted
// proxy, it is the address that the proxy saw, and so on along X-Forwarded-For from the
// right: whatever stands left of an address that is not trusted is that client's own
// invention.
func (s *Server) clientAddress(c *fiber.Ctx) string {
	return forwardedFor(peerAddress(c), c.Request().Header.PeekAll(fiber.HeaderXForwardedFor), s.config.TrustedProxies).String()
}

// peerAddress returns the address at the other end of the connection, which may be a proxy.
func peerAddress(c *fiber.Ctx) netip.Addr {
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP()) // of 4 or 16 bytes always
	return peer.Unmap()
}

// forwardedFor walks the lines of X-Forwarded-For from the last to the first hop. Text
// that is no address ends the walk.
func forwardedFor(peer netip.Addr, lines [][]byte, trusted []netip.Prefix) netip.Addr {
	address := peer
	for i := len(lines) - 1; i >= 0; i-- {
		hops := strings.Split(string(lines[i]), ",")
		for j := len(hops) - 1; j >= 0; j-- {
			if !contains(trusted, address) {
				return address
			}
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[j]))
			if err != nil {
				return address
			}
			address = hop.Unmap().WithZone("")
		}
	}
	return address
}

func contains(prefixes []netip.Prefix, address netip.Addr) bool {
	for _, prefix := range prefixes {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}
