package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// checkDefaultRoles tells by config.Mistakes of roles of new accounts that there are not: the
// first person to come would be told that the service is unavailable.
func checkDefaultRoles(ctx context.Context, roles port.Roles, c config.Config) error {
	var mistakes config.Mistakes
	for _, p := range c.OAuth.Places {
		if p.DefaultRole == "" {
			continue
		}
		_, err := roles.ByID(ctx, domain.RoleID(p.DefaultRole))
		switch {
		case errors.Is(err, port.ErrNotFound):
			mistakes = append(mistakes, config.Mistake{Name: p.Setting("DEFAULT_ROLE_ID"), Problem: "names no role that there is in the database", Fix: "copy the ID of a role, or unset it"})
		case err != nil:
			return fmt.Errorf("look for the role of new accounts: %w", err)
		}
	}
	if mistakes != nil {
		return mistakes
	}
	return nil
}
