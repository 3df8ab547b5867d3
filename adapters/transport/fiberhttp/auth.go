package fiberhttp

import (
	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// login handles POST /auth/login.
func (s *Server) login(c *fiber.Ctx) error {
	in, err := s.decodeLogin(c)
	if err != nil {
		return err
	}
	if in.Mode != domain.ModeJSON {
		// A foreign page must not log its visitor in to an account of its own.
		if err := s.refuseCrossSite(c); err != nil {
			return err
		}
	}
	tokens, err := s.api.Login(c.UserContext(), in)
	if err != nil {
		return s.asRoute(err, c)
	}
	if err := s.answerTokens(c, tokens); err != nil {
		return err
	}
	if tokens.Mode != domain.ModeJSON { // a client of json mode keeps no cookies
		setCookie(c, s.deviceCookie(), tokens.Device, tokens.DeviceTTL, s.config.Now())
	}
	return nil
}

func (s *Server) decodeLogin(c *fiber.Ctx) (auth.LoginInput, error) {
	body, err := decodeBody(c)
	if err != nil {
		return auth.LoginInput{}, err
	}
	in := auth.LoginInput{Client: s.client(c), Device: s.device(c)}
	if in.Email, err = body.requiredText("email"); err != nil {
		return auth.LoginInput{}, err
	}
	if in.Password, err = body.requiredText("password"); err != nil {
		return auth.LoginInput{}, err
	}
	if in.OTP, err = body.optionalText("otp"); err != nil {
		return auth.LoginInput{}, err
	}
	in.Mode, err = decodeMode(body, domain.ModeJSON)
	return in, err
}

// decodeMode returns the mode that the body names, or fallback where it names none.
func decodeMode(body object, fallback domain.Mode) (domain.Mode, error) {
	if !body.has("mode") {
		return fallback, nil
	}
	text, err := body.text("mode")
	if mode := domain.Mode(text); err == nil && mode.Valid() {
		return mode, nil
	}
	return "", domain.InvalidPayloadError("mode", `"mode" must be one of [json, cookie, session]`)
}

// refresh handles POST /auth/refresh.
func (s *Server) refresh(c *fiber.Ctx) error {
	in, err := s.decodeRefresh(c)
	if err != nil {
		return err
	}
	tokens, err := s.api.Refresh(c.UserContext(), in)
	if err != nil {
		return err
	}
	return s.answerTokens(c, tokens)
}

// logout handles POST /auth/logout.
func (s *Server) logout(c *fiber.Ctx) error {
	in, err := s.decodeRefresh(c)
	if err != nil {
		return err
	}
	if err := s.api.Logout(c.UserContext(), in); err != nil {
		return err
	}
	for _, cookie := range []Cookie{s.config.RefreshCookie, s.config.SessionCookie, s.oauthCookie()} {
		if cookieValue(c, cookie) != "" {
			expireCookie(c, cookie)
		}
	}
	return answerNothing(c)
}

// decodeRefresh returns the token from the one source that the mode names. Without a mode
// it is the body's refresh_token if there is one, and the refresh cookie otherwise.
func (s *Server) decodeRefresh(c *fiber.Ctx) (auth.RefreshInput, error) {
	body, err := decodeBody(c)
	if err != nil {
		return auth.RefreshInput{}, err
	}
	in := auth.RefreshInput{Client: s.client(c)}
	inBody, err := body.optionalText("refresh_token")
	if err != nil {
		return auth.RefreshInput{}, err
	}
	fallback := domain.ModeCookie
	if inBody != "" {
		fallback = domain.ModeJSON
	}
	if in.Mode, err = decodeMode(body, fallback); err != nil {
		return auth.RefreshInput{}, err
	}
	switch in.Mode {
	case domain.ModeJSON:
		in.Token = inBody
	case domain.ModeCookie:
		in.Token = cookieValue(c, s.config.RefreshCookie)
	case domain.ModeSession:
		in.Token = cookieValue(c, s.config.SessionCookie)
	}
	if in.Token == "" {
		return auth.RefreshInput{}, domain.InvalidPayloadError("refresh_token", "The refresh token is required in the source that the mode names: the payload for json, a cookie for cookie and session")
	}
	if in.Mode != domain.ModeJSON {
		return in, s.refuseCrossSite(c)
	}
	return in, nil
}

// tokensAnswer is what a login or refresh shows. Expires is in milliseconds.
type tokensAnswer struct {
	AccessToken  string `json:"access_token,omitempty"`
	Expires      int64  `json:"expires"`
	RefreshToken string `json:"refresh_token,omitempty"`
}

// answerTokens shows and sets what the mode wants, and nothing more: a script that reads
// the body finds no token there that was meant for a cookie.
func (s *Server) answerTokens(c *fiber.Ctx, t auth.Tokens) error {
	answer := tokensAnswer{Expires: t.TTL.Milliseconds()}
	switch t.Mode {
	case domain.ModeJSON:
		answer.AccessToken, answer.RefreshToken = t.Access, t.Refresh
	case domain.ModeCookie:
		answer.AccessToken = t.Access
		setCookie(c, s.config.RefreshCookie, t.Refresh, t.RefreshTTL, s.config.Now())
	case domain.ModeSession:
		setCookie(c, s.config.SessionCookie, t.Access, t.TTL, s.config.Now())
	}
	return answerData(c, answer)
}
