package fiberhttp

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp/fasthttpadaptor"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Mount serves everything at and below Path by Handler, which is another transport: it
// finds out by itself who calls, and sets its own headers. Paths are compared as they came,
// byte by byte: neither /ADMIN nor /administration is below /admin.
type Mount struct {
	Path    string // such as "/admin"; no slash at its end
	Handler http.Handler

	// Admits reports whether Handler is there for a request. Everybody else is answered as
	// if there were no mount. It must leave the body alone. Nil: there for all.
	Admits func(*http.Request) bool

	// IsShared says that the pages of Config.CORS may read what Handler answers. What is for
	// pages of our own alone is not shared.
	IsShared bool
}

// covers reports whether path is that of the mount or below it.
func (m Mount) covers(path string) bool {
	return path == m.Path || strings.HasPrefix(path, m.Path+"/")
}

// answeredFailure is the key of the failure that a mounted handler has answered itself.
type answeredFailure struct{}

// mount makes a Fiber handler of a net/http one, which leaves the paths of others alone:
// Fiber itself would match any path that begins so, in capitals, too. What the handler sees
// shares no memory with the request, and its context ends with the time that a request has.
func (s *Server) mount(m Mount) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if !m.covers(requestPath(c)) {
			return c.Next()
		}
		r, err := detachedOnce(c)
		if m.Admits != nil && (err != nil || !m.Admits(r)) {
			return c.Next()
		}
		if err != nil {
			return malformedRequest(fiber.StatusBadRequest) // the adaptor would answer 500
		}
		if m.IsShared && s.isPreflight(c) {
			s.protect(c)
			return s.answerPreflight(c)
		}
		if m.IsShared {
			s.share(c)
		}
		var failure httpedge.Failure
		r = r.WithContext(httpedge.WithFailure(r.Context(), &failure))
		answer := mounted{header: http.Header{}}
		m.Handler.ServeHTTP(&answer, r)
		answer.send(c)
		c.Locals(answeredFailure{}, failure.Err())
		return nil
	}
}

// detachedRequest is the key of the request that detachedOnce has returned.
type detachedRequest struct{}

// detachedOnce is detached, once for all mounts at a path: those that do not admit a request
// leave it as it is.
func detachedOnce(c *fiber.Ctx) (*http.Request, error) {
	if r, ok := c.Locals(detachedRequest{}).(*http.Request); ok {
		return r, nil
	}
	r, err := detached(c)
	if err == nil {
		c.Locals(detachedRequest{}, r)
	}
	return r, err
}

// detached returns the request of c in memory of its own: the adaptor's strings point into
// a buffer that the next request reuses. The body is read once and in time, and stays. As
// with net/http, the context says at which address the connection came in.
func detached(c *fiber.Ctx) (*http.Request, error) {
	var r http.Request
	if err := fasthttpadaptor.ConvertRequest(c.Context(), &r, true); err != nil {
		return nil, fmt.Errorf("read the request target: %w", err)
	}
	copied := r.WithContext(context.WithValue(c.UserContext(), http.LocalAddrContextKey, c.Context().LocalAddr()))
	copied.Method, copied.Proto = strings.Clone(r.Method), strings.Clone(r.Proto)
	copied.Host, copied.RequestURI = strings.Clone(r.Host), strings.Clone(r.RequestURI)
	copied.Header = make(http.Header, len(r.Header))
	for name, values := range r.Header {
		for _, value := range values {
			copied.Header.Add(strings.Clone(name), strings.Clone(value))
		}
	}
	u, err := url.ParseRequestURI(copied.RequestURI)
	if err != nil {
		return nil, fmt.Errorf("read the request target: %w", err)
	}
	copied.URL = u
	return copied, nil
}

// ClientOf says who sent a request to a mounted handler, as REST sees its own: trusted
// proxies may name the address.
func ClientOf(r *http.Request, trusted Proxies) domain.Client {
	client := domain.Client{UserAgent: r.UserAgent(), Origin: r.Header.Get("Origin")}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		var lines [][]byte
		for _, line := range r.Header.Values(fiber.HeaderXForwardedFor) {
			lines = append(lines, []byte(line))
		}
		client.IP = trusted.client(peer.Addr().Unmap(), lines).String()
	}
	return client.Bounded()
}
