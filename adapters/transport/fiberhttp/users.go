package fiberhttp

import (
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
	if err := httpedge.RefuseOthers(body); err != nil {
		return auth.ProfilePatch{}, err
	}
	return body.profilePatch()
}

// profilePatch reads the members that a user and an administrator may write.
func (o object) profilePatch() (auth.ProfilePatch, error) {
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
		if !o.has(f.name) {
			continue
		}
		text := ""
		if !f.nullable || kindOf(o[f.name]) != kindNull {
			var err error
			if text, err = o.text(f.name); err != nil {
				return auth.ProfilePatch{}, err
			}
		}
		*f.into = &text
	}
	var err error
	patch.Preferences, err = httpedge.Preferences(o)
	return patch, err
}
