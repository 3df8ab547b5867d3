package auth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// PermissionInfo is a permission as the caller sees it.
type PermissionInfo struct {
	domain.Permission
	Fields domain.Fields // that the caller may read; what others show is empty in Permission
}

// PermissionPatch holds the fields of a permission to change; nil leaves one alone.
type PermissionPatch struct {
	Role       *domain.RoleID // domain.PublicRole: of everybody who has none
	Collection *string
	Action     *domain.Action
	Fields     *[]string
	Filter     *string // empty: none
}

// Level says how much of a collection an action may be done to.
type Level string

// The levels that there are.
const (
	LevelNone    Level = "none"
	LevelPartial Level = "partial" // to some records, or some fields of them
	LevelFull    Level = "full"
)

// Granted is what a caller may do to one collection by one action.
type Granted struct {
	Level  Level
	Fields []string // nil for none; domain.AllFields alone for all
}

// Globals is what the role of a caller is, beside its permissions.
type Globals struct{ App, Admin, EnforceTFA bool }

// PermissionsAPI is what roles may do. What is changed counts at once for who asks this
// instance, and within a second everywhere.
type PermissionsAPI interface {
	// RequireAccess returns FORBIDDEN unless there is a record of the collection that the
	// caller may do the action to. The use cases ask so themselves; it is for a transport
	// that refuses before it reads a body.
	RequireAccess(ctx context.Context, p Principal, collection string, action domain.Action) error

	// MyPermissions returns what the caller may do, by collection and action: on ours, and on
	// every other that a permission is about.
	MyPermissions(ctx context.Context, p Principal) (map[string]map[domain.Action]Granted, error)

	// MyGlobals returns what the role of the caller is.
	MyGlobals(ctx context.Context, p Principal) (Globals, error)

	// ListPermissions returns the permissions that the caller may see, in the order of their
	// IDs: all of them for administrators, and FORBIDDEN where a permission shows none.
	ListPermissions(ctx context.Context, p Principal) ([]PermissionInfo, error)

	// ReadPermission returns one permission. One that is not there is FORBIDDEN.
	ReadPermission(ctx context.Context, p Principal, id domain.PermissionID) (PermissionInfo, error)

	// CreatePermission makes a permission, for administrators. It has to say collection,
	// action and fields; without a role it is public. What is wrong with it is
	// INVALID_PAYLOAD: see domain.CheckPermission. More than domain.MaxPermissions are
	// UNPROCESSABLE_CONTENT.
	CreatePermission(ctx context.Context, p Principal, patch PermissionPatch, from domain.Client) (PermissionInfo, error)

	// UpdatePermission changes a permission, for administrators.
	UpdatePermission(ctx context.Context, p Principal, id domain.PermissionID, patch PermissionPatch, from domain.Client) (PermissionInfo, error)

	// DeletePermission removes a permission, for administrators.
	DeletePermission(ctx context.Context, p Principal, id domain.PermissionID, from domain.Client) error
}

// permissionRecord shows a permission to filters.
func permissionRecord(row domain.Permission) domain.Record {
	return func(field string) (string, bool) {
		switch field {
		case "id":
			return string(row.ID), true
		case "role":
			return string(row.Role), true
		case "collection":
			return row.Collection, true
		case "action":
			return string(row.Action), true
		}
		return "", false
	}
}

// newPermissionInfo returns the row without what the caller may not read.
func newPermissionInfo(row domain.Permission, fields domain.Fields) PermissionInfo {
	if fields.HasAll() {
		return PermissionInfo{row, fields}
	}
	shown := domain.Permission{ID: row.ID}
	for name, show := range map[string]func(){
		"role":        func() { shown.Role = row.Role },
		"collection":  func() { shown.Collection = row.Collection },
		"action":      func() { shown.Action = row.Action },
		"fields":      func() { shown.Fields = row.Fields },
		"permissions": func() { shown.Filter = row.Filter },
	} {
		if fields.Has(name) {
			show()
		}
	}
	return PermissionInfo{shown, fields}
}

