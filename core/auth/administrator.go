package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RequireAdministrator implements PeopleAPI. It refuses everybody whose role does not administrate. The role is read
// each time, so that one who has lost it can do nothing more.
func (s *Service) RequireAdministrator(ctx context.Context, p Principal) error {
	if p.Anonymous() {
		return forbidden(nil)
	}
	role, err := s.roleOf(ctx, p.User)
	if err != nil {
		return unavailable(fmt.Errorf("find role: %w", err))
	}
	if !role.Admin {
		return forbidden(nil)
	}
	return nil
}

// findUser returns the account for somebody who may see it. One that is not there is as
// forbidden as one that may not be seen.
func (s *Service) findUser(ctx context.Context, id domain.UserID) (domain.User, error) {
	user, err := s.Repos.Users.ByID(ctx, id)
	switch {
	case isNotFound(err), errors.Is(err, port.ErrInvalid):
		return domain.User{}, forbidden(err)
	case err != nil:
		return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	}
	return user, nil
}

// forbidden says that the caller may not, or that what it wants is not there; cause is for
// the log.
func forbidden(cause error) error { return domain.NewError(domain.Forbidden, cause) }
