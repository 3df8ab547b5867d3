package restclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

var _ contract.RightsClient = Client{}

// roleAnswer is a role as the wire has it.
type roleAnswer struct {
	ID         domain.RoleID `json:"id"`
	Name       string        `json:"name"`
	App        bool          `json:"app_access"`
	Admin      bool          `json:"admin_access"`
	EnforceTFA bool          `json:"enforce_tfa"`
}

func roleBody(patch auth.RolePatch) map[string]any {
	body := map[string]any{}
	if patch.Name != nil {
		body["name"] = *patch.Name
	}
	for name, flag := range map[string]*bool{"app_access": patch.App, "admin_access": patch.Admin, "enforce_tfa": patch.EnforceTFA} {
		if flag != nil {
			body[name] = *flag
		}
	}
	return body
}

func rolePath(id domain.RoleID) string { return "/roles/" + url.PathEscape(string(id)) }

func (c Client) roles(ctx context.Context, credential auth.Credential, path string) ([]domain.Role, error) {
	var answer []roleAnswer
	if err := c.read(ctx, Call{Method: http.MethodGet, Path: path}.by(credential), &answer); err != nil {
		return nil, err
	}
	var list []domain.Role
	for _, r := range answer {
		list = append(list, domain.Role(r))
	}
	return list, nil
}

func (c Client) role(ctx context.Context, credential auth.Credential, what Call) (domain.Role, error) {
	var answer roleAnswer
	err := c.read(ctx, what.by(credential), &answer)
	return domain.Role(answer), err
}

// ListRoles lists roles.
func (c Client) ListRoles(ctx context.Context, credential auth.Credential) ([]domain.Role, error) {
	return c.roles(ctx, credential, "/roles")
}

// ReadRole reads one role.
func (c Client) ReadRole(ctx context.Context, credential auth.Credential, id domain.RoleID) (domain.Role, error) {
	return c.role(ctx, credential, Call{Method: http.MethodGet, Path: rolePath(id)})
}

// MyRole reads the own role.
func (c Client) MyRole(ctx context.Context, credential auth.Credential) (domain.Role, error) {
	list, err := c.roles(ctx, credential, "/roles/me")
	switch {
	case err != nil || len(list) == 0:
		return domain.Role{}, err
	case len(list) > 1:
		return domain.Role{}, fmt.Errorf("got %d roles of one's own", len(list))
	}
	return list[0], nil
}

// CreateRole makes a role.
func (c Client) CreateRole(ctx context.Context, credential auth.Credential, patch auth.RolePatch) (domain.Role, error) {
	return c.role(ctx, credential, Call{Method: http.MethodPost, Path: "/roles", Body: roleBody(patch)})
}

// UpdateRole changes a role.
func (c Client) UpdateRole(ctx context.Context, credential auth.Credential, id domain.RoleID, patch auth.RolePatch) (domain.Role, error) {
	return c.role(ctx, credential, Call{Method: http.MethodPatch, Path: rolePath(id), Body: roleBody(patch)})
}

// DeleteRole removes a role.
func (c Client) DeleteRole(ctx context.Context, credential auth.Credential, id domain.RoleID) error {
	return c.noContent(ctx, Call{Method: http.MethodDelete, Path: rolePath(id)}.by(credential))
}

// permissionAnswer is a permission as the wire has it.
type permissionAnswer struct {
	ID         domain.PermissionID `json:"id"`
	Role       *domain.RoleID      `json:"role"`
	Collection string              `json:"collection"`
	Action     domain.Action       `json:"action"`
	Filter     json.RawMessage     `json:"permissions"`
	Fields     []string            `json:"fields"`
}

func (p permissionAnswer) permission() domain.Permission {
	got := domain.Permission{ID: p.ID, Collection: p.Collection, Action: p.Action, Fields: p.Fields}
	if p.Role != nil {
		got.Role = *p.Role
	}
	if string(p.Filter) != "null" {
		got.Filter = string(p.Filter)
	}
	return got
}

func permissionBody(patch auth.PermissionPatch) map[string]any {
	body := map[string]any{}
	switch {
	case patch.Role == nil:
	case *patch.Role == domain.PublicRole:
		body["role"] = nil
	default:
		body["role"] = *patch.Role
	}
	if patch.Collection != nil {
		body["collection"] = *patch.Collection
	}
	if patch.Action != nil {
		body["action"] = *patch.Action
	}
	if patch.Fields != nil {
		body["fields"] = append([]string{}, *patch.Fields...)
	}
	switch {
	case patch.Filter == nil:
	case *patch.Filter == "":
		body["permissions"] = nil
	default:
		body["permissions"] = json.RawMessage(*patch.Filter)
	}
	return body
}

func permissionPath(id domain.PermissionID) string {
	return "/permissions/" + url.PathEscape(string(id))
}

func (c Client) permission(ctx context.Context, credential auth.Credential, what Call) (domain.Permission, error) {
	var answer permissionAnswer
	err := c.read(ctx, what.by(credential), &answer)
	return answer.permission(), err
}

// ListPermissions lists permissions.
func (c Client) ListPermissions(ctx context.Context, credential auth.Credential) ([]domain.Permission, error) {
	var answer []permissionAnswer
	err := c.read(ctx, Call{Method: http.MethodGet, Path: "/permissions"}.by(credential), &answer)
	var list []domain.Permission
	for _, p := range answer {
		list = append(list, p.permission())
	}
	return list, err
}

// ReadPermission reads one permission.
func (c Client) ReadPermission(ctx context.Context, credential auth.Credential, id domain.PermissionID) (domain.Permission, error) {
	return c.permission(ctx, credential, Call{Method: http.MethodGet, Path: permissionPath(id)})
}

// CreatePermission makes a permission.
func (c Client) CreatePermission(ctx context.Context, credential auth.Credential, patch auth.PermissionPatch) (domain.Permission, error) {
	return c.permission(ctx, credential, Call{Method: http.MethodPost, Path: "/permissions", Body: permissionBody(patch)})
}

// UpdatePermission changes a permission.
func (c Client) UpdatePermission(ctx context.Context, credential auth.Credential, id domain.PermissionID, patch auth.PermissionPatch) (domain.Permission, error) {
	return c.permission(ctx, credential, Call{Method: http.MethodPatch, Path: permissionPath(id), Body: permissionBody(patch)})
}

// DeletePermission removes a permission.
func (c Client) DeletePermission(ctx context.Context, credential auth.Credential, id domain.PermissionID) error {
	return c.noContent(ctx, Call{Method: http.MethodDelete, Path: permissionPath(id)}.by(credential))
}

// MyPermissions reads what the caller may do.
func (c Client) MyPermissions(ctx context.Context, credential auth.Credential) (map[string]map[domain.Action]auth.Granted, error) {
	var answer map[string]map[domain.Action]struct {
		Access auth.Level
		Fields []string
	}
	if err := c.read(ctx, Call{Method: http.MethodGet, Path: "/permissions/me"}.by(credential), &answer); err != nil {
		return nil, err
	}
	granted := map[string]map[domain.Action]auth.Granted{}
	for collection, actions := range answer {
		granted[collection] = map[domain.Action]auth.Granted{}
		for action, g := range actions {
			granted[collection][action] = auth.Granted{Level: g.Access, Fields: g.Fields}
		}
	}
	return granted, nil
}
