package fiberhttp

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

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
		s.config.SessionCookie.set(c, tokens.Access, tokens.TTL, s.config.Now())
	case caller.Session.Mode == domain.ModeSession && user.Epoch != caller.User.Epoch:
		s.config.SessionCookie.expire(c) // its session has ended, and no other was started
	}
	return answerUser(c, user)
}

// preferences are the members of a user that clients keep there and that mean nothing to
// us, with the type each has, and its value where a user has set none.
func preferences() map[string]struct {
	kind    kind
	missing any
} {
	return map[string]struct {
		kind    kind
		missing any
	}{
		"location":              {kindText, nil},
		"title":                 {kindText, nil},
		"description":           {kindText, nil},
		"tags":                  {kindArray, nil},
		"avatar":                {kindText, nil},
		"last_page":             {kindText, nil},
		"email_notifications":   {kindBoolean, true},
		"appearance":            {kindText, nil},
		"theme_dark":            {kindText, nil},
		"theme_light":           {kindText, nil},
		"theme_dark_overrides":  {kindObject, nil},
		"theme_light_overrides": {kindObject, nil},
		"text_direction":        {kindText, "auto"},
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
		p, ok := known[name]
		if !ok {
			continue
		}
		if k := kindOf(body[name]); k != p.kind && k != kindNull {
			return auth.ProfilePatch{}, domain.InvalidPayloadError(name, fmt.Sprintf("%q must be %s", name, p.kind))
		}
		if patch.Preferences == nil {
			patch.Preferences = map[string]json.RawMessage{}
		}
		patch.Preferences[name] = body[name]
	}
	return patch, nil
}

// answerUser writes the user, or those of its members that the fields parameter names.
func answerUser(c *fiber.Ctx, user domain.User) error {
	shown, err := userObject(user)
	if err != nil {
		return err
	}
	return answerData(c, selected(shown, requestedFields(c), user.ID))
}

// concealed stands for a secret that is there and is never shown.
const concealed = "**********"

func userObject(u domain.User) (map[string]any, error) {
	shown := map[string]any{
		"id":                  u.ID,
		"first_name":          textOrNull(u.FirstName),
		"last_name":           textOrNull(u.LastName),
		"email":               u.Email,
		"password":            concealedOrNull(u.Password != ""),
		"language":            textOrNull(u.Language),
		"tfa_secret":          concealedOrNull(u.TOTP != nil),
		"status":              u.Status,
		"role":                textOrNull(string(u.Role)),
		"token":               concealedOrNull(u.StaticToken != nil),
		"last_access":         nil,
		"provider":            "default",
		"external_identifier": nil,
		"auth_data":           nil,
		"policies":            []string{},
	}
	if !u.LastAccess.IsZero() {
		shown["last_access"] = u.LastAccess.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	var kept map[string]json.RawMessage
	if len(u.Preferences) > 0 {
		if err := json.Unmarshal(u.Preferences, &kept); err != nil {
			return nil, fmt.Errorf("read preferences: %w", err)
		}
	}
	// By our names and not by those that are kept: what an import put there may have the
	// name of any member, and shows none of them otherwise than it is.
	for name, p := range preferences() {
		shown[name] = p.missing
		if value, ok := kept[name]; ok {
			shown[name] = value
		}
	}
	return shown, nil
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func concealedOrNull(there bool) any {
	if there {
		return concealed
	}
	return nil
}

// requestedFields returns the names of fields=a,b and fields[]=a&fields[]=b.
func requestedFields(c *fiber.Ctx) []string {
	var names []string
	for key, value := range c.Context().QueryArgs().All() {
		if name := string(key); name == "fields" || strings.HasPrefix(name, "fields[") && strings.HasSuffix(name, "]") {
			for field := range strings.SplitSeq(string(value), ",") {
				if field = strings.TrimSpace(field); field != "" {
					names = append(names, field)
				}
			}
		}
	}
	return names
}

// selected returns the members that fields names; none, "*" and "*.*" name all. A name that
// there is not shows nothing but who it is, as for a user who may read nothing else.
func selected(shown map[string]any, fields []string, id domain.UserID) map[string]any {
	if len(fields) == 0 || slices.ContainsFunc(fields, func(name string) bool { return member(name) == "*" }) {
		return shown
	}
	picked := map[string]any{}
	for _, name := range fields {
		value, ok := shown[member(name)]
		if !ok {
			return map[string]any{"id": id}
		}
		picked[member(name)] = value
	}
	return picked
}

// member returns the member of a user that field is about. Relations are not followed: a
// member is shown whole.
func member(field string) string {
	name, _, _ := strings.Cut(field, ".")
	return name
}
