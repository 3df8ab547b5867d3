package auth

import (
	"context"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// OperatorRolesAPI is what the command line does with roles and permissions: the same as
// RolesAPI and PermissionsAPI for somebody who may do everything.
type OperatorRolesAPI interface {
	// AllRoles returns every role, in the order of their IDs.
	AllRoles(ctx context.Context) ([]domain.Role, error)

	// MakeRole is RolesAPI.CreateRole without a caller; so are the others.
	MakeRole(ctx context.Context, patch RolePatch) (domain.Role, error)
	ChangeRole(ctx context.Context, id domain.RoleID, patch RolePatch) (domain.Role, error)
	RemoveRole(ctx context.Context, id domain.RoleID) error

	// AllPermissions returns every permission, in the order of their IDs.
	AllPermissions(ctx context.Context) ([]domain.Permission, error)

	MakePermission(ctx context.Context, patch PermissionPatch) (domain.Permission, error)
	RemovePermission(ctx context.Context, id domain.PermissionID) error
}

// operator may do everything, and is nobody who could be named.
func operator() asker { return asker{access: domain.AdministratorAccess()} }

// isOperator reports whether nobody asks who could be named and who may do everything.
func (a asker) isOperator() bool { return a.User == "" && a.access.IsAdmin() }

// AllRoles implements OperatorRolesAPI.
func (s *Service) AllRoles(ctx context.Context) ([]domain.Role, error) {
	roles, err := s.Repos.Roles.List(ctx)
	if err != nil {
		return nil, unavailable(fmt.Errorf("list roles: %w", err))
	}
	return roles, nil
}

// MakeRole implements OperatorRolesAPI.
func (s *Service) MakeRole(ctx context.Context, patch RolePatch) (domain.Role, error) {
	made, err := s.createRole(ctx, operator(), Principal{}, patch, domain.Client{})
	return made.Role, err
}

// ChangeRole implements OperatorRolesAPI.
func (s *Service) ChangeRole(ctx context.Context, id domain.RoleID, patch RolePatch) (domain.Role, error) {
	changed, err := s.updateRole(ctx, operator(), Principal{}, id, patch, domain.Client{})
	return changed.Role, err
}

// RemoveRole implements OperatorRolesAPI.
func (s *Service) RemoveRole(ctx context.Context, id domain.RoleID) error {
	return s.deleteRole(ctx, operator(), Principal{}, id, domain.Client{})
}

// AllPermissions implements OperatorRolesAPI.
func (s *Service) AllPermissions(ctx context.Context) ([]domain.Permission, error) {
	rows, err := s.Repos.Permissions.List(ctx)
	if err != nil {
		return nil, unavailable(fmt.Errorf("list permissions: %w", err))
	}
	return rows, nil
}

// MakePermission implements OperatorRolesAPI.
func (s *Service) MakePermission(ctx context.Context, patch PermissionPatch) (domain.Permission, error) {
	made, err := s.createPermission(ctx, Principal{}, patch, domain.Client{})
	return made.Permission, err
}

// RemovePermission implements OperatorRolesAPI.
func (s *Service) RemovePermission(ctx context.Context, id domain.PermissionID) error {
	return s.deletePermission(ctx, Principal{}, id, domain.Client{})
}
