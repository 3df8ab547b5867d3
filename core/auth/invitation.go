package auth

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Invite implements InvitationAPI.
func (s *Service) Invite(ctx context.Context, p Principal, in Invitation) error {
	return unavailable(nil)
}

// LookAtInvitation implements InvitationAPI.
func (s *Service) LookAtInvitation(ctx context.Context, token string) error { return unavailable(nil) }

// AcceptInvitation implements InvitationAPI.
func (s *Service) AcceptInvitation(ctx context.Context, token, password string, from domain.Client) error {
	return unavailable(nil)
}
