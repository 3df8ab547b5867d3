package contract

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RightsClient is the part of Client that is about who may do what. What a caller may not read of
// a role or a permission is empty.
type RightsClient interface {
	ListRoles(ctx context.Context, c auth.Credential) ([]domain.Role, error)
	ReadRole(ctx context.Context, c auth.Credential, id domain.RoleID) (domain.Role, error)
	// MyRole returns the zero Role for a caller that has none.
	MyRole(ctx context.Context, c auth.Credential) (domain.Role, error)
	CreateRole(ctx context.Context, c auth.Credential, patch auth.RolePatch) (domain.Role, error)
	UpdateRole(ctx context.Context, c auth.Credential, id domain.RoleID, patch auth.RolePatch) (domain.Role, error)
	DeleteRole(ctx context.Context, c auth.Credential, id domain.RoleID) error

	// The filter of a permission is JSON, with blanks wherever the wire has them.
	ListPermissions(ctx context.Context, c auth.Credential) ([]domain.Permission, error)
	ReadPermission(ctx context.Context, c auth.Credential, id domain.PermissionID) (domain.Permission, error)
	CreatePermission(ctx context.Context, c auth.Credential, patch auth.PermissionPatch) (domain.Permission, error)
	UpdatePermission(ctx context.Context, c auth.Credential, id domain.PermissionID, patch auth.PermissionPatch) (domain.Permission, error)
	DeletePermission(ctx context.Context, c auth.Credential, id domain.PermissionID) error

	// MyPermissions returns what the caller may do, by collection and action.
	MyPermissions(ctx context.Context, c auth.Credential) (map[string]map[domain.Action]auth.Granted, error)
}

// editors is a role that may do nothing until a permission says so.
const editors domain.RoleID = "0195f2c6-7d7e-7a10-8000-0000000000e0"

// seedEditors makes the role, gives it to Ann, and logs her in.
func (s story) seedEditors() Reply {
	s.Helper()
	must(s, s.Store.Repos().Roles.Create(s.Context(), domain.Role{ID: editors, Name: "Editors"}))
	s.change(func(u *domain.User) { u.Role = editors })
	return s.login(domain.ModeJSON)
}

// shutOutOthers leaves the account of seedAdministrator the only active one that administrates: a
// program may have made another of its own.
func (s story) shutOutOthers() {
	s.Helper()
	repos := s.Store.Repos()
	for _, role := range value(repos.Roles.List(s.Context()))(s) {
		if !role.Admin || role.ID == rootRole {
			continue
		}
		of := port.UserFilter{Equal: map[port.UserField]string{port.UserFieldRole: string(role.ID)}}
		for _, u := range value(repos.Users.Find(s.Context(), port.UserQuery{UserFilter: of, Limit: 100}))(s) {
			u.Status = domain.StatusSuspended
			value(repos.Users.Update(s.Context(), u))(s)
		}
	}
}

// seedListed makes an account of that first name, whose last name is Listed.
func (s story) seedListed(name string, role domain.RoleID) domain.User {
	s.Helper()
	u := ann()
	u.ID = domain.UserID("0195f2c6-7d7e-7a10-8000-00000000000" + name[:1])
	u.Email, u.FirstName, u.LastName, u.Role = domain.Email(name+"@example.com"), name, "Listed", role
	s.seed(u)
	return u
}

// row describes a permission as a whole.
func row(role domain.RoleID, collection string, action domain.Action, filter string, fields ...string) auth.PermissionPatch {
	return auth.PermissionPatch{Role: &role, Collection: &collection, Action: &action, Fields: &fields, Filter: &filter}
}

// permit lets a role do something, as the administrator does.
func (s story) permit(root auth.Credential, patch auth.PermissionPatch) domain.Permission {
	s.Helper()
	return value(s.Client.CreatePermission(s.Context(), root, patch))(s)
}

// wantPermission ends the case unless got is what the patch describes.
func (s story) wantPermission(got domain.Permission, want auth.PermissionPatch) {
	s.Helper()
	if got.ID == "" || got.Role != *want.Role || got.Collection != *want.Collection || got.Action != *want.Action ||
		!slices.Equal(got.Fields, *want.Fields) || !sameJSON(got.Filter, *want.Filter) {
		s.Fatalf("got permission %+v, want %s of %s on %v where %s, of role %q", got, *want.Action, *want.Collection, *want.Fields, *want.Filter, *want.Role)
	}
}

func sameJSON(a, b string) bool {
	var of [2]any
	for i, text := range []string{a, b} {
		if text != "" && json.Unmarshal([]byte(text), &of[i]) != nil {
			return false
		}
	}
	return reflect.DeepEqual(of[0], of[1])
}

// firstNames returns those of the accounts that the caller finds.
func (s story) firstNames(caller auth.Credential) string {
	s.Helper()
	var names []string
	for _, p := range value(s.Client.ListAccounts(s.Context(), caller, port.UserQuery{Limit: 100}))(s) {
		names = append(names, p.FirstName)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func (s story) tryList(caller auth.Credential) error {
	return errorOf(s.Client.ListAccounts(s.Context(), caller, port.UserQuery{Limit: 10}))
}

// wantLevel ends the case unless the caller is told that it may do that much.
func (s story) wantLevel(caller auth.Credential, collection string, action domain.Action, want auth.Level) {
	s.Helper()
	got := value(s.Client.MyPermissions(s.Context(), caller))(s)[collection][action].Level
	if got != want {
		s.Fatalf("got access %q to %s %s, want %q", got, action, collection, want)
	}
}
