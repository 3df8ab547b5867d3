package fiberhttp

import (
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// The headers in which a proxy learns who is behind a request. They are not there for anybody.
const (
	headerUserID    = "X-User-Id"
	headerUserEmail = "X-User-Email"
	headerUserRole  = "X-User-Role"

	// headerAssertion says the same, signed, to an application that does not trust the way.
	headerAssertion = "X-User-Assertion"
)

// verify handles GET and POST /auth/verify, which a reverse proxy asks before it passes on a
// request with the credentials of the same.
func (s *Server) verify(c *fiber.Ctx) error {
	credential, err := presented(c)
	if err != nil {
		return err
	}
	credential.Cookie = cookieValue(c, s.config.SessionCookie)
	visitor, err := s.api.Verify(c.UserContext(), auth.VerifyInput{
		Credential: credential,
		Collection: strings.Clone(c.Query("collection")),
		Action:     domain.Action(strings.Clone(c.Query("action"))),
		Audience:   strings.Clone(c.Query("assertion")),
	})
	if err != nil && s.mayLogInInstead(c, err) {
		return c.Redirect(s.loginPage(c), fiber.StatusFound)
	}
	if err != nil {
		return err
	}
	if visitor.User.ID != "" {
		c.Set(headerUserID, string(visitor.User.ID))
		setIfAny(c, headerUserEmail, asciiOnly(string(visitor.User.Email)))
		setIfAny(c, headerUserRole, string(visitor.Role.ID))
	}
	if visitor.Assertion != "" {
		c.Set(headerAssertion, visitor.Assertion)
	}
	c.Status(fiber.StatusOK)
	return nil
}

// mayLogInInstead reports whether the one who was refused is a person in a browser, whom the
// proxy would rather see at the page for logging in. It has to say so, since not every proxy
// understands an answer besides 200, 401 and 403.
func (s *Server) mayLogInInstead(c *fiber.Ctx, err error) bool {
	failure, ok := errors.AsType[*domain.Error](err)
	return ok && failure.Code.Info().Class == domain.ClassUnauthenticated && s.config.LoginPage != "" &&
		c.Query("refused") == "login" && c.Get(fiber.HeaderAuthorization) == "" && strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMETextHTML)
}

// loginPage is the page for logging in, told where the person wanted to go as the proxy says it.
// Anybody may have said that to the proxy: the page leads nowhere but to places that it knows.
func (s *Server) loginPage(c *fiber.Ctx) string {
	const longest = 1500 // of what a browser sends on in an address
	proto, host, uri := c.Get(fiber.HeaderXForwardedProto), c.Get(fiber.HeaderXForwardedHost), c.Get("X-Forwarded-Uri")
	method := c.Get("X-Forwarded-Method", fiber.MethodGet)
	isPage := (proto == "https" || proto == "http") && host != "" && strings.HasPrefix(uri, "/") && len(host)+len(uri) <= longest
	if !isPage || method != fiber.MethodGet && method != fiber.MethodHead {
		return s.config.LoginPage
	}
	return s.config.LoginPage + "?return=" + url.QueryEscape(proto+"://"+host+uri)
}

// setIfAny leaves out a header that would say nothing.
func setIfAny(c *fiber.Ctx, name, value string) {
	if value != "" {
		c.Set(name, value)
	}
}

// asciiOnly writes all that a header field cannot hold as a URL does. So it does with what holds a
// percent sign, or two texts would come out alike.
func asciiOnly(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r > '~' || r < ' ' || r == '%' }) {
		return url.PathEscape(text)
	}
	return text
}
