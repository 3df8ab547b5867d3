package connectrpc

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1/sallyportv1connect"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// rightsService answers the procedures of RightsService, as authService does those of AuthService.
type rightsService struct{ *Server }

var _ sallyportv1connect.RightsServiceHandler = rightsService{}

func shownRole(r auth.RoleInfo) *v1.Role {
	return &v1.Role{Id: string(r.ID), Name: r.Name, AppAccess: r.App, AdminAccess: r.Admin, EnforceTfa: r.EnforceTFA}
}

func rolePatch(m *v1.RolePatch) auth.RolePatch {
	if m == nil {
		return auth.RolePatch{}
	}
	return auth.RolePatch{Name: m.Name, App: m.AppAccess, Admin: m.AdminAccess, EnforceTFA: m.EnforceTfa}
}

// ListRoles lists roles.
func (s rightsService) ListRoles(ctx context.Context, _ *v1.ListRolesRequest) (*v1.ListRolesResponse, error) {
	roles, err := s.api.ListRoles(ctx, callOf(ctx).caller)
	answer := &v1.ListRolesResponse{}
	for _, r := range roles {
		answer.Roles = append(answer.Roles, shownRole(r))
	}
	return answer, err
}

// GetRole returns one role.
func (s rightsService) GetRole(ctx context.Context, m *v1.GetRoleRequest) (*v1.GetRoleResponse, error) {
	role, err := s.api.ReadRole(ctx, callOf(ctx).caller, domain.RoleID(m.GetId()))
	return &v1.GetRoleResponse{Role: shownRole(role)}, err
}

// GetMyRole returns the role of the caller.
func (s rightsService) GetMyRole(ctx context.Context, _ *v1.GetMyRoleRequest) (*v1.GetMyRoleResponse, error) {
	role, has, err := s.api.MyRole(ctx, callOf(ctx).caller)
	if !has {
		return &v1.GetMyRoleResponse{}, err
	}
	return &v1.GetMyRoleResponse{Role: shownRole(role)}, err
}

// CreateRole makes a role.
func (s rightsService) CreateRole(ctx context.Context, m *v1.CreateRoleRequest) (*v1.CreateRoleResponse, error) {
	c := callOf(ctx)
	role, err := s.api.CreateRole(ctx, c.caller, rolePatch(m.GetPatch()), c.client)
	return &v1.CreateRoleResponse{Role: shownRole(role)}, err
}

// UpdateRole changes a role.
func (s rightsService) UpdateRole(ctx context.Context, m *v1.UpdateRoleRequest) (*v1.UpdateRoleResponse, error) {
	c := callOf(ctx)
	role, err := s.api.UpdateRole(ctx, c.caller, domain.RoleID(m.GetId()), rolePatch(m.GetPatch()), c.client)
	return &v1.UpdateRoleResponse{Role: shownRole(role)}, err
}

// DeleteRole removes a role.
func (s rightsService) DeleteRole(ctx context.Context, m *v1.DeleteRoleRequest) (*v1.DeleteRoleResponse, error) {
	c := callOf(ctx)
	return &v1.DeleteRoleResponse{}, s.api.DeleteRole(ctx, c.caller, domain.RoleID(m.GetId()), c.client)
}

func shownPermission(p auth.PermissionInfo) *v1.Permission {
	return &v1.Permission{
		Id:         string(p.ID),
		RoleId:     string(p.Role),
		Collection: p.Collection,
		Action:     string(p.Action),
		Fields:     p.Permission.Fields,
		Filter:     p.Filter,
	}
}

// permissionPatch refuses who is no administrator before it looks at what was sent.
func (s rightsService) permissionPatch(ctx context.Context, m *v1.PermissionPatch) (auth.PermissionPatch, error) {
	if err := s.api.RequireAdministrator(ctx, callOf(ctx).caller); err != nil {
		return auth.PermissionPatch{}, err
	}
	if m == nil {
		return auth.PermissionPatch{}, nil
	}
	members := map[string]json.RawMessage{}
	if m.Filter != nil {
		members["permissions"] = json.RawMessage(m.GetFilter())
	}
	patch, err := httpedge.PermissionPatch(members) // which keeps a filter in one form
	patch.Role = (*domain.RoleID)(m.RoleId)
	patch.Collection = m.Collection
	patch.Action = (*domain.Action)(m.Action)
	if m.Fields != nil {
		patch.Fields = new(m.GetFields().GetNames())
	}
	return patch, err
}

// ListPermissions lists permissions.
func (s rightsService) ListPermissions(ctx context.Context, _ *v1.ListPermissionsRequest) (*v1.ListPermissionsResponse, error) {
	permissions, err := s.api.ListPermissions(ctx, callOf(ctx).caller)
	answer := &v1.ListPermissionsResponse{}
	for _, p := range permissions {
		answer.Permissions = append(answer.Permissions, shownPermission(p))
	}
	return answer, err
}

// GetPermission returns one permission.
func (s rightsService) GetPermission(ctx context.Context, m *v1.GetPermissionRequest) (*v1.GetPermissionResponse, error) {
	permission, err := s.api.ReadPermission(ctx, callOf(ctx).caller, domain.PermissionID(m.GetId()))
	return &v1.GetPermissionResponse{Permission: shownPermission(permission)}, err
}

// CreatePermission makes a permission.
func (s rightsService) CreatePermission(ctx context.Context, m *v1.CreatePermissionRequest) (*v1.CreatePermissionResponse, error) {
	c := callOf(ctx)
	patch, err := s.permissionPatch(ctx, m.GetPatch())
	if err != nil {
		return nil, err
	}
	permission, err := s.api.CreatePermission(ctx, c.caller, patch, c.client)
	return &v1.CreatePermissionResponse{Permission: shownPermission(permission)}, err
}

// UpdatePermission changes a permission.
func (s rightsService) UpdatePermission(ctx context.Context, m *v1.UpdatePermissionRequest) (*v1.UpdatePermissionResponse, error) {
	c := callOf(ctx)
	patch, err := s.permissionPatch(ctx, m.GetPatch())
	if err != nil {
		return nil, err
	}
	permission, err := s.api.UpdatePermission(ctx, c.caller, domain.PermissionID(m.GetId()), patch, c.client)
	return &v1.UpdatePermissionResponse{Permission: shownPermission(permission)}, err
}

// DeletePermission removes a permission.
func (s rightsService) DeletePermission(ctx context.Context, m *v1.DeletePermissionRequest) (*v1.DeletePermissionResponse, error) {
	c := callOf(ctx)
	return &v1.DeletePermissionResponse{}, s.api.DeletePermission(ctx, c.caller, domain.PermissionID(m.GetId()), c.client)
}

// GetMyPermissions returns what the caller may do.
func (s rightsService) GetMyPermissions(ctx context.Context, _ *v1.GetMyPermissionsRequest) (*v1.GetMyPermissionsResponse, error) {
	granted, err := s.api.MyPermissions(ctx, callOf(ctx).caller)
	answer := &v1.GetMyPermissionsResponse{}
	for _, collection := range slices.Sorted(maps.Keys(granted)) {
		for _, action := range domain.Actions() {
			g := granted[collection][action]
			answer.Grants = append(answer.Grants, &v1.Grant{Collection: collection, Action: string(action), Access: string(g.Level), Fields: g.Fields})
		}
	}
	return answer, err
}
