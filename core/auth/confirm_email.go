package auth

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// LookAtEmailChange implements EmailChangeAPI.
func (s *Service) LookAtEmailChange(ctx context.Context, token string) error { return unavailable(nil) }

// ConfirmEmail implements EmailChangeAPI.
func (s *Service) ConfirmEmail(ctx context.Context, token string, from domain.Client) error {
	return unavailable(nil)
}
