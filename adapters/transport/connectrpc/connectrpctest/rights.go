package connectrpctest

import (
	"context"
	"errors"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func roleOf(r *v1.Role) domain.Role {
	return domain.Role{ID: domain.RoleID(r.GetId()), Name: r.GetName(), App: r.GetAppAccess(), Admin: r.GetAdminAccess(), EnforceTFA: r.GetEnforceTfa()}
}

func rolePatch(p auth.RolePatch) *v1.RolePatch {
	return &v1.RolePatch{Name: p.Name, AppAccess: p.App, AdminAccess: p.Admin, EnforceTfa: p.EnforceTFA}
}

// ListRoles lists roles.
func (c Client) ListRoles(ctx context.Context, credential auth.Credential) ([]domain.Role, error) {
	answer, err := c.Rights.ListRoles(as(ctx, credential), &v1.ListRolesRequest{})
	var list []domain.Role
	for _, r := range answer.GetRoles() {
		list = append(list, roleOf(r))
	}
	return list, Failed(err)
}

// ReadRole reads one role.
func (c Client) ReadRole(ctx context.Context, credential auth.Credential, id domain.RoleID) (domain.Role, error) {
	answer, err := c.Rights.GetRole(as(ctx, credential), &v1.GetRoleRequest{Id: string(id)})
	return roleOf(answer.GetRole()), Failed(err)
}

// MyRole reads the own role.
func (c Client) MyRole(ctx context.Context, credential auth.Credential) (domain.Role, error) {
	answer, err := c.Rights.GetMyRole(as(ctx, credential), &v1.GetMyRoleRequest{})
	if answer.GetRole() != nil && answer.GetRole().GetId() == "" {
		return domain.Role{}, errors.New("the answer has a role that is none")
	}
	return roleOf(answer.GetRole()), Failed(err)
}

// CreateRole makes a role.
func (c Client) CreateRole(ctx context.Context, credential auth.Credential, patch auth.RolePatch) (domain.Role, error) {
	answer, err := c.Rights.CreateRole(as(ctx, credential), &v1.CreateRoleRequest{Patch: rolePatch(patch)})
	return roleOf(answer.GetRole()), Failed(err)
}

// UpdateRole changes a role.
func (c Client) UpdateRole(ctx context.Context, credential auth.Credential, id domain.RoleID, patch auth.RolePatch) (domain.Role, error) {
	answer, err := c.Rights.UpdateRole(as(ctx, credential), &v1.UpdateRoleRequest{Id: string(id), Patch: rolePatch(patch)})
	return roleOf(answer.GetRole()), Failed(err)
}

// DeleteRole removes a role.
func (c Client) DeleteRole(ctx context.Context, credential auth.Credential, id domain.RoleID) error {
	_, err := c.Rights.DeleteRole(as(ctx, credential), &v1.DeleteRoleRequest{Id: string(id)})
	return Failed(err)
}

func permissionOf(p *v1.Permission) domain.Permission {
	return domain.Permission{
		ID: domain.PermissionID(p.GetId()), Role: domain.RoleID(p.GetRoleId()), Collection: p.GetCollection(),
		Action: domain.Action(p.GetAction()), Fields: p.GetFields(), Filter: p.GetFilter(),
	}
}

func permissionPatch(p auth.PermissionPatch) *v1.PermissionPatch {
	sent := &v1.PermissionPatch{RoleId: (*string)(p.Role), Collection: p.Collection, Action: (*string)(p.Action), Filter: p.Filter}
	if p.Fields != nil {
		sent.Fields = &v1.PermissionFields{Names: *p.Fields}
	}
	return sent
}

// ListPermissions lists permissions.
func (c Client) ListPermissions(ctx context.Context, credential auth.Credential) ([]domain.Permission, error) {
	answer, err := c.Rights.ListPermissions(as(ctx, credential), &v1.ListPermissionsRequest{})
	var list []domain.Permission
	for _, p := range answer.GetPermissions() {
		list = append(list, permissionOf(p))
	}
	return list, Failed(err)
}

// ReadPermission reads one permission.
func (c Client) ReadPermission(ctx context.Context, credential auth.Credential, id domain.PermissionID) (domain.Permission, error) {
	answer, err := c.Rights.GetPermission(as(ctx, credential), &v1.GetPermissionRequest{Id: string(id)})
	return permissionOf(answer.GetPermission()), Failed(err)
}

// CreatePermission makes a permission.
func (c Client) CreatePermission(ctx context.Context, credential auth.Credential, patch auth.PermissionPatch) (domain.Permission, error) {
	answer, err := c.Rights.CreatePermission(as(ctx, credential), &v1.CreatePermissionRequest{Patch: permissionPatch(patch)})
	return permissionOf(answer.GetPermission()), Failed(err)
}

// UpdatePermission changes a permission.
func (c Client) UpdatePermission(ctx context.Context, credential auth.Credential, id domain.PermissionID, patch auth.PermissionPatch) (domain.Permission, error) {
	answer, err := c.Rights.UpdatePermission(as(ctx, credential), &v1.UpdatePermissionRequest{Id: string(id), Patch: permissionPatch(patch)})
	return permissionOf(answer.GetPermission()), Failed(err)
}

// DeletePermission removes a permission.
func (c Client) DeletePermission(ctx context.Context, credential auth.Credential, id domain.PermissionID) error {
	_, err := c.Rights.DeletePermission(as(ctx, credential), &v1.DeletePermissionRequest{Id: string(id)})
	return Failed(err)
}

// MyPermissions reads what the caller may do.
func (c Client) MyPermissions(ctx context.Context, credential auth.Credential) (map[string]map[domain.Action]auth.Granted, error) {
	answer, err := c.Rights.GetMyPermissions(as(ctx, credential), &v1.GetMyPermissionsRequest{})
	granted := map[string]map[domain.Action]auth.Granted{}
	for _, g := range answer.GetGrants() {
		if granted[g.GetCollection()] == nil {
			granted[g.GetCollection()] = map[domain.Action]auth.Granted{}
		}
		granted[g.GetCollection()][domain.Action(g.GetAction())] = auth.Granted{Level: auth.Level(g.GetAccess()), Fields: g.GetFields()}
	}
	return granted, Failed(err)
}