func wholePermission(row domain.Permission) PermissionInfo {
	return PermissionInfo{row, domain.AdministratorAccess().Fields(domain.CollectionPermissions, domain.ActionRead)}
}

// ListPermissions implements PermissionsAPI.
func (s *Service) ListPermissions(ctx context.Context, p Principal) ([]PermissionInfo, error) {
	a, err := s.who(ctx, p, domain.CollectionPermissions, domain.ActionRead)
	if err != nil {
		return nil, err
	}
	rows, err := s.Repos.Permissions.List(ctx)
	if err != nil {
		return nil, unavailable(fmt.Errorf("list permissions: %w", err))
	}
	var shown []PermissionInfo
	for _, row := range rows {
		if fields, err := a.may(domain.CollectionPermissions, domain.ActionRead, permissionRecord(row)); err == nil {
			shown = append(shown, newPermissionInfo(row, fields))
		}
	}
	return shown, nil
}

// ReadPermission implements PermissionsAPI.
func (s *Service) ReadPermission(ctx context.Context, p Principal, id domain.PermissionID) (PermissionInfo, error) {
	shown, err := s.ListPermissions(ctx, p)
	if err != nil {
		return PermissionInfo{}, err
	}
	for _, one := range shown {
		if one.ID == id {
			return one, nil
		}
	}
	return PermissionInfo{}, forbidden(nil)
}

// applied returns the row with the fields of the patch, if it may be kept.
func (s *Service) applied(ctx context.Context, patch PermissionPatch, row domain.Permission) (domain.Permission, error) {
	if patch.Role != nil {
		row.Role = *patch.Role
	}
	if patch.Collection != nil {
		row.Collection = *patch.Collection
	}
	if patch.Action != nil {
		row.Action = *patch.Action
	}
	if patch.Fields != nil {
		row.Fields = *patch.Fields
	}
	if patch.Filter != nil {
		row.Filter = *patch.Filter
	}
	if err := domain.CheckPermission(row); err != nil {
		return domain.Permission{}, err
	}
	return row, s.checkRole(ctx, row.Role)
}

// CreatePermission implements PermissionsAPI.
func (s *Service) CreatePermission(ctx context.Context, p Principal, patch PermissionPatch, from domain.Client) (PermissionInfo, error) {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return PermissionInfo{}, err
	}
	return s.createPermission(ctx, p, patch, from)
}

func (s *Service) createPermission(ctx context.Context, p Principal, patch PermissionPatch, from domain.Client) (PermissionInfo, error) {
	if patch.Role == nil { // what is forgotten must not become everybody's
		return PermissionInfo{}, domain.InvalidPayloadError("role", `"role" is needed: the ID of a role, or null for the public`)
	}
	row, err := s.applied(ctx, patch, domain.Permission{ID: domain.PermissionID(domain.NewUUID(s.Clock.Now()))})
	if err != nil {
		return PermissionInfo{}, err
	}
	rows, err := s.Repos.Permissions.List(ctx)
	if err != nil {
		return PermissionInfo{}, unavailable(fmt.Errorf("list permissions: %w", err))
	}
	if len(rows) >= domain.MaxPermissions {
		return PermissionInfo{}, unprocessable(fmt.Sprintf("There can be %d permissions at most", domain.MaxPermissions), nil)
	}
	err = s.Repos.Permissions.Create(ctx, row)
	if err := s.permissionChanged(ctx, permissionEvent(domain.EventPermissionCreated, p, row.ID, from), err); err != nil {
		return PermissionInfo{}, err
	}
	return wholePermission(row), nil
}

