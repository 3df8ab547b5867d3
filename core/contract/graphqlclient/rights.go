package graphqlclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

var _ contract.RightsClient = Client{}

// role is a role as the wire has it.
type role struct {
	ID         domain.RoleID `json:"id"`
	Name       string        `json:"name"`
	App        bool          `json:"app_access"`
	Admin      bool          `json:"admin_access"`
	EnforceTFA bool          `json:"enforce_tfa"`
}

const roleFields = "{ id name app_access admin_access enforce_tfa }"

func roleData(patch auth.RolePatch) map[string]any {
	data := map[string]any{}
	if patch.Name != nil {
		data["name"] = *patch.Name
	}
	for name, flag := range map[string]*bool{"app_access": patch.App, "admin_access": patch.Admin, "enforce_tfa": patch.EnforceTFA} {
		if flag != nil {
			data[name] = *flag
		}
	}
	return data
}

// answer makes a call and decodes its field named answer, which must be there.
func answer[T any](ctx context.Context, c Client, what Call) (T, error) {
	var data struct{ Answer *T }
	response, err := c.Do(ctx, what)
	if err == nil {
		err = response.Data(&data)
	}
	switch {
	case err != nil:
		var none T
		return none, err
	case data.Answer == nil:
		var none T
		return none, errors.New("the answer is null, without an error")
	}
	return *data.Answer, nil
}

func (c Client) roles(ctx context.Context, credential auth.Credential, query string) ([]domain.Role, error) {
	got, err := answer[[]role](ctx, c, Call{Query: query}.by(credential))
	var list []domain.Role
	for _, r := range got {
		list = append(list, domain.Role(r))
	}
	return list, err
}

func (c Client) role(ctx context.Context, credential auth.Credential, query string, variables map[string]any) (domain.Role, error) {
	got, err := answer[role](ctx, c, Call{Query: query, Variables: variables}.by(credential))
	return domain.Role(got), err
}

// ListRoles lists roles.
func (c Client) ListRoles(ctx context.Context, credential auth.Credential) ([]domain.Role, error) {
	return c.roles(ctx, credential, "{ answer: roles "+roleFields+" }")
}

// ReadRole reads one role.
func (c Client) ReadRole(ctx context.Context, credential auth.Credential, id domain.RoleID) (domain.Role, error) {
	return c.role(ctx, credential, "query ($id: ID!) { answer: roles_by_id(id: $id) "+roleFields+" }", map[string]any{"id": id})
}

// MyRole reads the own role.
func (c Client) MyRole(ctx context.Context, credential auth.Credential) (domain.Role, error) {
	list, err := c.roles(ctx, credential, "{ answer: roles_me "+roleFields+" }")
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
	return c.role(ctx, credential, "mutation ($data: create_directus_roles_input!) { answer: create_roles_item(data: $data) "+roleFields+" }",
		map[string]any{"data": roleData(patch)})
}

// UpdateRole changes a role.
func (c Client) UpdateRole(ctx context.Context, credential auth.Credential, id domain.RoleID, patch auth.RolePatch) (domain.Role, error) {
	return c.role(ctx, credential, "mutation ($id: ID!, $data: change_directus_roles_input!) { answer: update_roles_item(id: $id, data: $data) "+roleFields+" }",
		map[string]any{"id": id, "data": roleData(patch)})
}

// DeleteRole removes a role.
func (c Client) DeleteRole(ctx context.Context, credential auth.Credential, id domain.RoleID) error {
	return c.removed(ctx, Call{
		Query:     "mutation ($id: ID!) { answer: delete_roles_item(id: $id) { id } }",
		Variables: map[string]any{"id": id},
	}.by(credential), string(id))
}

// permission is a permission as the wire has it.
type permission struct {
	ID         domain.PermissionID
	Role       *struct{ ID domain.RoleID }
	Collection string
	Action     domain.Action
	Filter     json.RawMessage `json:"permissions"`
	Fields     []string
}

