package fiberhttp

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// logRequest answers the failures of a request, and writes one line of it, without query or
// body, since both may hold secrets.
func (s *Server) logRequest(c *fiber.Ctx) error {
	began := s.config.Now()
	id := setRequestID(c)
	err := c.Next()
	if err != nil {
		s.writeError(c, asFailure(err)) // here and not after all middleware, so that the line shows the status
	}
	failure := failureAttrs(err)
	if answered, ok := c.Locals(answeredFailure{}).(error); ok && err == nil {
		err, failure = answered, codeAttr(answered) // the handler has said itself what else there is to say
	}
	status := c.Response().StatusCode()
	if led, ok := c.Locals(ledAway{}).(error); ok && err == nil {
		err, failure = led, failureAttrs(led)
		status = httpedge.Status(asFailure(led).Code.Info().Class) // a redirect says nothing of it
	}
	attrs := requestAttrs(c, id, s.config.Now().Sub(began), s.clientAddress(c))
	s.config.Log.LogAttrs(c.UserContext(), levelOf(status, err), "request", append(attrs, failure...)...)
	return nil
}

// panicError is what recoverPanic makes of a panic. It does not unwrap: what was thrown is
// no answer, even where it is a failure that could be one.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// recoverPanic turns a panic into an answer that shows nothing of it.
func (s *Server) recoverPanic(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = domain.NewError(domain.Internal, &panicError{r, debug.Stack()})
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

// admit refuses the requests of a client that has had too many. A preflight is none of them: the
// page has asked for nothing yet.
func (s *Server) admit(c *fiber.Ctx) error {
	if s.config.Admit == nil || s.isPreflight(c) {
		return c.Next()
	}
	if err := s.config.Admit(c.UserContext(), s.client(c)); err != nil {
		return err
	}
	return c.Next()
}

// setHeaders sets what every answer says.
func (s *Server) setHeaders(c *fiber.Ctx) error {
	s.protect(c)
	return c.Next()
}

// protect says what httpedge.Protect does, and that pages of origins that are listed may read
// the answer.
func (s *Server) protect(c *fiber.Ctx) {
	httpedge.Protect(c.Set, s.config.PublicURL)
	s.share(c)
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
