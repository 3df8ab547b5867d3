package auth

import (
	"context"
	"errors"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// errLastAdministrator says that nobody would be left who administrates.
var errLastAdministrator = errors.New("the last active user of a role that administrates")

// isGivenRole reports whether the account has a role after the change that it had not before.
func (pair accountPair) isGivenRole() bool {
	return !pair.isRemoved && pair.after.Role != "" && pair.after.Role != pair.before.Role
}

// givenRoles returns the roles that accounts have after the change and had not before.
func givenRoles(pairs []accountPair) []domain.RoleID {
	var roles []domain.RoleID
	for _, pair := range pairs {
		if pair.isGivenRole() {
			roles = append(roles, pair.after.Role)
		}
	}
	return roles
}

// leftRoles returns the roles that lose an active account, whether they administrate or not: one
// that does not yet may begin to, until it is reserved.
func leftRoles(pairs []accountPair) []domain.RoleID {
	var roles []domain.RoleID
	for _, pair := range pairs {
		before, after := pair.before, pair.after
		stays := !pair.isRemoved && after.Status == domain.StatusActive && after.Role == before.Role
		if !stays && before.Status == domain.StatusActive && before.Role != "" {
			roles = append(roles, before.Role)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// reserveRoles reserves the roles in the order of their IDs, in which everybody does. A role that
// is given has to be there, and is from then on until the unit of work ends; beside that error is
// which one is not. One that is left may be gone, as an import leaves it.
func reserveRoles(ctx context.Context, roles port.Roles, left, given []domain.RoleID) (missing domain.RoleID, err error) {
	all := slices.Concat(left, given)
	slices.Sort(all)
	for _, id := range slices.Compact(all) {
		err := roles.Reserve(ctx, id)
		isMissing := isNotFound(err) || errors.Is(err, port.ErrInvalid)
		switch {
		case isMissing && slices.Contains(given, id):
			return id, noSuchRole()
		case err != nil && !isMissing:
			return "", err
		}
	}
	return "", nil
}

// whichAdministrate returns those of the reserved roles that administrate.
func whichAdministrate(ctx context.Context, roles port.Roles, reserved []domain.RoleID) ([]domain.RoleID, error) {
	var administrating []domain.RoleID
	for _, id := range reserved {
		role, err := roles.ByID(ctx, id)
		if err != nil && !isNotFound(err) {
			return nil, err
		}
		if role.Admin {
			administrating = append(administrating, id)
		}
	}
	return administrating, nil
}

// keepAdministrators refuses what would take the last active account from one of the roles. Two
// who take the last two from it at once have reserved the role, one after the other, and the
// second finds none left.
func keepAdministrators(ctx context.Context, users port.Users, roles []domain.RoleID) error {
	for _, role := range roles {
		left, err := users.Count(ctx, port.UserFilter{Equal: map[port.UserField]string{
			port.UserFieldRole:   string(role),
			port.UserFieldStatus: string(domain.StatusActive),
		}})
		if err != nil {
			return err
		}
		if left == 0 {
			return errLastAdministrator
		}
	}
	return nil
}
