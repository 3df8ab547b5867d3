package fiberhttp

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// identityAnswer is how an identity is shown to whose it is.
type identityAnswer struct {
	Provider string `json:"provider"`
	Subject  string `json:"subject"`
}

// listIdentities handles GET /auth/identities.
func (s *Server) listIdentities(c *fiber.Ctx) error {
	list, err := s.api.ListIdentities(c.UserContext(), principal(c))
	if err != nil {
		return err
	}
	shown := make([]identityAnswer, len(list)) // and never null
	for i, one := range list {
		shown[i] = identityAnswer{one.Provider, one.Subject}
	}
	return answerData(c, shown)
}

// beginLink handles POST /auth/oauth/:provider/link. It answers with the way to the provider
// instead of leading there, since it is a script of a page that asks.
func (s *Server) beginLink(c *fiber.Ctx) error {
	body, err := decodeBody(c)
	if err != nil {
		return err
	}
	in := s.oauthBegin(c, pageFamily())
	if in.Redirect, err = body.optionalText("redirect"); err != nil {
		return err
	}
	begun, err := s.api.BeginOAuthLink(c.UserContext(), principal(c), in)
	if err != nil {
		return s.asRoute(err, c)
	}
	setCookie(c, s.oauthCookie(), begun.Cookie, begun.TTL, s.config.Now())
	return answerData(c, struct {
		URL string `json:"url"`
	}{begun.URL})
}

// unlink handles DELETE /auth/oauth/:provider/link.
func (s *Server) unlink(c *fiber.Ctx) error {
	err := s.api.UnlinkIdentity(c.UserContext(), principal(c), strings.Clone(c.Params("provider")), s.client(c))
	if err != nil {
		return err
	}
	return answerNothing(c)
}
