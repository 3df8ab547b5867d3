package fiberhttp

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// readMe handles GET /users/me.
func (s *Server) readMe(c *fiber.Ctx) error {
	user, err := s.api.Me(c.UserContext(), principal(c))
	if err != nil {
		return err
	}
	return answerUser(c, user)
}

// updateMe handles PATCH /users/me.
func (s *Server) updateMe(c *fiber.Ctx) error {
	caller := principal(c)
	if _, err := s.api.Me(c.UserContext(), caller); err != nil {
		return err
	}
	body, err := decodeBody(c)
	if err != nil {
		return err
	}
	patch, err := decodeProfilePatch(body)
	if err != nil {
		return err
	}
	user, tokens, err := s.api.UpdateMe(c.UserContext(), caller, patch, s.client(c))
	if err != nil {
		return err
	}
	switch {
	case tokens != nil:
		setCookie(c, s.config.SessionCookie, tokens.Access, tokens.TTL, s.config.Now())
	case caller.Session.Mode == domain.ModeSession && user.Epoch != caller.User.Epoch:
		expireCookie(c, s.config.SessionCookie) // its session has ended, and no other was started
	}
	return answerUser(c, user)
}

// decodeProfilePatch takes the members that a user may write. Those of a user that are for
// others to write are refused; names that no user has are ignored.
func decodeProfilePatch(body object) (auth.ProfilePatch, error) {
	if body.has("tfa_secret") {
		return auth.ProfilePatch{}, domain.InvalidPayloadError("tfa_secret", `"tfa_secret" cannot be set here`)
	}
	for _, name := range []string{"id", "role", "status", "token", "provider", "external_identifier", "auth_data", "last_access", "policies"} {
		if body.has(name) {
			e := domain.NewError(domain.Forbidden, nil)
			e.Field, e.Reason = name, fmt.Sprintf("%q is not yours to change", name)
			return auth.ProfilePatch{}, e
		}
	}
	var patch auth.ProfilePatch
	for _, f := range []struct {
		name     string
		into     **string
		nullable bool
	}{
		{"first_name", &patch.FirstName, true},
		{"last_name", &patch.LastName, true},
		{"language", &patch.Language, true},
		{"email", &patch.Email, false},
		{"password", &patch.Password, false},
	} {
		if !body.has(f.name) {
			continue
		}
		text := ""
		if !f.nullable || kindOf(body[f.name]) != kindNull {
			var err error
			if text, err = body.text(f.name); err != nil {
				return auth.ProfilePatch{}, err
			}
		}
		*f.into = &text
	}
	var err error
	patch.Preferences, err = httpedge.Preferences(body)
	return patch, err
}
