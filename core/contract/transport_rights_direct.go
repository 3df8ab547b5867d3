package contract

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// as calls f with whoever shows the credential.
func as[T any](ctx context.Context, d direct, c auth.Credential, f func(auth.Principal) (T, error)) (T, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		var none T
		return none, err
	}
	return f(principal)
}

// nothing is f as a function that returns something, too.
func nothing(f func(auth.Principal) error) func(auth.Principal) (struct{}, error) {
	return func(p auth.Principal) (struct{}, error) { return struct{}{}, f(p) }
}

func (d direct) ListRoles(ctx context.Context, c auth.Credential) ([]domain.Role, error) {
	return as(ctx, d, c, func(p auth.Principal) ([]domain.Role, error) {
		list, err := d.api.ListRoles(ctx, p)
		var shown []domain.Role
		for _, one := range list {
			shown = append(shown, one.Role)
		}
		return shown, err
	})
}

func (d direct) ReadRole(ctx context.Context, c auth.Credential, id domain.RoleID) (domain.Role, error) {
	return as(ctx, d, c, func(p auth.Principal) (domain.Role, error) {
		role, err := d.api.ReadRole(ctx, p, id)
		return role.Role, err
	})
}

func (d direct) MyRole(ctx context.Context, c auth.Credential) (domain.Role, error) {
	return as(ctx, d, c, func(p auth.Principal) (domain.Role, error) {
		role, _, err := d.api.MyRole(ctx, p)
		return role.Role, err
	})
}

func (d direct) CreateRole(ctx context.Context, c auth.Credential, patch auth.RolePatch) (domain.Role, error) {
	return as(ctx, d, c, func(p auth.Principal) (domain.Role, error) {
		role, err := d.api.CreateRole(ctx, p, patch, domain.Client{})
		return role.Role, err
	})
}

func (d direct) UpdateRole(ctx context.Context, c auth.Credential, id domain.RoleID, patch auth.RolePatch) (domain.Role, error) {
	return as(ctx, d, c, func(p auth.Principal) (domain.Role, error) {
		role, err := d.api.UpdateRole(ctx, p, id, patch, domain.Client{})
		return role.Role, err
	})
}

func (d direct) DeleteRole(ctx context.Context, c auth.Credential, id domain.RoleID) error {
	return errorOf(as(ctx, d, c, nothing(func(p auth.Principal) error { return d.api.DeleteRole(ctx, p, id, domain.Client{}) })))
}

func (d direct) ListPermissions(ctx context.Context, c auth.Credential) ([]domain.Permission, error) {
	return as(ctx, d, c, func(p auth.Principal) ([]domain.Permission, error) {
		list, err := d.api.ListPermissions(ctx, p)
		var shown []domain.Permission
		for _, one := range list {
			shown = append(shown, one.Permission)
		}
		return shown, err
	})
}

func (d direct) ReadPermission(ctx context.Context, c auth.Credential, id domain.PermissionID) (domain.Permission, error) {
	return as(ctx, d, c, func(p auth.Principal) (domain.Permission, error) {
		permission, err := d.api.ReadPermission(ctx, p, id)
		return permission.Permission, err
	})
}

func (d direct) CreatePermission(ctx context.Context, c auth.Credential, patch auth.PermissionPatch) (domain.Permission, error) {
	return as(ctx, d, c, func(p auth.Principal) (domain.Permission, error) {
		permission, err := d.api.CreatePermission(ctx, p, patch, domain.Client{})
		return permission.Permission, err
	})
}

func (d direct) UpdatePermission(ctx context.Context, c auth.Credential, id domain.PermissionID, patch auth.PermissionPatch) (domain.Permission, error) {
	return as(ctx, d, c, func(p auth.Principal) (domain.Permission, error) {
		permission, err := d.api.UpdatePermission(ctx, p, id, patch, domain.Client{})
		return permission.Permission, err
	})
}

func (d direct) DeletePermission(ctx context.Context, c auth.Credential, id domain.PermissionID) error {
	return errorOf(as(ctx, d, c, nothing(func(p auth.Principal) error { return d.api.DeletePermission(ctx, p, id, domain.Client{}) })))
}

func (d direct) MyPermissions(ctx context.Context, c auth.Credential) (map[string]map[domain.Action]auth.Granted, error) {
	return as(ctx, d, c, func(p auth.Principal) (map[string]map[domain.Action]auth.Granted, error) {
		return d.api.MyPermissions(ctx, p)
	})
}
