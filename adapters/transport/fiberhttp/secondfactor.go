package fiberhttp

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// secondFactorRoutes are those of the second factor, whoever's it is. None of them shows anything of
// one that is on.
func (s *Server) secondFactorRoutes() {
	s.app.Post("/users/me/tfa/generate", s.generateTFA)
	s.app.Post("/users/me/tfa/enable", s.enableTFA)
	s.app.Post("/users/me/tfa/disable", s.disableTFA)
	s.app.Post("/users/me/tfa/recovery-codes", s.renewRecoveryCodes)
	s.app.Post("/users/:id/tfa/disable", s.exceptMe, s.disableAccountTFA)
}

// decodeOwn returns the body of who is logged in, or may set up a second factor; everybody else is
// refused before it is looked at.
func decodeOwn(c *fiber.Ctx) (object, error) {
	if p := principal(c); p.Anonymous() && p.Enrolling.ID == "" {
		return nil, domain.NewError(domain.InvalidCredentials, nil)
	}
	return decodeBody(c)
}

// generateTFA handles POST /users/me/tfa/generate. An account without a password shows none.
func (s *Server) generateTFA(c *fiber.Ctx) error {
	body, err := decodeOwn(c)
	if err != nil {
		return err
	}
	password, err := body.optionalText("password")
	if err != nil {
		return err
	}
	setup, err := s.api.GenerateTFA(c.UserContext(), principal(c), password, s.client(c))
	if err != nil {
		return err
	}
	return answerData(c, struct {
		Secret string `json:"secret"`
		URL    string `json:"otpauth_url"`
	}(setup))
}

// recoveryCodesAnswer is how recovery codes are shown, once.
type recoveryCodesAnswer struct {
	RecoveryCodes []string `json:"recovery_codes"`
}

// enableTFA handles POST /users/me/tfa/enable.
func (s *Server) enableTFA(c *fiber.Ctx) error {
	body, err := decodeOwn(c)
	if err != nil {
		return err
	}
	var in auth.TFAEnable
	if in.Secret, err = body.requiredText("secret"); err != nil {
		return err
	}
	if in.OTP, err = body.requiredText("otp"); err != nil {
		return err
	}
	codes, err := s.api.EnableTFA(c.UserContext(), principal(c), in, s.client(c))
	if err != nil {
		return err
	}
	return answerData(c, recoveryCodesAnswer{codes})
}

// disableTFA handles POST /users/me/tfa/disable.
func (s *Server) disableTFA(c *fiber.Ctx) error {
	body, err := decodeOwn(c)
	if err != nil {
		return err
	}
	otp, err := body.requiredText("otp")
	if err != nil {
		return err
	}
	if err := s.api.DisableTFA(c.UserContext(), principal(c), otp, s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}

// renewRecoveryCodes handles POST /users/me/tfa/recovery-codes.
func (s *Server) renewRecoveryCodes(c *fiber.Ctx) error {
	body, err := decodeOwn(c)
	if err != nil {
		return err
	}
	password, err := body.optionalText("password")
	if err != nil {
		return err
	}
	otp, err := body.requiredText("otp")
	if err != nil {
		return err
	}
	codes, err := s.api.RenewRecoveryCodes(c.UserContext(), principal(c), password, otp, s.client(c))
	if err != nil {
		return err
	}
	return answerData(c, recoveryCodesAnswer{codes})
}

// disableAccountTFA handles POST /users/:id/tfa/disable.
func (s *Server) disableAccountTFA(c *fiber.Ctx) error {
	id := domain.UserID(strings.Clone(c.Params("id")))
	if err := s.api.DisableAccountTFA(c.UserContext(), principal(c), id, s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}
