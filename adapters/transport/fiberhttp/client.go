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
	return s.config.TrustedProxies.client(peerAddress(c), c.Request().Header.PeekAll(fiber.HeaderXForwardedFor)).String()
}

// peerAddress returns the address at the other end of the connection, which may be a proxy.
func peerAddress(c *fiber.Ctx) netip.Addr {
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP()) // of 4 or 16 bytes always
	return peer.Unmap()
}
