package graphql

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/graph-gophers/graphql-go"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// role is how a role is shown, null for what the caller may not read.
type role struct {
	ID          graphql.ID
	Name        *string
	AppAccess   *bool
	AdminAccess *bool
	EnforceTFA  *bool
}

func newRole(r auth.RoleInfo) *role {
	return &role{
		ID:          graphql.ID(r.ID),
		Name:        textOrNull(r.Name),
		AppAccess:   valueIf(r.Fields.Has("app_access"), r.App),
		AdminAccess: valueIf(r.Fields.Has("admin_access"), r.Admin),
		EnforceTFA:  valueIf(r.Fields.Has("enforce_tfa"), r.EnforceTFA),
	}
}

// permission is how a permission is shown, null for what the caller may not read.
type permission struct {
	ID          graphql.ID
	Role        *related
	Collection  *string
	Action      *string
	Permissions *jsonValue
	Fields      *[]*string
}

func newPermission(p auth.PermissionInfo) *permission {
	known := httpedge.NewPermission(p.Permission)
	shown := &permission{
		ID:          graphql.ID(p.ID),
		Role:        relatedOrNull(string(p.Role)),
		Collection:  textOrNull(p.Collection),
		Action:      textOrNull(string(p.Action)),
		Permissions: keptJSON(known.Filter),
	}
	if p.Fields.Has("fields") {
		fields := make([]*string, len(known.Fields))
		for i, name := range known.Fields {
			fields[i] = &name
		}
		shown.Fields = &fields
	}
	return shown
}

// page returns the part of a whole list that the window asks for, as it is shown.
func page[Info, Shown any](all []Info, show func(Info) *Shown, w window) (*[]*Shown, error) {
	offset, limit, err := w.bounds(defaultLimit, auth.MaxListedAccounts)
	if err != nil {
		return nil, err
	}
	all = all[min(offset, len(all)):]
	all = all[:min(limit, len(all))]
	shown := make([]*Shown, len(all)) // and never null
	for i, one := range all {
		shown[i] = show(one)
	}
	return &shown, nil
}

// Roles resolves roles.
func (r *resolver) Roles(ctx context.Context, args window) (*[]*role, error) {
	ctx, x := exchangeOf(ctx)
	all, err := r.handler.api.ListRoles(ctx, x.caller)
	if err != nil {
		return nil, x.failed(err)
	}
	shown, err := page(all, newRole, args)
	if err != nil {
		return nil, x.failed(err)
	}
	return shown, nil
}

// RolesByID resolves roles_by_id.
func (r *resolver) RolesByID(ctx context.Context, args struct{ ID graphql.ID }) (*role, error) {
	ctx, x := exchangeOf(ctx)
	return shownOr(x, newRole)(r.handler.api.ReadRole(ctx, x.caller, domain.RoleID(args.ID)))
}

// shownOr shows what a use case has returned, or its failure.
func shownOr[Info, Shown any](x *exchange, show func(Info) *Shown) func(Info, error) (*Shown, error) {
	return func(info Info, err error) (*Shown, error) {
		if err != nil {
			return nil, x.failed(err)
		}
		return show(info), nil
	}
}

// RolesMe resolves roles_me.
func (r *resolver) RolesMe(ctx context.Context) (*[]*role, error) {
	ctx, x := exchangeOf(ctx)
	own, has, err := r.handler.api.MyRole(ctx, x.caller)
	if err != nil {
		return nil, x.failed(err)
	}
	if !has {
		return &[]*role{}, nil
	}
	return &[]*role{newRole(own)}, nil
}

// Permissions resolves permissions.
func (r *resolver) Permissions(ctx context.Context, args window) (*[]*permission, error) {
	ctx, x := exchangeOf(ctx)
	all, err := r.handler.api.ListPermissions(ctx, x.caller)
	if err != nil {
		return nil, x.failed(err)
	}
	shown, err := page(all, newPermission, args)
	if err != nil {
		return nil, x.failed(err)
	}
	return shown, nil
}

// PermissionsByID resolves permissions_by_id.
func (r *resolver) PermissionsByID(ctx context.Context, args struct{ ID graphql.ID }) (*permission, error) {
	ctx, x := exchangeOf(ctx)
	return shownOr(x, newPermission)(r.handler.api.ReadPermission(ctx, x.caller, domain.PermissionID(args.ID)))
}

