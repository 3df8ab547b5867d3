package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// checkDefaultRoles tells by config.Mistakes of roles of new accounts that administrate, whatever
// they are called, which nobody is given who comes by himself, and of those that there are not: the
// first person to come would be told that the service is unavailable.
func checkDefaultRoles(ctx context.Context, roles port.Roles, c config.Config) error {
	var mistakes config.Mistakes
	for _, p := range c.OAuth.Places {
		if p.DefaultRole == "" {
			continue
		}
		role, err := roles.ByID(ctx, domain.RoleID(p.DefaultRole))
		switch {
		case errors.Is(err, port.ErrNotFound):
			mistakes = append(mistakes, config.Mistake{Name: p.Setting("DEFAULT_ROLE_ID"), Problem: "names no role that there is in the database", Fix: "copy the ID of a role, or unset it"})
		case err != nil:
			return fmt.Errorf("look for the role of new accounts: %w", err)
		case role.Admin && p.AllowRegistration:
			mistakes = append(mistakes, config.Mistake{Name: p.Setting("DEFAULT_ROLE_ID"), Problem: "is a role of administrators, which everybody who has an account there would be", Fix: "copy the ID of another role, or unset it"})
		}
	}
	if mistakes != nil {
		return mistakes
	}
	return nil
}
