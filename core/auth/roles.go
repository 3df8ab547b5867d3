package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// MaxRoleNameRunes bounds the name of a role, in characters.
const MaxRoleNameRunes = 100

// RoleInfo is a role as the caller sees it.
type RoleInfo struct {
	domain.Role
	Fields domain.Fields // that the caller may read; what others show is empty in Role
}

// RolePatch holds the fields of a role to change; nil leaves one alone.
type RolePatch struct {
	Name                   *string
	App, Admin, EnforceTFA *bool
}

// RolesAPI is what users have in common. It is for administrators, and for others as far as a
// permission on domain.CollectionRoles goes; to all others it is FORBIDDEN, and so is to
// everybody what is not there. What a role gives to its users is for administrators alone to
// say, and so is everything about roles that administrate.
type RolesAPI interface {
	// ListRoles returns the roles that the caller may see, in the order of their IDs.
	ListRoles(ctx context.Context, p Principal) ([]RoleInfo, error)

	// ReadRole returns one role. One's own is always readable.
	ReadRole(ctx context.Context, p Principal, id domain.RoleID) (RoleInfo, error)

	// MyRole returns the role of the caller, and false for one that has none; FORBIDDEN for the
	// anonymous caller.
	MyRole(ctx context.Context, p Principal) (RoleInfo, bool, error)

	// CreateRole makes a role. It has to have a name.
	CreateRole(ctx context.Context, p Principal, patch RolePatch, from domain.Client) (RoleInfo, error)

	// UpdateRole changes a role. Its users get what it gives from then on. A role that
	// administrates does so as long as no other has an active account: to take that away is
	// UNPROCESSABLE_CONTENT, also for one of several who try it at once.
	UpdateRole(ctx context.Context, p Principal, id domain.RoleID, patch RolePatch, from domain.Client) (RoleInfo, error)

	// DeleteRole removes a role and its permissions. While an account has it that is
	// UNPROCESSABLE_CONTENT.
	DeleteRole(ctx context.Context, p Principal, id domain.RoleID, from domain.Client) error
}

// roleRecord shows a role to filters.
func roleRecord(r domain.Role) domain.Record {
	flag := func(is bool) (string, bool) { return fmt.Sprint(is), true }
	return func(field string) (string, bool) {
		switch field {
		case "id":
			return string(r.ID), true
		case "name":
			return r.Name, true
		case "app_access":
			return flag(r.App)
		case "admin_access":
			return flag(r.Admin)
		case "enforce_tfa":
			return flag(r.EnforceTFA)
		}
		return "", false
	}
}

// newRoleInfo returns r without what the caller may not read.
func newRoleInfo(r domain.Role, fields domain.Fields) RoleInfo {
	shown := domain.Role{ID: r.ID}
	if fields.Has("name") {
		shown.Name = r.Name
	}
	shown.App = r.App && fields.Has("app_access")
	shown.Admin = r.Admin && fields.Has("admin_access")
	shown.EnforceTFA = r.EnforceTFA && fields.Has("enforce_tfa")
	return RoleInfo{shown, fields}
}

func wholeRole(r domain.Role) RoleInfo {
	return RoleInfo{r, domain.AdministratorAccess().Fields(domain.CollectionRoles, domain.ActionRead)}
}

// ListRoles implements RolesAPI.
func (s *Service) ListRoles(ctx context.Context, p Principal) ([]RoleInfo, error) {
	a, err := s.who(ctx, p, domain.CollectionRoles, domain.ActionRead)
	if err != nil {
		return nil, err
	}
	roles, err := s.Repos.Roles.List(ctx)
	if err != nil {
		return nil, unavailable(fmt.Errorf("list roles: %w", err))
	}
	var shown []RoleInfo
	for _, r := range roles {
		if fields, err := a.may(domain.CollectionRoles, domain.ActionRead, roleRecord(r)); err == nil {
			shown = append(shown, newRoleInfo(r, fields))
		}
	}
	return shown, nil
}

// ReadRole implements RolesAPI.
func (s *Service) ReadRole(ctx context.Context, p Principal, id domain.RoleID) (RoleInfo, error) {
	if id != "" && id == p.User.Role {
		role, err := s.findRole(ctx, id)
		return wholeRole(role), err
	}
	a, err := s.who(ctx, p, domain.CollectionRoles, domain.ActionRead)
	if err != nil {
		return RoleInfo{}, err
	}
	role, err := s.findRole(ctx, id)
	if err != nil {
		return RoleInfo{}, err
	}
	fields, err := a.may(domain.CollectionRoles, domain.ActionRead, roleRecord(role))
	return newRoleInfo(role, fields), err
}

// MyRole implements RolesAPI.
func (s *Service) MyRole(ctx context.Context, p Principal) (RoleInfo, bool, error) {
	if p.Anonymous() {
		return RoleInfo{}, false, forbidden(nil)
	}
	role, err := s.roleOf(ctx, p.User)
	if err != nil {
		return RoleInfo{}, false, unavailable(fmt.Errorf("find role: %w", err))
	}
	return wholeRole(role), role.ID != "", nil
}