func (p permission) permission() domain.Permission {
	got := domain.Permission{ID: p.ID, Collection: p.Collection, Action: p.Action, Fields: p.Fields}
	if p.Role != nil {
		got.Role = p.Role.ID
	}
	if string(p.Filter) != "null" {
		got.Filter = string(p.Filter)
	}
	return got
}

const permissionFields = "{ id role { id } collection action permissions fields }"

func permissionData(patch auth.PermissionPatch) map[string]any {
	data := map[string]any{}
	switch {
	case patch.Role == nil:
	case *patch.Role == domain.PublicRole:
		data["role"] = nil
	default:
		data["role"] = map[string]any{"id": *patch.Role}
	}
	if patch.Collection != nil {
		data["collection"] = *patch.Collection
	}
	if patch.Action != nil {
		data["action"] = *patch.Action
	}
	if patch.Fields != nil {
		data["fields"] = append([]string{}, *patch.Fields...)
	}
	switch {
	case patch.Filter == nil:
	case *patch.Filter == "":
		data["permissions"] = nil
	default:
		data["permissions"] = json.RawMessage(*patch.Filter)
	}
	return data
}

func (c Client) permission(ctx context.Context, credential auth.Credential, query string, variables map[string]any) (domain.Permission, error) {
	got, err := answer[permission](ctx, c, Call{Query: query, Variables: variables}.by(credential))
	return got.permission(), err
}

// ListPermissions lists permissions.
func (c Client) ListPermissions(ctx context.Context, credential auth.Credential) ([]domain.Permission, error) {
	got, err := answer[[]permission](ctx, c, Call{Query: "{ answer: permissions " + permissionFields + " }"}.by(credential))
	var list []domain.Permission
	for _, p := range got {
		list = append(list, p.permission())
	}
	return list, err
}

// ReadPermission reads one permission.
func (c Client) ReadPermission(ctx context.Context, credential auth.Credential, id domain.PermissionID) (domain.Permission, error) {
	return c.permission(ctx, credential, "query ($id: ID!) { answer: permissions_by_id(id: $id) "+permissionFields+" }", map[string]any{"id": id})
}

// CreatePermission makes a permission.
func (c Client) CreatePermission(ctx context.Context, credential auth.Credential, patch auth.PermissionPatch) (domain.Permission, error) {
	return c.permission(ctx, credential,
		"mutation ($data: create_directus_permissions_input!) { answer: create_permissions_item(data: $data) "+permissionFields+" }",
		map[string]any{"data": permissionData(patch)})
}

// UpdatePermission changes a permission.
func (c Client) UpdatePermission(ctx context.Context, credential auth.Credential, id domain.PermissionID, patch auth.PermissionPatch) (domain.Permission, error) {
	return c.permission(ctx, credential,
		"mutation ($id: ID!, $data: update_directus_permissions_input!) { answer: update_permissions_item(id: $id, data: $data) "+permissionFields+" }",
		map[string]any{"id": id, "data": permissionData(patch)})
}

// DeletePermission removes a permission.
func (c Client) DeletePermission(ctx context.Context, credential auth.Credential, id domain.PermissionID) error {
	return c.removed(ctx, Call{
		Query:     "mutation ($id: ID!) { answer: delete_permissions_item(id: $id) { id } }",
		Variables: map[string]any{"id": id},
	}.by(credential), string(id))
}

// MyPermissions reads what the caller may do.
func (c Client) MyPermissions(ctx context.Context, credential auth.Credential) (map[string]map[domain.Action]auth.Granted, error) {
	got, err := answer[map[string]map[domain.Action]struct {
		Access auth.Level
		Fields []string
	}](ctx, c, Call{Query: "{ answer: permissions_me }"}.by(credential))
	if err != nil {
		return nil, err
	}
	granted := map[string]map[domain.Action]auth.Granted{}
	for collection, actions := range got {
		granted[collection] = map[domain.Action]auth.Granted{}
		for action, g := range actions {
			granted[collection][action] = auth.Granted{Level: g.Access, Fields: g.Fields}
		}
	}
	return granted, nil
}
