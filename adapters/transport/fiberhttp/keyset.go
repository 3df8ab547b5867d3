package fiberhttp

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// keySetPath is where verifiers look for the keys of an issuer (RFC 8615).
const keySetPath = "/.well-known/jwks.json"

// keySet handles GET /.well-known/jwks.json (RFC 7517): the public keys of access tokens,
// which caches may keep for a while, as nothing else of this service.
func (s *Server) keySet(c *fiber.Ctx) error {
	document := []byte(`{"keys":[]}`)
	if s.config.KeySet != nil {
		var err error
		if document, err = s.config.KeySet(c.UserContext()); err != nil {
			return err
		}
	}
	c.Set(fiber.HeaderContentType, "application/jwk-set+json")
	c.Set(fiber.HeaderCacheControl, fmt.Sprintf("public, max-age=%d", int(auth.KeySetMaxAge.Seconds())))
	return c.Send(document)
}