// UpdatePermission implements PermissionsAPI.
func (s *Service) UpdatePermission(ctx context.Context, p Principal, id domain.PermissionID, patch PermissionPatch, from domain.Client) (PermissionInfo, error) {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return PermissionInfo{}, err
	}
	before, err := s.ReadPermission(ctx, p, id)
	if err != nil {
		return PermissionInfo{}, err
	}
	row, err := s.applied(ctx, patch, before.Permission)
	if err != nil {
		return PermissionInfo{}, err
	}
	err = s.Repos.Permissions.Update(ctx, row)
	if err := s.permissionChanged(ctx, permissionEvent(domain.EventPermissionUpdated, p, id, from), err); err != nil {
		return PermissionInfo{}, err
	}
	return wholePermission(row), nil
}

// DeletePermission implements PermissionsAPI.
func (s *Service) DeletePermission(ctx context.Context, p Principal, id domain.PermissionID, from domain.Client) error {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return err
	}
	return s.deletePermission(ctx, p, id, from)
}

func (s *Service) deletePermission(ctx context.Context, p Principal, id domain.PermissionID, from domain.Client) error {
	err := s.Repos.Permissions.Delete(ctx, id)
	return s.permissionChanged(ctx, permissionEvent(domain.EventPermissionDeleted, p, id, from), err)
}

func permissionEvent(kind string, p Principal, id domain.PermissionID, from domain.Client) domain.Event {
	return domain.Event{Kind: kind, Outcome: domain.OutcomeSuccess, Actor: p.User.ID, Subject: domain.UserID(id), Client: from}
}

// permissionChanged does what follows from a change that the store was asked for, and gives the
// answer where it did not come about.
func (s *Service) permissionChanged(ctx context.Context, e domain.Event, err error) error {
	s.known.forget() // also where nobody knows whether it has come about
	switch {
	case isNotFound(err), errors.Is(err, port.ErrInvalid):
		return forbidden(err)
	case err != nil:
		s.recordUnknown(ctx, e)
		return unavailable(fmt.Errorf("change permission: %w", err))
	}
	s.record(ctx, e)
	return nil
}

// MyPermissions implements PermissionsAPI.
func (s *Service) MyPermissions(ctx context.Context, p Principal) (map[string]map[domain.Action]Granted, error) {
	a, err := s.asker(ctx, p)
	if err != nil {
		return nil, err
	}
	known, err := s.rights(ctx)
	if err != nil {
		return nil, err
	}
	collections := map[string]bool{}
	for _, c := range domain.Collections() {
		collections[c.Name] = true
	}
	for _, row := range known.rows {
		if a.access.IsAdmin() || row.Role == p.User.Role { // which others there are is not everybody's to know
			collections[row.Collection] = true
		}
	}
	granted := map[string]map[domain.Action]Granted{}
	for _, name := range slices.Sorted(maps.Keys(collections)) {
		granted[name] = map[domain.Action]Granted{}
		for _, action := range domain.Actions() {
			granted[name][action] = a.granted(name, action)
		}
	}
	return granted, nil
}

// granted sums up what the asker may do.
func (a asker) granted(collection string, action domain.Action) Granted {
	if !a.access.Allows(collection, action) {
		return Granted{Level: LevelNone}
	}
	fields := a.access.Fields(collection, action)
	info := domain.Collection(collection)
	isWhole := !info.IsOurs() || info.FieldsOf(action) == nil || fields.HasAll()
	g := Granted{Level: LevelPartial, Fields: fields.Names()}
	if isWhole {
		g.Fields = []string{domain.AllFields}
	}
	if isWhole && !a.access.IsConditional(collection, action) {
		g.Level = LevelFull
	}
	return g
}

// MyGlobals implements PermissionsAPI.
func (s *Service) MyGlobals(ctx context.Context, p Principal) (Globals, error) {
	if p.Anonymous() {
		return Globals{}, nil
	}
	role, err := s.roleOf(ctx, p.User)
	if err != nil {
		return Globals{}, unavailable(fmt.Errorf("find role: %w", err))
	}
	return Globals{App: role.App, Admin: role.Admin, EnforceTFA: role.EnforceTFA}, nil
}
