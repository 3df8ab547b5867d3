package connectrpc

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// accountPatch is what an administrator changes. Who is none is refused before that is looked at.
func (s userService) accountPatch(ctx context.Context, m *v1.UserPatch) (auth.AccountPatch, error) {
	if err := s.api.RequireAdministrator(ctx, callOf(ctx).caller); err != nil {
		return auth.AccountPatch{}, err
	}
	if m == nil {
		return auth.AccountPatch{}, nil
	}
	profile, err := profilePatch(m.GetProfile())
	return auth.AccountPatch{
		ProfilePatch: profile,
		Status:       (*domain.Status)(m.Status),
		Role:         (*domain.RoleID)(m.RoleId),
		Token:        m.Token,
	}, err
}

func profilePatch(m *v1.ProfilePatch) (auth.ProfilePatch, error) {
	if m == nil {
		return auth.ProfilePatch{}, nil
	}
	preferences, err := preferencesOf(m.GetPreferences())
	return auth.ProfilePatch{
		FirstName: m.FirstName, LastName: m.LastName, Language: m.Language,
		Email: m.Email, Password: m.Password, Preferences: preferences,
	}, err
}

// preferences are the members of a user that clients keep there and that mean nothing to us,
// with what each is. They are those of REST.
func preferences() map[string]string {
	const text, list, object = "a string", "an array", "an object"
	return map[string]string{
		"location":              text,
		"title":                 text,
		"description":           text,
		"tags":                  list,
		"avatar":                text,
		"last_page":             text,
		"email_notifications":   "a boolean",
		"appearance":            text,
		"theme_dark":            text,
		"theme_light":           text,
		"theme_dark_overrides":  object,
		"theme_light_overrides": object,
		"text_direction":        text,
	}
}

// preferencesOf returns those that an account has, as JSON. Other names are ignored.
func preferencesOf(sent map[string]*structpb.Value) (map[string]json.RawMessage, error) {
	kept := map[string]json.RawMessage{}
	known := preferences()
	for _, name := range slices.Sorted(maps.Keys(sent)) { // in order, so that of two mistakes always the same is told
		wanted, ok := known[name]
		if !ok {
			continue
		}
		if got := kindOf(sent[name]); got != wanted && got != "null" {
			return nil, domain.InvalidPayloadError(name, fmt.Sprintf("%q must be %s", name, wanted))
		}
		value, err := json.Marshal(sent[name].AsInterface())
		if err != nil {
			return nil, domain.InvalidPayloadError(name, fmt.Sprintf("%q is not JSON", name))
		}
		kept[name] = value
	}
	if len(kept) == 0 {
		return nil, nil
	}
	return kept, nil
}

// kindOf says what kind of JSON a value is.
func kindOf(v *structpb.Value) string {
	switch v.GetKind().(type) {
	case *structpb.Value_StringValue:
		return "a string"
	case *structpb.Value_ListValue:
		return "an array"
	case *structpb.Value_StructValue:
		return "an object"
	case *structpb.Value_BoolValue:
		return "a boolean"
	case *structpb.Value_NumberValue:
		return "a number"
	}
	return "null"
}
