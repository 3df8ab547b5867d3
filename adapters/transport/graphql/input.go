package graphql

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// object is the members of an input object that were sent. That they are of their types has
// been seen to.
type object map[string]any

// ImplementsGraphQLType says of which inputs it matters whether a member was sent.
func (object) ImplementsGraphQLType(name string) bool {
	return slices.Contains([]string{
		"create_directus_users_input", "update_directus_users_input", "directus_users_filter", "directus_activity_filter",
		"create_directus_roles_input", "change_directus_roles_input", "create_directus_permissions_input", "update_directus_permissions_input",
	}, name)
}

// UnmarshalGraphQL takes the members.
func (o *object) UnmarshalGraphQL(input any) error {
	members, ok := input.(map[string]any)
	if input != nil && !ok {
		return fmt.Errorf("no object")
	}
	*o = members
	return nil
}

// Nullable says that UnmarshalGraphQL takes a null, too.
func (*object) Nullable() {}

// text returns a member that is a text; nil where it was not sent, and "" for a null.
func (o object) text(name string) *string {
	value, ok := o[name]
	if !ok {
		return nil
	}
	text, _ := value.(string)
	return &text
}

// related returns the ID in a member that is an object with one; nil where it was not sent,
// and "" for a null. An object without an ID is refused: it says neither whose nor none, and it
// is what is left where an ID is a variable without a value.
func (o object) related(name string) (*string, error) {
	value, ok := o[name]
	switch {
	case !ok:
		return nil, nil
	case value == nil:
		return new(string), nil
	}
	members, _ := value.(map[string]any)
	id, ok := members["id"].(string)
	if !ok {
		return nil, domain.InvalidPayloadError(name, fmt.Sprintf(`%q must be an object with an "id", or null`, name))
	}
	return &id, nil
}

// members returns what was sent as JSON, as REST would have been sent it, but for relations.
func (o object) members() (map[string]json.RawMessage, error) {
	members := make(map[string]json.RawMessage, len(o))
	for name, value := range o {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", name, err)
		}
		members[name] = text
	}
	return members, nil
}

// profilePatch takes the members that a user may write of its own account. Those that are for
// others to write are refused.
func profilePatch(data object) (auth.ProfilePatch, error) {
	members, err := data.members()
	if err != nil {
		return auth.ProfilePatch{}, err
	}
	if err := httpedge.RefuseOthers(members); err != nil {
		return auth.ProfilePatch{}, err
	}
	return patchOf(data)
}

// accountPatch takes the members that an administrator may write, of the account that is named
// elsewhere.
func accountPatch(data object) (auth.AccountPatch, error) {
	members, err := data.members()
	if err != nil {
		return auth.AccountPatch{}, err
	}
	if err := httpedge.RefuseKept(members); err != nil {
		return auth.AccountPatch{}, err
	}
	if status, ok := data["status"]; ok && status == nil {
		return auth.AccountPatch{}, domain.InvalidPayloadError("status", `"status" must be a string`)
	}
	role, err := data.related("role")
	if err != nil {
		return auth.AccountPatch{}, err
	}
	profile, err := patchOf(data)
	return auth.AccountPatch{
		ProfilePatch: profile,
		Status:       (*domain.Status)(data.text("status")),
		Role:         (*domain.RoleID)(role),
		Token:        data.text("token"),
	}, err
}

func patchOf(data object) (auth.ProfilePatch, error) {
	for _, name := range []string{"email", "password"} {
		if value, ok := data[name]; ok && value == nil {
			return auth.ProfilePatch{}, domain.InvalidPayloadError(name, fmt.Sprintf("%q must be a string", name))
		}
	}
	preferences, err := preferencesOf(data)
	return auth.ProfilePatch{
		FirstName:   data.text("first_name"),
		LastName:    data.text("last_name"),
		Language:    data.text("language"),
		Email:       data.text("email"),
		Password:    data.text("password"),
		Preferences: preferences,
	}, err
}

// preferencesOf returns what clients keep with an account.
func preferencesOf(data object) (map[string]json.RawMessage, error) {
	avatar, err := data.related("avatar")
	if err != nil {
		return nil, err
	}
	if avatar != nil && data["avatar"] != nil {
		data = maps.Clone(data)
		data["avatar"] = *avatar
	}
	members, err := data.members()
	if err != nil {
		return nil, err
	}
	return httpedge.Preferences(members)
}

// required refuses an empty text, as REST does before it asks the core.
func required(name, text string) error {
	if text == "" {
		return domain.InvalidPayloadError(name, fmt.Sprintf("%q is not allowed to be empty", name))
	}
	return nil
}

// optional returns the text, or "" for none, and refuses an empty one.
func optional(name string, text *string) (string, error) {
	if text == nil {
		return "", nil
	}
	return *text, required(name, *text)
}

// equal is what a filter compares each field with. Members with an ID have it one level down.
func equal(filter object) (map[string]string, error) {
	wanted := map[string]string{}
	for field, condition := range filter {
		operators, _ := condition.(map[string]any)
		if inner, ok := operators["id"]; ok {
			operators, _ = inner.(map[string]any)
		}
		value, ok := operators["_eq"].(string)
		if !ok {
			return nil, domain.InvalidQueryError(fmt.Sprintf(`"filter" must have {"_eq": "text"} of %q`, field))
		}
		wanted[field] = value
	}
	return wanted, nil
}

// orNone returns the elements of a list, none where it was not sent or is null.
func orNone[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}

// window is the part of a list that is asked for.
type window struct{ Limit, Offset, Page *int32 }

// bounds returns the offset and the limit; a limit of -1 is most.
func (p window) bounds(fallback, most int) (offset, limit int, err error) {
	limit, err = atLeast("limit", p.Limit, fallback, -1)
	if err != nil {
		return 0, 0, err
	}
	if limit == -1 {
		limit = most
	}
	limit = min(limit, most)
	if offset, err = atLeast("offset", p.Offset, 0, 0); err != nil {
		return 0, 0, err
	}
	number, err := atLeast("page", p.Page, 1, 1)
	if number > 1 {
		offset = (number - 1) * limit
	}
	return offset, limit, err
}

func atLeast(name string, n *int32, fallback, least int) (int, error) {
	switch {
	case n == nil:
		return fallback, nil
	case int(*n) < least:
		return 0, domain.InvalidQueryError(fmt.Sprintf("%q must be a whole number, at least %d", name, least))
	}
	return int(*n), nil
}

// userFilter reads the conditions of a list of accounts.
func userFilter(filter object, search *string) (port.UserFilter, error) {
	wanted, err := equal(filter)
	if err != nil {
		return port.UserFilter{}, err
	}
	f := port.UserFilter{Equal: map[port.UserField]string{}}
	for field, value := range wanted {
		f.Equal[port.UserField(field)] = value
	}
	if search != nil {
		f.Search = *search
	}
	return f, nil
}
