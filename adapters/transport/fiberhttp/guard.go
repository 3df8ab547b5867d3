package fiberhttp

import (
	"bytes"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// guard stands before Fiber and refuses, in the envelope, what must not come as far: a
// request that others may frame otherwise, and a method that HTTP does not have, which
// Fiber would answer in plain text before any middleware.
func (s *Server) guard() {
	server := s.app.Server()
	inside := server.Handler
	server.Handler = func(fctx *fasthttp.RequestCtx) {
		switch {
		case isAmbiguous(&fctx.Request.Header):
			s.refuse(fctx, malformedRequest(fiber.StatusBadRequest))
		case !slices.Contains(fiber.DefaultMethods, string(fctx.Method())):
			s.refuse(fctx, domain.NewError(domain.MethodNotAllowed, nil))
		default:
			inside(fctx)
		}
	}
}

// refuse answers and closes the connection, so that nothing behind the request is taken
// for another one.
func (s *Server) refuse(fctx *fasthttp.RequestCtx, e *domain.Error) {
	fctx.Request.Header.SetMethod(fiber.MethodGet) // Fiber cannot hold an unknown one
	c := s.app.AcquireCtx(fctx)
	defer s.app.ReleaseCtx(c)
	s.writeError(c, e)
	fctx.SetConnectionClose()
}

// isAmbiguous reports whether a proxy on the way may have seen the end of the request in
// another place. fasthttp refuses most of that, but takes both lengths at once (RFC 9112,
// section 6.3), codings other than chunked as if they were not there (section 6.1), and
// fields folded over several lines (section 5.2). What it makes of the fields is no help:
// of a chunked body that was empty it tells the length 0.
func isAmbiguous(header *fasthttp.RequestHeader) bool {
	var hasLength bool
	var codings [][]byte
	for line := range bytes.Lines(header.RawHeaders()) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case line[0] == ' ', line[0] == '\t':
			return true
		case bytes.EqualFold(name, []byte(fiber.HeaderContentLength)):
			hasLength = true
		case bytes.EqualFold(name, []byte(fiber.HeaderTransferEncoding)):
			codings = append(codings, bytes.Trim(value, " \t\r\n"))
		}
	}
	if len(codings) == 0 {
		return false
	}
	isChunked := bytes.EqualFold(bytes.Join(codings, []byte(",")), []byte("chunked")) // exactly one
	return hasLength || !isChunked
}
