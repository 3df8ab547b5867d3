package fiberhttp

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/gofiber/fiber/v2"

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

// preferences are the members of a user that clients keep there and that mean nothing to
// us, with the type that each has.
func preferences() map[string]kind {
	return map[string]kind{
		"location":              kindText,
		"title":                 kindText,
		"description":           kindText,
		"tags":                  kindArray,
		"avatar":                kindText,
		"last_page":             kindText,
		"email_notifications":   kindBoolean,
		"appearance":            kindText,
		"theme_dark":            kindText,
		"theme_light":           kindText,
		"theme_dark_overrides":  kindObject,
		"theme_light_overrides": kindObject,
		"text_direction":        kindText,
	}
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
	known := preferences()
	for _, name := range slices.Sorted(maps.Keys(body)) { // in order, so that of two mistakes always the same is told
		wanted, ok := known[name]
		if !ok {
			continue
		}
		if k := kindOf(body[name]); k != wanted && k != kindNull {
			return auth.ProfilePatch{}, domain.InvalidPayloadError(name, fmt.Sprintf("%q must be %s", name, wanted))
		}
		if patch.Preferences == nil {
			patch.Preferences = map[string]json.RawMessage{}
		}
		patch.Preferences[name] = body[name]
	}
	return patch, nil
}
