package fiberhttp

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// logRequest writes one line a request, without query or body, since both may hold
// secrets. Its request ID comes from the caller where that is sane.
func (s *Server) logRequest(c *fiber.Ctx) error {
	began := s.config.Now()
	id := strings.Clone(c.Get(fiber.HeaderXRequestID))
	if !isRequestID(id) {
		id = uuid.NewString()
	}
	c.Set(fiber.HeaderXRequestID, id)
	if err := c.Next(); err != nil {
		// Here and not after all middleware, so that the line shows the status.
		if err := s.answerError(c, err); err != nil {
			return err
		}
	}
	s.config.Log.LogAttrs(c.UserContext(), levelOf(c.Response().StatusCode()), "request", requestAttrs(c, id, s.config.Now().Sub(began), s.client(c).IP)...)
	return nil
}

func isRequestID(id string) bool {
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
}

// recoverPanic turns a panic into an answer that shows nothing of it.
func (s *Server) recoverPanic(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.config.Log.ErrorContext(c.UserContext(), "panic", "value", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = domain.NewError(domain.Internal, nil)
		}
	}()
	return c.Next()
}

// limitTime gives the work on a request an end. Fiber cancels nothing by itself, not even
// when the client has gone.
func (s *Server) limitTime(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), s.config.RequestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// setHeaders sets what every answer says.
func (s *Server) setHeaders(c *fiber.Ctx) error {
	s.protect(c)
	return c.Next()
}

// protect says that the answer is for the caller alone and for this once, that it is what
// its content type says, that no page may frame it, and, where browsers come by TLS, that
// they shall not come without (RFC 6797, section 7.1).
func (s *Server) protect(c *fiber.Ctx) {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
	if s.config.PublicURL.Scheme == "https" {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// refuseEncodedBodies keeps decompression bombs out: a body is read as it came, and its
// limit is the limit of what is decoded.
func (s *Server) refuseEncodedBodies(c *fiber.Ctx) error {
	for _, encoding := range c.Request().Header.PeekAll(fiber.HeaderContentEncoding) {
		if len(encoding) > 0 && !strings.EqualFold(string(encoding), "identity") {
			e := domain.NewError(domain.UnsupportedMediaType, nil)
			e.Reason = "Content-Encoding is not supported"
			return e
		}
	}
	return c.Next()
}
