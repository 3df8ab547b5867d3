package fiberhttp

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// asFailure gives every error its code, Fiber's own, too, whose text repeats what the request
// held.
func asFailure(err error) *domain.Error {
	_, isOurs := errors.AsType[*domain.Error](err)
	if refused, ok := errors.AsType[*fiber.Error](err); ok && !isOurs {
		return malformedRequest(refused.Code)
	}
	return httpedge.AsFailure(err)
}

// malformedRequest names what Fiber and fasthttp refuse before any handler.
func malformedRequest(status int) *domain.Error {
	switch status {
	case fiber.StatusRequestEntityTooLarge:
		return domain.InvalidPayloadError("", "request entity too large")
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return domain.InvalidPayloadError("", "request header fields too large")
	case fiber.StatusRequestTimeout:
		return domain.InvalidPayloadError("", "the request took too long to arrive")
	case fiber.StatusBadGateway: // Fiber's word for a socket that fails
		return domain.InvalidPayloadError("", "the connection broke")
	}
	return domain.InvalidPayloadError("", "malformed HTTP request")
}

// writeError answers in the error envelope. A request may be refused before any middleware
// has seen it, so the headers of every answer are set here, too.
func (s *Server) writeError(c *fiber.Ctx, e *domain.Error) {
	s.protect(c)
	entry := httpedge.NewEntry(e, s.config.Now())
	if e.Code == domain.RouteNotFound {
		entry.Extensions["path"] = requestPath(c)
	}
	if e.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(httpedge.RetryAfter(e.RetryAfter)))
	}
	body, err := json.Marshal(httpedge.Envelope{Errors: []httpedge.Entry{entry}})
	if err != nil { // strings and nothing else: cannot be
		body = []byte(`{"errors":[]}`)
	}
	c.Status(httpedge.Status(e.Code.Info().Class)).Set(fiber.HeaderContentType, contentTypeJSON)
	c.Response().SetBody(body)
}
