package fiberhttp

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// joiningRoutes are those of people who come to an account by a link. None of them looks at the
// session cookie: the link may be opened in a browser that has one of another account, or a dead
// one.
func (s *Server) joiningRoutes() {
	s.app.Post("/users/invite/accept", s.authenticateWithoutCookie, s.acceptInvitation)
	s.app.Post("/users/register", s.authenticateWithoutCookie, s.register)
	s.app.Get("/users/register/verify-email", s.authenticateWithoutCookie, s.verifyRegistration)
	s.app.Post("/users/me/email/confirm", s.authenticateWithoutCookie, s.confirmEmail)
}

// languages returns what the request says of the languages that its sender reads.
func languages(c *fiber.Ctx) string {
	return httpedge.Languages(strings.Clone(c.Get(fiber.HeaderAcceptLanguage)))
}

// invite handles POST /users/invite.
func (s *Server) invite(c *fiber.Ctx) error {
	value, err := s.decodeFor(c, domain.CollectionUsers, domain.ActionCreate)
	if err != nil {
		return err
	}
	body, err := newObject(value)
	if err != nil {
		return err
	}
	in := auth.Invitation{Language: languages(c), Client: s.client(c)}
	if in.Emails, err = body.requiredTexts("email"); err != nil {
		return err
	}
	role, err := body.requiredText("role")
	if err != nil {
		return err
	}
	in.Role = domain.RoleID(role)
	if in.URL, err = body.optionalText("invite_url"); err != nil {
		return err
	}
	if err := s.api.Invite(c.UserContext(), principal(c), in); err != nil {
		return err
	}
	return answerNothing(c)
}

// requiredTexts returns a member that must be a string which is not empty, or a list of such.
func (o object) requiredTexts(name string) ([]string, error) {
	if kindOf(o[name]) != kindArray {
		text, err := o.requiredText(name)
		return []string{text}, err
	}
	var values []json.RawMessage
	if err := json.Unmarshal(o[name], &values); err != nil {
		return nil, domain.InvalidPayloadError(name, fmt.Sprintf("%q must be a list of strings", name))
	}
	texts := make([]string, len(values))
	for i, value := range values {
		var err error
		if texts[i], err = (object{name: value}).requiredText(name); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// textOrNone returns a member that must be a string or null, and "" for one that is missing.
func (o object) textOrNone(name string) (string, error) {
	text, err := o.nullableText(name)
	if text == nil {
		return "", err
	}
	return *text, err
}

// acceptInvitation handles POST /users/invite/accept.
func (s *Server) acceptInvitation(c *fiber.Ctx) error {
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
	if err := s.api.AcceptInvitation(c.UserContext(), token, password, s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}

// register handles POST /users/register. Names may be empty, as forms send them.
func (s *Server) register(c *fiber.Ctx) error {
	body, err := decodeBody(c)
	if err != nil {
		return err
	}
	in := auth.Registration{Language: languages(c), Client: s.client(c)}
	if in.Email, err = body.requiredText("email"); err != nil {
		return err
	}
	if in.Password, err = body.requiredText("password"); err != nil {
		return err
	}
	if in.FirstName, err = body.textOrNone("first_name"); err != nil {
		return err
	}
	if in.LastName, err = body.textOrNone("last_name"); err != nil {
		return err
	}
	if in.URL, err = body.optionalText("verification_url"); err != nil {
		return err
	}
	if err := s.api.Register(c.UserContext(), in); err != nil {
		return err
	}
	return answerNothing(c)
}

// verifyRegistration handles GET /users/register/verify-email. Clients follow the redirect: there
// has to be a page.
func (s *Server) verifyRegistration(c *fiber.Ctx) error {
	id, err := s.api.VerifyRegistration(c.UserContext(), strings.Clone(c.Query("token")), s.client(c))
	if err != nil {
		return err
	}
	return c.Redirect(s.config.PublicURL.JoinPath("admin", "users", string(id)).String(), fiber.StatusFound)
}

// confirmEmail handles POST /users/me/email/confirm.
func (s *Server) confirmEmail(c *fiber.Ctx) error {
	body, err := decodeBody(c)
	if err != nil {
		return err
	}
	token, err := body.requiredText("token")
	if err != nil {
		return err
	}
	if err := s.api.ConfirmEmail(c.UserContext(), token, s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}