// PermissionsMe resolves permissions_me.
func (r *resolver) PermissionsMe(ctx context.Context) (*jsonValue, error) {
	ctx, x := exchangeOf(ctx)
	granted, err := r.handler.api.MyPermissions(ctx, x.caller)
	if err != nil {
		return nil, x.failed(err)
	}
	text, err := json.Marshal(httpedge.NewGrants(granted))
	if err != nil {
		return nil, x.failed(err)
	}
	return &jsonValue{text}, nil
}

// rolePatch refuses who may write no role before it looks at what was sent.
func (r *resolver) rolePatch(ctx context.Context, x *exchange, action domain.Action, data object) (auth.RolePatch, error) {
	if err := r.handler.api.RequireAccess(ctx, x.caller, domain.CollectionRoles, action); err != nil {
		return auth.RolePatch{}, err
	}
	members, err := data.members()
	if err != nil {
		return auth.RolePatch{}, err
	}
	return httpedge.RolePatch(members)
}

// CreateRolesItem resolves create_roles_item.
func (r *resolver) CreateRolesItem(ctx context.Context, args struct{ Data object }) (*role, error) {
	ctx, x := exchangeOf(ctx)
	patch, err := r.rolePatch(ctx, x, domain.ActionCreate, args.Data)
	if err != nil {
		return nil, x.failed(err)
	}
	return shownOr(x, newRole)(r.handler.api.CreateRole(ctx, x.caller, patch, x.client()))
}

// UpdateRolesItem resolves update_roles_item.
func (r *resolver) UpdateRolesItem(ctx context.Context, args struct {
	ID   graphql.ID
	Data object
},
) (*role, error) {
	ctx, x := exchangeOf(ctx)
	patch, err := r.rolePatch(ctx, x, domain.ActionUpdate, args.Data)
	if err != nil {
		return nil, x.failed(err)
	}
	return shownOr(x, newRole)(r.handler.api.UpdateRole(ctx, x.caller, domain.RoleID(args.ID), patch, x.client()))
}

// DeleteRolesItem resolves delete_roles_item.
func (r *resolver) DeleteRolesItem(ctx context.Context, args struct{ ID graphql.ID }) (*deleted, error) {
	ctx, x := exchangeOf(ctx)
	if err := r.handler.api.DeleteRole(ctx, x.caller, domain.RoleID(args.ID), x.client()); err != nil {
		return nil, x.failed(err)
	}
	return &deleted{args.ID}, nil
}

// permissionPatch refuses who is no administrator before it looks at what was sent.
func (r *resolver) permissionPatch(ctx context.Context, x *exchange, data object) (auth.PermissionPatch, error) {
	if err := r.handler.api.RequireAdministrator(ctx, x.caller); err != nil {
		return auth.PermissionPatch{}, err
	}
	members, err := data.members()
	if err != nil {
		return auth.PermissionPatch{}, err
	}
	id, err := data.related("role")
	if err != nil {
		return auth.PermissionPatch{}, err
	}
	if id != nil && data["role"] != nil {
		members["role"], err = json.Marshal(id) // which is an object here, and an ID in REST
	}
	if err != nil {
		return auth.PermissionPatch{}, fmt.Errorf("encode role: %w", err)
	}
	return httpedge.PermissionPatch(members)
}

// CreatePermissionsItem resolves create_permissions_item.
func (r *resolver) CreatePermissionsItem(ctx context.Context, args struct{ Data object }) (*permission, error) {
	ctx, x := exchangeOf(ctx)
	patch, err := r.permissionPatch(ctx, x, args.Data)
	if err != nil {
		return nil, x.failed(err)
	}
	return shownOr(x, newPermission)(r.handler.api.CreatePermission(ctx, x.caller, patch, x.client()))
}

// UpdatePermissionsItem resolves update_permissions_item.
func (r *resolver) UpdatePermissionsItem(ctx context.Context, args struct {
	ID   graphql.ID
	Data object
},
) (*permission, error) {
	ctx, x := exchangeOf(ctx)
	patch, err := r.permissionPatch(ctx, x, args.Data)
	if err != nil {
		return nil, x.failed(err)
	}
	return shownOr(x, newPermission)(r.handler.api.UpdatePermission(ctx, x.caller, domain.PermissionID(args.ID), patch, x.client()))
}

// DeletePermissionsItem resolves delete_permissions_item.
func (r *resolver) DeletePermissionsItem(ctx context.Context, args struct{ ID graphql.ID }) (*deleted, error) {
	ctx, x := exchangeOf(ctx)
	if err := r.handler.api.DeletePermission(ctx, x.caller, domain.PermissionID(args.ID), x.client()); err != nil {
		return nil, x.failed(err)
	}
	return &deleted{args.ID}, nil
}
