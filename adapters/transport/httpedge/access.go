package httpedge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// RolePatch reads the members of a role that can be written, and refuses every other: one that is
// misspelt would leave alone what it was meant to change. How the reference service shows a role is
// left out, since it gives no rights.
func RolePatch(members map[string]json.RawMessage) (auth.RolePatch, error) {
	var patch auth.RolePatch
	if err := refuseUnknown(members, "name", "app_access", "admin_access", "enforce_tfa", "icon", "description"); err != nil {
		return patch, err
	}
	if _, sent := members["name"]; sent {
		name, err := textOf(members, "name")
		if err != nil {
			return auth.RolePatch{}, err
		}
		patch.Name = &name
	}
	for name, into := range map[string]**bool{"app_access": &patch.App, "admin_access": &patch.Admin, "enforce_tfa": &patch.EnforceTFA} {
		value, sent := members[name]
		if !sent {
			continue
		}
		var flag *bool
		if json.Unmarshal(value, &flag) != nil || flag == nil {
			return auth.RolePatch{}, domain.InvalidPayloadError(name, fmt.Sprintf("%q must be a boolean", name))
		}
		*into = flag
	}
	return patch, nil
}

// refuseUnknown refuses all members but the known ones. With one that is not understood a
// permission would allow more than it was meant to.
func refuseUnknown(members map[string]json.RawMessage, known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(known, name) {
			return domain.InvalidPayloadError(name, fmt.Sprintf("%.100q is not known here", name))
		}
	}
	return nil
}

// PermissionPatch reads the members of a permission that can be written, and refuses every other.
// Those of the reference service that mean nothing here are refused unless they say nothing:
// whoever sends them relies on what they would do.
func PermissionPatch(members map[string]json.RawMessage) (auth.PermissionPatch, error) {
	var patch auth.PermissionPatch
	for _, name := range []string{"policy", "validation", "presets"} {
		if value := bytes.TrimSpace(members[name]); KindOf(value) != KindNull && !slices.Contains([]string{"{}", "[]"}, string(value)) {
			return patch, domain.InvalidPayloadError(name, fmt.Sprintf("%q is not known here", name))
		}
	}
	if err := refuseUnknown(members, "role", "collection", "action", "fields", "permissions", "policy", "validation", "presets"); err != nil {
		return patch, err
	}
	if value, sent := members["role"]; sent {
		role := domain.PublicRole
		if KindOf(value) != KindNull {
			text, err := textOf(members, "role")
			if err != nil {
				return patch, err
			}
			if role = domain.RoleID(text); role == domain.PublicRole {
				return patch, domain.InvalidPayloadError("role", `"role" must be the ID of a role, or null for the public`)
			}
		}
		patch.Role = &role
	}
	if _, sent := members["collection"]; sent {
		collection, err := textOf(members, "collection")
		if err != nil {
			return patch, err
		}
		patch.Collection = &collection
	}
	if _, sent := members["action"]; sent {
		action, err := textOf(members, "action")
		if err != nil {
			return patch, err
		}
		patch.Action = (*domain.Action)(&action)
	}
	if value, sent := members["fields"]; sent {
		fields := []*string{}
		if json.Unmarshal(value, &fields) != nil || slices.Contains(fields, nil) {
			return patch, domain.InvalidPayloadError("fields", `"fields" must be an array of strings`)
		}
		names := make([]string, len(fields))
		for i, name := range fields {
			names[i] = *name
		}
		patch.Fields = &names
	}
	if value, sent := members["permissions"]; sent {
		filter, err := filterOf(value)
		if err != nil {
			return patch, err
		}
		patch.Filter = &filter
	}
	return patch, nil
}

// filterOf returns the condition as it is kept, and "" for one that always holds. What else it
// may hold is for the core to say.
func filterOf(value json.RawMessage) (string, error) {
	if KindOf(value) == KindNull {
		return "", nil
	}
	var text bytes.Buffer
	if KindOf(value) != KindObject || json.Compact(&text, value) != nil {
		return "", domain.InvalidPayloadError("permissions", `"permissions" must be an object or null`)
	}
	if text.String() == "{}" {
		return "", nil
	}
	return text.String(), nil
}

func textOf(members map[string]json.RawMessage, name string) (string, error) {
	var text *string
	if json.Unmarshal(members[name], &text) != nil || text == nil {
		return "", domain.InvalidPayloadError(name, fmt.Sprintf("%q must be a string", name))
	}
	return *text, nil
}

// Role is how a role is shown.
type Role struct {
	ID         domain.RoleID `json:"id"`
	Name       string        `json:"name"`
	App        bool          `json:"app_access"`
	Admin      bool          `json:"admin_access"`
	EnforceTFA bool          `json:"enforce_tfa"`
}

// NewRole returns what is shown of a role.
func NewRole(r domain.Role) Role {
	return Role{ID: r.ID, Name: r.Name, App: r.App, Admin: r.Admin, EnforceTFA: r.EnforceTFA}
}

// Permission is how a permission is shown.
type Permission struct {
	ID         domain.PermissionID `json:"id"`
	Role       *domain.RoleID      `json:"role"` // nil: of the public
	Collection string              `json:"collection"`
	Action     domain.Action       `json:"action"`
	Filter     json.RawMessage     `json:"permissions"`
	Fields     []string            `json:"fields"`
}

// NewPermission returns what is shown of a permission.
func NewPermission(p domain.Permission) Permission {
	shown := Permission{ID: p.ID, Collection: p.Collection, Action: p.Action, Fields: p.Fields}
	if p.Role != domain.PublicRole {
		shown.Role = &p.Role
	}
	if p.Filter != "" && json.Valid([]byte(p.Filter)) { // an import may have left another
		shown.Filter = json.RawMessage(p.Filter)
	}
	return shown
}

// Granted is how it is shown what a caller may do to a collection by an action.
type Granted struct {
	Access auth.Level `json:"access"`
	Fields []string   `json:"fields,omitempty"`
}

// NewGrants returns what is shown of all that a caller may do, by collection and action. The
// action "share" is of the reference service, and nobody has it here.
func NewGrants(granted map[string]map[domain.Action]auth.Granted) map[string]map[string]Granted {
	shown := map[string]map[string]Granted{}
	for collection, actions := range granted {
		shown[collection] = map[string]Granted{"share": {Access: auth.LevelNone}}
		for action, g := range actions {
			shown[collection][string(action)] = Granted{Access: g.Level, Fields: g.Fields}
		}
	}
	return shown
}

// Globals is how it is shown what the role of a caller is.
type Globals struct {
	App        bool `json:"app_access"`
	Admin      bool `json:"admin_access"`
	EnforceTFA bool `json:"enforce_tfa"`
}
