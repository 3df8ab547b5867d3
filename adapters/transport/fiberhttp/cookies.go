package fiberhttp

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// deviceCookie keeps auth.Tokens.Device. It goes where the session cookie goes, and no form
// of another site carries it.
func (s *Server) deviceCookie() Cookie {
	session := s.config.SessionCookie
	return Cookie{Name: "sallyport_device", Domain: session.Domain, Insecure: session.Insecure, SameSite: "Lax"}
}

// checkCookieNames refuses names of which one cookie would overwrite another.
func (s *Server) checkCookieNames() error {
	seen := map[string]bool{}
	for _, cookie := range []Cookie{s.deviceCookie(), s.oauthCookie(), s.config.RefreshCookie, s.config.SessionCookie} {
		if seen[cookie.Name] {
			return fmt.Errorf("fiberhttp: two cookies have the name %q", cookie.Name)
		}
		seen[cookie.Name] = true
	}
	return nil
}

// set sends the cookie with a value that lives for ttl (RFC 6265, section 4.1).
func (k Cookie) set(c *fiber.Ctx, value string, ttl time.Duration, now time.Time) {
	seconds := int(ttl.Seconds())
	c.Response().Header.Add(fiber.HeaderSetCookie, k.header(value, seconds, now.Add(time.Duration(seconds)*time.Second)))
}

// expire takes the cookie away from the browser.
func (k Cookie) expire(c *fiber.Ctx) {
	c.Response().Header.Add(fiber.HeaderSetCookie, k.header("", 0, time.Unix(0, 0)))
}

func (k Cookie) header(value string, seconds int, expires time.Time) string {
	attributes := []string{k.Name + "=" + value, "Max-Age=" + strconv.Itoa(seconds)}
	if k.Domain != "" {
		attributes = append(attributes, "Domain="+k.Domain)
	}
	attributes = append(attributes, "Path=/", "Expires="+expires.UTC().Format(http.TimeFormat), "HttpOnly")
	if !k.Insecure {
		attributes = append(attributes, "Secure")
	}
	return strings.Join(append(attributes, "SameSite="+k.SameSite), "; ")
}

// value returns what the request's cookie holds, in memory of its own, or "".
func (k Cookie) value(c *fiber.Ctx) string {
	return strings.Clone(c.Cookies(k.Name))
}