// findRole returns the role for somebody who may see it. One that is not there is as forbidden
// as one that may not be seen.
func (s *Service) findRole(ctx context.Context, id domain.RoleID) (domain.Role, error) {
	role, err := s.Repos.Roles.ByID(ctx, id)
	switch {
	case isNotFound(err), errors.Is(err, port.ErrInvalid):
		return domain.Role{}, forbidden(err)
	case err != nil:
		return domain.Role{}, unavailable(fmt.Errorf("find role: %w", err))
	}
	return role, nil
}

// fields returns what the patch writes.
func (patch RolePatch) fields() []string {
	var names []string
	if patch.Name != nil {
		names = append(names, "name")
	}
	for name, flag := range map[string]*bool{"app_access": patch.App, "admin_access": patch.Admin, "enforce_tfa": patch.EnforceTFA} {
		if flag != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// applied returns r with the fields of the patch.
func (patch RolePatch) applied(r domain.Role) (domain.Role, error) {
	if patch.Name != nil {
		r.Name = *patch.Name
	}
	if strings.TrimSpace(r.Name) == "" || !utf8.ValidString(r.Name) || strings.ContainsRune(r.Name, 0) || utf8.RuneCountInString(r.Name) > MaxRoleNameRunes {
		return domain.Role{}, domain.InvalidPayloadError("name", fmt.Sprintf(`"name" must be text of 1 to %d characters`, MaxRoleNameRunes))
	}
	for _, f := range []struct {
		value *bool
		into  *bool
	}{{patch.App, &r.App}, {patch.Admin, &r.Admin}, {patch.EnforceTFA, &r.EnforceTFA}} {
		if f.value != nil {
			*f.into = *f.value
		}
	}
	return r, nil
}

// mayWriteRole refuses a patch unless each of its fields may be written of the role in each of
// the states.
func (a asker) mayWriteRole(action domain.Action, patch RolePatch, states ...domain.Role) error {
	if a.access.IsAdmin() {
		return nil
	}
	for _, role := range states {
		fields, err := a.may(domain.CollectionRoles, action, roleRecord(role))
		if err != nil {
			return err
		}
		if err := mayWriteFields(fields, patch.fields()); err != nil {
			return err
		}
		if role.Admin {
			return forbidden(nil)
		}
	}
	return nil
}

// afterRoleChange returns a role that the asker has changed. Of one that it may not read it is
// told the ID.
func (a asker) afterRoleChange(role domain.Role) RoleInfo {
	fields, _ := a.may(domain.CollectionRoles, domain.ActionRead, roleRecord(role))
	return newRoleInfo(role, fields)
}

// CreateRole implements RolesAPI.
func (s *Service) CreateRole(ctx context.Context, p Principal, patch RolePatch, from domain.Client) (RoleInfo, error) {
	a, err := s.who(ctx, p, domain.CollectionRoles, domain.ActionCreate)
	if err != nil {
		return RoleInfo{}, err
	}
	return s.createRole(ctx, a, p, patch, from)
}

func (s *Service) createRole(ctx context.Context, a asker, p Principal, patch RolePatch, from domain.Client) (RoleInfo, error) {
	role, err := patch.applied(domain.Role{ID: domain.RoleID(domain.NewUUID(s.Clock.Now()))})
	if err != nil {
		return RoleInfo{}, err
	}
	if err := a.mayWriteRole(domain.ActionCreate, patch, role); err != nil {
		return RoleInfo{}, err
	}
	made := roleEvent(domain.EventRoleCreated, p, role.ID, from)
	err = s.Repos.Roles.Create(ctx, role)
	s.known.forget() // whether it is there or not
	if err != nil {
		s.recordUnknown(ctx, made)
		return RoleInfo{}, unavailable(fmt.Errorf("create role: %w", err))
	}
	s.record(ctx, made)
	return a.afterRoleChange(role), nil
}

func roleEvent(kind string, p Principal, id domain.RoleID, from domain.Client) domain.Event {
	return domain.Event{Kind: kind, Outcome: domain.OutcomeSuccess, Actor: p.User.ID, Subject: domain.UserID(id), Client: from}
}

// UpdateRole implements RolesAPI.
func (s *Service) UpdateRole(ctx context.Context, p Principal, id domain.RoleID, patch RolePatch, from domain.Client) (RoleInfo, error) {
	a, err := s.who(ctx, p, domain.CollectionRoles, domain.ActionUpdate)
	if err != nil {
		return RoleInfo{}, err
	}
	return s.updateRole(ctx, a, p, id, patch, from)
}

func (s *Service) updateRole(ctx context.Context, a asker, p Principal, id domain.RoleID, patch RolePatch, from domain.Client) (RoleInfo, error) {
	if _, err := s.findRole(ctx, id); err != nil {
		return RoleInfo{}, err
	}
	reserved, err := s.rolesToReserve(ctx, id, patch)
	if err != nil {
		return RoleInfo{}, err
	}
	var changed domain.Role
	err = s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		for _, other := range reserved {
			if err := r.Roles.Reserve(ctx, other); err != nil && (other == id || !isNotFound(err)) {
				return err
			}
		}
		before, err := r.Roles.ByID(ctx, id)
		if err != nil {
			return err
		}
		if changed, err = patch.applied(before); err != nil {
			return err
		}
		if err := a.mayWriteRole(domain.ActionUpdate, patch, before, changed); err != nil {
			return err
		}
		if err := r.Roles.Update(ctx, changed); err != nil {
			return err
		}
		if before.Admin && !changed.Admin {
			return keepAnAdministrator(ctx, r)
		}
		return nil
	})
	s.known.forget()
	s.visitors.forget(func(Principal) bool { return true }) // the role may ask for a second factor now
	if err != nil {
		return RoleInfo{}, s.refusedRoleChange(ctx, roleEvent(domain.EventRoleUpdated, p, id, from), err)
	}
	s.record(ctx, roleEvent(domain.EventRoleUpdated, p, id, from))
	return a.afterRoleChange(changed), nil
}

