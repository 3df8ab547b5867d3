package domain

// PermissionID names a Permission. The core makes it: a UUID of version 7.
type PermissionID string

// Action is what is done to a record.
type Action string

// The actions that permissions are about.
const (
	ActionCreate Action = "create"
	ActionRead   Action = "read"
	ActionUpdate Action = "update"
	ActionDelete Action = "delete"
)

// Actions returns all of them.
func Actions() []Action { return []Action{ActionCreate, ActionRead, ActionUpdate, ActionDelete} }

// PublicRole stands for the role of whoever has none: those who show no token, and accounts
// without a role.
const PublicRole RoleID = ""

// AllFields is the name, among those of Permission.Fields, that stands for every field that
// need not be named by itself: see CollectionInfo.
const AllFields = "*"

// Permission lets a role do something. What no permission allows is forbidden; several of one
// role, collection and action add up. Make sure of one with CheckPermission before it is kept.
type Permission struct {
	ID         PermissionID
	Role       RoleID // PublicRole: of everybody who has no role
	Collection string // one of ours, or a name that an application behind us uses
	Action     Action
	Fields     []string // that may be read or written; at least one
	Filter     string   // a condition on the record in JSON: see ParseFilter; empty: none
}

// Bounds of a permission.
const (
	MaxCollectionBytes  = 64
	MaxFilterBytes      = 16 << 10
	MaxPermissions      = 1000 // of all roles together: every instance keeps them in its memory
	MaxPermissionFields = 64
)

// CheckPermission returns an INVALID_PAYLOAD that says what is wrong with p, or nil: its action
// must be one that can be granted on the collection, each of its fields one that the action
// knows there, and its filter one that ParseFilter reads. Nothing is left to be found out when
// the permission is asked.
func CheckPermission(p Permission) error {
	if !isCollectionName(p.Collection) {
		return InvalidPayloadError("collection", `"collection" must be a name of 1 to 64 letters, digits, and any of "_", "-", "." and ":"`)
	}
	info := Collection(p.Collection)
	if !info.CanGrant(p.Action) {
		return InvalidPayloadError("action", `"action" must be one that can be granted on this collection`)
	}
	if len(p.Fields) < 1 || len(p.Fields) > MaxPermissionFields {
		return InvalidPayloadError("fields", `"fields" must name 1 to 64 fields, or be ["*"]`)
	}
	for _, name := range p.Fields {
		if name != AllFields && !info.knows(name, p.Action) {
			return InvalidPayloadError("fields", `"fields" must name fields that can be granted on this collection for this action, or be ["*"]`)
		}
	}
	if p.Filter == "" {
		return nil
	}
	_, err := ParseFilter(p.Filter, info)
	return err
}

// isCollectionName keeps to what needs no quoting in a query, a header or a log.
func isCollectionName(name string) bool {
	for _, r := range []byte(name) {
		isLetter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		isOther := '0' <= r && r <= '9' || r == '_' || r == '-' || r == '.' || r == ':'
		if !isLetter && !isOther {
			return false
		}
	}
	return name != "" && len(name) <= MaxCollectionBytes
}
