package fiberhttp

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
)

// refuseCrossSite refuses a request whose credential is a cookie and which a page of another
// site made: see httpedge.RefuseCrossSite.
func (s *Server) refuseCrossSite(c *fiber.Ctx) error {
	return httpedge.RefuseCrossSite(httpedge.Provenance{
		ContentType: c.Get(fiber.HeaderContentType),
		Origin:      strings.Clone(c.Get(fiber.HeaderOrigin)),
		FetchSite:   c.Get("Sec-Fetch-Site"),
		Host:        string(c.Request().Host()),
	}, s.config.PublicURL, s.config.CORS.Trusts)
}

// device returns the device cookie, or none when another site's page made the request, so
// that no page uses up what the device has for itself. The request is then as good as a
// stranger's and not refused: a page may ask for a mail without any cookie, too.
func (s *Server) device(c *fiber.Ctx) string {
	if s.refuseCrossSite(c) != nil {
		return ""
	}
	return cookieValue(c, s.deviceCookie())
}
