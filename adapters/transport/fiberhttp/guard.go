package fiberhttp

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

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
		case !isKnownVersion(fctx.Request.Header.Protocol()):
			s.refuse(fctx, bytes.Clone(fctx.Method()), malformedBecause("it is of a version that is not spoken here"))
		case isAmbiguous(&fctx.Request.Header):
			s.refuse(fctx, bytes.Clone(fctx.Method()), malformedBecause("it may end in two places"))
		case !slices.Contains(fiber.DefaultMethods, string(fctx.Method())):
			fctx.Response.Header.Set(fiber.HeaderAllow, s.allowed(string(fctx.Path())))
			s.refuse(fctx, bytes.Clone(fctx.Method()), domain.NewError(domain.MethodNotAllowed, errors.New("there is no such method")))
		default:
			inside(fctx)
		}
	}
}

// malformedBecause tells the log, and nobody else, what is wrong with a request.
func malformedBecause(reason string) *domain.Error {
	e := malformedRequest(fiber.StatusBadRequest)
	e.Err = errors.New(reason)
	return e
}

// isKnownVersion reports whether the request follows the rules by which it has been read.
// fasthttp reads all others by those of HTTP/1.0, HTTP/2.0 as well.
func isKnownVersion(protocol []byte) bool {
	return string(protocol) == "HTTP/1.1" || string(protocol) == "HTTP/1.0"
}

// allowed is the value of the Allow field for a path (RFC 9110, section 10.2.1): the methods of
// its route, one without parameters before one with them. What has no route of ours may be below
// a mount, where there are forms.
func (s *Server) allowed(path string) string {
	path = strings.TrimRight(path, "/")
	methods := s.methodsWhere(func(route string) bool { return strings.EqualFold(route, path) })
	if len(methods) == 0 && path != "" {
		methods = s.methodsWhere(func(route string) bool { return fiber.RoutePatternMatch(path, route) })
	}
	if len(methods) == 0 {
		return "GET, HEAD, POST"
	}
	return strings.Join(methods, ", ")
}

// methodsWhere returns, sorted, the methods of the routes that are meant.
func (s *Server) methodsWhere(isMeant func(route string) bool) []string {
	var methods []string
	for _, route := range s.app.GetRoutes(true) {
		if isMeant(route.Path) {
			methods = append(methods, route.Method)
		}
	}
	slices.Sort(methods)
	return methods
}

// refuse answers, logs and closes the connection, so that nothing behind the request is
// taken for another one. method and the cause of e are for the log.
func (s *Server) refuse(fctx *fasthttp.RequestCtx, method []byte, e *domain.Error) {
	fctx.Request.Header.SetMethod(fiber.MethodGet) // Fiber cannot hold an unknown one
	c := s.app.AcquireCtx(fctx)
	defer s.app.ReleaseCtx(c)
	s.answerRefusal(c, slog.LevelWarn, method, e)
	fctx.SetConnectionClose()
}

// answerUnread is Fiber's ErrorHandler, which is left with what fasthttp cannot read, and
// after which it closes the connection: logRequest answers all else.
func (s *Server) answerUnread(c *fiber.Ctx, err error) error {
	conn, ours := c.Context().Conn().(*lingeringConn)
	if ours && !conn.spoken.Load() {
		// There is nothing to answer, as where a browser or a proxy connects in case there will
		// be a request. One that it sends just now would get the answer to none. What fasthttp
		// writes next goes nowhere.
		_ = conn.Close()
		return nil
	}
	// There may be no deadline for this answer, or that of the one before, which is over. Where
	// it cannot be set, nothing can be written either.
	_ = c.Context().Conn().SetWriteDeadline(time.Now().Add(s.config.WriteTimeout))
	level := slog.LevelWarn
	if refused, ok := errors.AsType[*fiber.Error](err); ok {
		switch refused.Code {
		case fiber.StatusRequestEntityTooLarge:
			if ours {
				conn.linger()
			}
		case fiber.StatusRequestTimeout, fiber.StatusBadGateway:
			level = slog.LevelInfo // nobody has asked for anything yet: networks break, clients leave
		}
	}
	var method []byte
	if header := &c.Context().Request.Header; len(header.RawHeaders()) > 0 { // or it says GET of what it has not read
		method = bytes.Clone(header.Method())
	}
	s.answerRefusal(c, level, method, asFailure(err))
	return nil
}

func (s *Server) answerRefusal(c *fiber.Ctx, level slog.Level, method []byte, e *domain.Error) {
	setRequestID(c)
	s.writeError(c, e)
	s.logRefusal(c, level, method, e)
}

// isAmbiguous reports whether a proxy on the way may have seen the end of the request in
// another place. fasthttp refuses most of that, but takes both lengths at once (RFC 9112,
// section 6.3), codings other than chunked as if they were not there (section 6.1), fields
// folded over several lines (section 5.2), and lines that end in LF alone (section 2.2),
// which others take for a part of the value before it. What it makes of the fields is no
// help: of a chunked body that was empty it tells the length 0.
func isAmbiguous(header *fasthttp.RequestHeader) bool {
	var hasLength bool
	var codings [][]byte
	for line := range bytes.Lines(header.RawHeaders()) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case line[0] == ' ', line[0] == '\t', !bytes.HasSuffix(line, []byte("\r\n")):
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
