package fiberhttp

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// principalKey is where authenticate leaves the auth.Principal for handlers.
type principalKey struct{}

// authenticate finds out who calls, by header, query or session cookie.
func (s *Server) authenticate(c *fiber.Ctx) error {
	credential, err := presented(c)
	if err != nil {
		return err
	}
	credential.Cookie = cookieValue(c, s.config.SessionCookie)
	if err := s.identify(c, credential); err != nil {
		if credential.Bearer == "" && credential.Query == "" && isRefused(err) {
			expireCookie(c, s.config.SessionCookie) // or every request with it would fail from now on
		}
		return err
	}
	if credential.Bearer == "" && credential.Query == "" && credential.Cookie != "" && !isSafe(c.Method()) {
		if err := s.refuseCrossSite(c); err != nil {
			return err
		}
	}
	return c.Next()
}

// authenticateWithoutCookie is authenticate for the routes that make and end cookies.
func (s *Server) authenticateWithoutCookie(c *fiber.Ctx) error {
	credential, err := presented(c)
	if err != nil {
		return err
	}
	if err := s.identify(c, credential); err != nil {
		return err
	}
	return c.Next()
}

func (s *Server) identify(c *fiber.Ctx, credential auth.Credential) error {
	principal, err := s.api.Authenticate(c.UserContext(), credential)
	if err != nil {
		return err
	}
	c.Locals(principalKey{}, principal)
	return nil
}

// principal returns who calls: the zero Principal for anybody.
func principal(c *fiber.Ctx) auth.Principal {
	p, _ := c.Locals(principalKey{}).(auth.Principal)
	return p
}

// presented returns the tokens in header and query. A header of another form than two
// words, the first "Bearer" in any case, is ignored as if it were not there. Two of either are
// an error, whatever they hold, since parties on the way may each have looked at another one.
func presented(c *fiber.Ctx) (auth.Credential, error) {
	if len(c.Request().Header.PeekAll(fiber.HeaderAuthorization)) > 1 || len(c.Context().QueryArgs().PeekMulti("access_token")) > 1 {
		return auth.Credential{}, domain.InvalidPayloadError("access_token", "The request includes more than one access token")
	}
	return auth.Credential{
		Bearer: strings.Clone(httpedge.Bearer(c.Get(fiber.HeaderAuthorization))),
		Query:  strings.Clone(c.Query("access_token")),
	}, nil
}

// isRefused reports whether the credential is no good and never will be again. An expired
// one stays, since its holder may learn from it that there was a session.
func isRefused(err error) bool {
	failure, ok := errors.AsType[*domain.Error](err)
	return ok && failure.Code == domain.InvalidCredentials
}

func isSafe(method string) bool {
	return method == fiber.MethodGet || method == fiber.MethodHead || method == fiber.MethodOptions
}
