package fiberhttp

import (
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
)

// Cookie says how a cookie is set, over every transport alike.
type Cookie = httpedge.Cookie

// deviceCookie keeps auth.Tokens.Device.
func (s *Server) deviceCookie() Cookie { return httpedge.DeviceCookie(s.config.SessionCookie) }

// checkCookieNames refuses names of which one cookie would overwrite another.
func (s *Server) checkCookieNames() error {
	if err := httpedge.CheckCookieNames(s.deviceCookie(), s.oauthCookie(), s.config.RefreshCookie, s.config.SessionCookie); err != nil {
		return fmt.Errorf("fiberhttp: %w", err)
	}
	return nil
}

// setCookie sends the cookie with a value that lives for ttl.
func setCookie(c *fiber.Ctx, k Cookie, value string, ttl time.Duration, now time.Time) {
	c.Response().Header.Add(fiber.HeaderSetCookie, k.Set(value, ttl, now))
}

// expireCookie takes the cookie away from the browser.
func expireCookie(c *fiber.Ctx, k Cookie) {
	c.Response().Header.Add(fiber.HeaderSetCookie, k.Expire())
}

// cookieValue returns what the request's cookie holds, in memory of its own, or "".
func cookieValue(c *fiber.Ctx, k Cookie) string { return strings.Clone(c.Cookies(k.Name)) }