// rolesToReserve returns the roles that a change of one is about, in the order of their IDs: all
// that administrate, where it may take that from one. Two who take it from the last two have a
// role in common then, one after the other, and the second finds none left. One that begins to
// administrate meanwhile only makes more of them.
func (s *Service) rolesToReserve(ctx context.Context, id domain.RoleID, patch RolePatch) ([]domain.RoleID, error) {
	ids := []domain.RoleID{id}
	if patch.Admin == nil || *patch.Admin {
		return ids, nil
	}
	roles, err := s.Repos.Roles.List(ctx)
	if err != nil {
		return nil, unavailable(fmt.Errorf("list roles: %w", err))
	}
	for _, role := range roles {
		if role.Admin && role.ID != id {
			ids = append(ids, role.ID)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// keepAnAdministrator refuses a change after which no active account administrates.
func keepAnAdministrator(ctx context.Context, r port.Repos) error {
	roles, err := r.Roles.List(ctx)
	if err != nil {
		return err
	}
	for _, role := range roles {
		if !role.Admin {
			continue
		}
		err := keepAdministrators(ctx, r.Users, []domain.RoleID{role.ID})
		if !errors.Is(err, errLastAdministrator) {
			return err
		}
	}
	return errLastAdministrator
}

// errRoleInUse says that an account has the role that was to be removed.
var errRoleInUse = errors.New("an account has the role")

// DeleteRole implements RolesAPI.
func (s *Service) DeleteRole(ctx context.Context, p Principal, id domain.RoleID, from domain.Client) error {
	a, err := s.who(ctx, p, domain.CollectionRoles, domain.ActionDelete)
	if err != nil {
		return err
	}
	return s.deleteRole(ctx, a, p, id, from)
}

func (s *Service) deleteRole(ctx context.Context, a asker, p Principal, id domain.RoleID, from domain.Client) error {
	if _, err := s.findRole(ctx, id); err != nil {
		return err
	}
	err := s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		if err := r.Roles.Reserve(ctx, id); err != nil {
			return err
		}
		role, err := r.Roles.ByID(ctx, id)
		if err != nil {
			return err
		}
		if err := a.mayWriteRole(domain.ActionDelete, RolePatch{}, role); err != nil {
			return err
		}
		users, err := r.Users.Count(ctx, port.UserFilter{Equal: map[port.UserField]string{port.UserFieldRole: string(id)}})
		if err != nil {
			return err
		}
		if users > 0 {
			return errRoleInUse
		}
		if err := removePermissionsOf(ctx, r.Permissions, id); err != nil {
			return err
		}
		return r.Roles.Delete(ctx, id)
	})
	s.known.forget()
	if err != nil {
		return s.refusedRoleChange(ctx, roleEvent(domain.EventRoleDeleted, p, id, from), err)
	}
	s.record(ctx, roleEvent(domain.EventRoleDeleted, p, id, from))
	return nil
}

func removePermissionsOf(ctx context.Context, permissions port.Permissions, id domain.RoleID) error {
	rows, err := permissions.List(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Role != id {
			continue
		}
		if err := permissions.Delete(ctx, row.ID); err != nil && !isNotFound(err) {
			return err
		}
	}
	return nil
}

// refusedRoleChange gives the answer to a change of a role that did not come about. e is what
// would have happened.
func (s *Service) refusedRoleChange(ctx context.Context, e domain.Event, err error) error {
	failure, isOurs := errors.AsType[*domain.Error](err)
	switch {
	case isOurs:
		return failure
	case errors.Is(err, errLastAdministrator):
		return unprocessable("You can't take the rights of an administrator from the last role that has one", err)
	case errors.Is(err, errRoleInUse):
		return unprocessable("You can't remove a role that users have", err)
	case isNotFound(err):
		return forbidden(err)
	}
	s.recordUnknown(ctx, e)
	return unavailable(fmt.Errorf("change role: %w", err))
}

func unprocessable(message string, cause error) error {
	e := domain.NewError(domain.UnprocessableContent, cause)
	e.Message = message + "."
	return e
}
