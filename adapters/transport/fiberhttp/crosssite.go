package fiberhttp

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// refuseCrossSite refuses a request whose credential is a cookie and which a page of
// another site made: the browser sends cookies by itself, so they prove nothing about who
// wanted the request. Browsers say where a request comes from (Fetch Metadata, and
// Origin in RFC 6454, section 7); other clients say nothing, and carry no cookie unless
// they mean it. Pages of origins that CORS lets send cookies may want requests as our own may.
// The failure names the check that failed.
func (s *Server) refuseCrossSite(c *fiber.Ctx) error {
	if contentType := c.Get(fiber.HeaderContentType); contentType != "" && !isJSON(contentType) {
		return crossSite("Content-Type is not application/json, as in a form of any site")
	}
	origin := c.Get(fiber.HeaderOrigin)
	switch {
	case origin != "" && httpedge.IsOwnOrigin(origin, string(c.Request().Host()), s.config.PublicURL), s.config.CORS.trusts(origin):
		return nil
	case origin != "":
		return crossSite("Origin is neither that of this service nor one that may send cookies")
	case strings.EqualFold(c.Get("Sec-Fetch-Site"), "cross-site"), strings.EqualFold(c.Get("Sec-Fetch-Site"), "same-site"):
		return crossSite("Sec-Fetch-Site says that another site made the request")
	}
	return nil
}

// device returns the device cookie, or none when another site's page made the request, so
// that no page uses up what the device has for itself. The request is then as good as a
// stranger's and not refused: a page may ask for a mail without any cookie, too.
func (s *Server) device(c *fiber.Ctx) string {
	if s.refuseCrossSite(c) != nil {
		return ""
	}
	return s.deviceCookie().value(c)
}

func crossSite(reason string) error {
	e := domain.NewError(domain.Forbidden, nil)
	e.Reason = reason
	return e
}
