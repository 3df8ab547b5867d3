package connectrpc

import (
	"context"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1/sallyportv1connect"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// joiningService answers the procedures of JoiningService, as authService does those of
// AuthService.
type joiningService struct{ *Server }

var _ sallyportv1connect.JoiningServiceHandler = joiningService{}

// Invite asks people to take an account.
func (s joiningService) Invite(ctx context.Context, m *v1.InviteRequest) (*v1.InviteResponse, error) {
	c := callOf(ctx)
	if err := s.api.RequireAccess(ctx, c.caller, domain.CollectionUsers, domain.ActionCreate); err != nil {
		return nil, err
	}
	if err := required("role", m.GetRole()); err != nil {
		return nil, err
	}
	if err := notEmpty("invite_url", m.InviteUrl); err != nil {
		return nil, err
	}
	return &v1.InviteResponse{}, s.api.Invite(ctx, c.caller, auth.Invitation{
		Emails: m.GetEmails(), Role: domain.RoleID(m.GetRole()), URL: m.GetInviteUrl(), Language: c.languages, Client: c.client,
	})
}

// AcceptInvitation sets the password of an account that somebody was invited to.
func (s joiningService) AcceptInvitation(ctx context.Context, m *v1.AcceptInvitationRequest) (*v1.AcceptInvitationResponse, error) {
	if err := required("token", m.GetToken()); err != nil {
		return nil, err
	}
	if err := required("password", m.GetPassword()); err != nil {
		return nil, err
	}
	return &v1.AcceptInvitationResponse{}, s.api.AcceptInvitation(ctx, m.GetToken(), m.GetPassword(), callOf(ctx).client)
}

// Register asks for an account.
func (s joiningService) Register(ctx context.Context, m *v1.RegisterRequest) (*v1.RegisterResponse, error) {
	if err := required("email", m.GetEmail()); err != nil {
		return nil, err
	}
	if err := required("password", m.GetPassword()); err != nil {
		return nil, err
	}
	if err := notEmpty("verification_url", m.VerificationUrl); err != nil {
		return nil, err
	}
	c := callOf(ctx)
	return &v1.RegisterResponse{}, s.api.Register(ctx, auth.Registration{
		Email: m.GetEmail(), Password: m.GetPassword(), FirstName: m.GetFirstName(), LastName: m.GetLastName(),
		URL: m.GetVerificationUrl(), Language: c.languages, Client: c.client,
	})
}

// VerifyRegistration opens the account that was asked for.
func (s joiningService) VerifyRegistration(ctx context.Context, m *v1.VerifyRegistrationRequest) (*v1.VerifyRegistrationResponse, error) {
	id, err := s.api.VerifyRegistration(ctx, m.GetToken(), callOf(ctx).client)
	return &v1.VerifyRegistrationResponse{UserId: string(id)}, err
}

// ConfirmEmail gives an account the address that the token was sent to.
func (s joiningService) ConfirmEmail(ctx context.Context, m *v1.ConfirmEmailRequest) (*v1.ConfirmEmailResponse, error) {
	if err := required("token", m.GetToken()); err != nil {
		return nil, err
	}
	return &v1.ConfirmEmailResponse{}, s.api.ConfirmEmail(ctx, m.GetToken(), callOf(ctx).client)
}
