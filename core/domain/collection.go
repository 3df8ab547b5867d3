package domain

import "slices"

// The collections of this service, by the names that the reference service has for them.
const (
	CollectionUsers       = "directus_users"
	CollectionRoles       = "directus_roles"
	CollectionSessions    = "directus_sessions"
	CollectionActivity    = "directus_activity"
	CollectionPermissions = "directus_permissions"
)

// FieldKind says how the values of a field are compared in a filter.
type FieldKind int

// The kinds of fields.
const (
	FieldShown   FieldKind = iota // no filter is about it
	FieldText                     // byte by byte
	FieldAddress                  // by its Email.Key
	FieldFlag                     // "true" or "false"
)

// Field is one that the records of a collection have.
type Field struct {
	Name string
	Kind FieldKind
}

// CollectionInfo says what can be granted on a collection. The zero value but for its name is
// that of a collection that is not ours: every action can be granted there, on all fields and
// all records alone, since nobody here sees them.
type CollectionInfo struct {
	Name   string
	Fields []Field // that are read; nil for those of others

	// Writable has the fields that each action writes, and Named those of them that AllFields
	// does not stand for: with them accounts are taken over or given rights, so that they are
	// named or not granted. An action that is in neither is not granted at all, except to
	// read and to delete.
	Writable, Named map[Action][]string

	canDelete bool
}

// IsOurs reports whether the records of the collection are kept here.
func (c CollectionInfo) IsOurs() bool { return c.Fields != nil }

// CanGrant reports whether a permission may be about the action. What gives rights to others, as
// writing permissions does, is for administrators alone.
func (c CollectionInfo) CanGrant(a Action) bool {
	switch {
	case !slices.Contains(Actions(), a):
		return false
	case !c.IsOurs() || a == ActionRead:
		return true
	case a == ActionDelete:
		return c.canDelete
	}
	return c.Writable[a] != nil
}

// knows reports whether a permission for the action may name the field. What is deleted is
// deleted whole.
func (c CollectionInfo) knows(name string, a Action) bool {
	return c.IsOurs() && slices.Contains(c.FieldsOf(a), name)
}

// FieldsOf returns the fields that the action can be granted on, in a fixed order.
func (c CollectionInfo) FieldsOf(a Action) []string {
	switch a {
	case ActionRead:
		names := make([]string, len(c.Fields))
		for i, f := range c.Fields {
			names[i] = f.Name
		}
		return names
	case ActionCreate, ActionUpdate:
		return c.Writable[a]
	}
	return nil
}

// kindOf returns how the field is compared.
func (c CollectionInfo) kindOf(name string) FieldKind {
	for _, f := range c.Fields {
		if f.Name == name {
			return f.Kind
		}
	}
	return FieldShown
}

// Collection returns what can be granted on the collection of that name.
func Collection(name string) CollectionInfo {
	switch name {
	case CollectionUsers:
		return usersCollection()
	case CollectionRoles:
		return rolesCollection()
	case CollectionSessions:
		return sessionsCollection()
	case CollectionActivity:
		return activityCollection()
	case CollectionPermissions:
		return permissionsCollection()
	}
	return CollectionInfo{Name: name}
}

// Collections returns ours.
func Collections() []CollectionInfo {
	return []CollectionInfo{usersCollection(), rolesCollection(), sessionsCollection(), activityCollection(), permissionsCollection()}
}

// preferenceFields are those that clients keep with a user and that mean nothing to us.
func preferenceFields() []string {
	return []string{
		"location", "title", "description", "tags", "avatar", "last_page", "email_notifications", "appearance",
		"theme_dark", "theme_light", "theme_dark_overrides", "theme_light_overrides", "text_direction",
	}
}

func usersCollection() CollectionInfo {
	fields := []Field{
		{"id", FieldText},
		{"first_name", FieldText},
		{"last_name", FieldText},
		{"email", FieldAddress},
		{"password", FieldShown},
		{"language", FieldText},
		{"tfa_secret", FieldShown},
		{"status", FieldText},
		{"role", FieldText},
		{"token", FieldShown},
		{"last_access", FieldShown},
		{"provider", FieldShown},
		{"external_identifier", FieldShown},
		{"auth_data", FieldShown},
		{"policies", FieldShown},
	}
	for _, name := range preferenceFields() {
		fields = append(fields, Field{name, FieldShown})
	}
	named := []string{"email", "password", "status", "role"}
	writable := append([]string{"first_name", "last_name", "language", "email", "password", "status", "role"}, preferenceFields()...)
	return CollectionInfo{
		Name:      CollectionUsers,
		Fields:    fields,
		Writable:  map[Action][]string{ActionCreate: writable, ActionUpdate: writable},
		Named:     map[Action][]string{ActionCreate: named, ActionUpdate: named},
		canDelete: true,
	}
}

func rolesCollection() CollectionInfo {
	return CollectionInfo{
		Name: CollectionRoles,
		Fields: []Field{
			{"id", FieldText},
			{"name", FieldText},
			{"app_access", FieldFlag},
			{"admin_access", FieldFlag},
			{"enforce_tfa", FieldFlag},
		},
		Writable:  map[Action][]string{ActionCreate: {"name"}, ActionUpdate: {"name"}},
		canDelete: true,
	}
}

func sessionsCollection() CollectionInfo {
	return CollectionInfo{
		Name: CollectionSessions,
		Fields: []Field{
			{"id", FieldText},
			{"user", FieldText},
			{"mode", FieldText},
			{"created_at", FieldShown},
			{"last_used", FieldShown},
			{"expires", FieldShown},
			{"ip", FieldText},
			{"user_agent", FieldText},
			{"origin", FieldText},
			{"current", FieldShown},
		},
		canDelete: true,
	}
}

func activityCollection() CollectionInfo {
	return CollectionInfo{
		Name: CollectionActivity,
		Fields: []Field{
			{"id", FieldText},
			{"action", FieldText},
			{"outcome", FieldText},
			{"user", FieldText},
			{"timestamp", FieldShown},
			{"ip", FieldText},
			{"user_agent", FieldText},
			{"origin", FieldText},
			{"collection", FieldShown},
			{"item", FieldText},
		},
	}
}

func permissionsCollection() CollectionInfo {
	return CollectionInfo{
		Name: CollectionPermissions,
		Fields: []Field{
			{"id", FieldText},
			{"role", FieldText},
			{"collection", FieldText},
			{"action", FieldText},
			{"permissions", FieldShown},
			{"fields", FieldShown},
		},
	}
}
