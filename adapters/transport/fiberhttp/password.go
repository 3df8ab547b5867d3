package fiberhttp

import (
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// requestReset handles POST /auth/password/request.
func (s *Server) requestReset(c *fiber.Ctx) error {
	body, err := decodeBody(c)
	if err != nil {
		return err
	}
	in := auth.ResetRequest{Language: preferredLanguages(c), Client: s.client(c)}
	if in.Email, err = body.requiredText("email"); err != nil {
		return err
	}
	if in.URL, err = body.optionalText("reset_url"); err != nil {
		return err
	}
	if err := s.api.RequestReset(c.UserContext(), in); err != nil {
		return err
	}
	return answerNothing(c)
}

// reset handles POST /auth/password/reset.
func (s *Server) reset(c *fiber.Ctx) error {
	body, err := decodeBody(c)
	if err != nil {
		return err
	}
	token, err := body.requiredText("token")
	if err != nil {
		return err
	}
	password, err := body.requiredText("password")
	if err != nil {
		return err
	}
	if err := s.api.Reset(c.UserContext(), token, password, s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}

// maxLanguages bounds what is kept of Accept-Language (RFC 9110, section 12.5.4).
const maxLanguages = 255

// preferredLanguages returns the header, and nothing for one that no browser sends.
func preferredLanguages(c *fiber.Ctx) string {
	header := strings.Clone(c.Get(fiber.HeaderAcceptLanguage))
	if len(header) > maxLanguages || strings.ContainsFunc(header, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) {
		return ""
	}
	return header
}
