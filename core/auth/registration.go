package auth

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Register implements RegistrationAPI.
func (s *Service) Register(ctx context.Context, in Registration) error { return unavailable(nil) }

// LookAtRegistration implements RegistrationAPI.
func (s *Service) LookAtRegistration(ctx context.Context, token string) error { return unavailable(nil) }

// VerifyRegistration implements RegistrationAPI.
func (s *Service) VerifyRegistration(ctx context.Context, token string, from domain.Client) (domain.UserID, error) {
	return "", unavailable(nil)
}
