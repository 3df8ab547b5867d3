package fiberhttp

import (
	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// requestReset handles POST /auth/password/request.
func (s *Server) requestReset(c *fiber.Ctx) error {
	body, err := decodeBody(c)
	if err != nil {
		return err
	}
	in := auth.ResetRequest{
		Language: languages(c),
		Device:   s.device(c),
		Client:   s.client(c),
	}
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
