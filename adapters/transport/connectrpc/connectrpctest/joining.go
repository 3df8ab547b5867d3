package connectrpctest

import (
	"context"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Invite asks somebody to take an account.
func (c Client) Invite(ctx context.Context, credential auth.Credential, email string, role domain.RoleID, inviteURL string) error {
	_, err := c.Joining.Invite(as(ctx, credential), &v1.InviteRequest{Emails: []string{email}, Role: string(role), InviteUrl: orNone(inviteURL)})
	return Failed(err)
}

// AcceptInvitation sets the password of an account that somebody was invited to.
func (c Client) AcceptInvitation(ctx context.Context, token, password string) error {
	_, err := c.Joining.AcceptInvitation(ctx, &v1.AcceptInvitationRequest{Token: token, Password: password})
	return Failed(err)
}

// Register asks for an account.
func (c Client) Register(ctx context.Context, in auth.Registration) error {
	_, err := c.Joining.Register(ctx, &v1.RegisterRequest{
		Email: in.Email, Password: in.Password, FirstName: in.FirstName, LastName: in.LastName, VerificationUrl: orNone(in.URL),
	})
	return Failed(err)
}

// VerifyRegistration opens the account that was asked for.
func (c Client) VerifyRegistration(ctx context.Context, token string) (domain.UserID, error) {
	answer, err := c.Joining.VerifyRegistration(ctx, &v1.VerifyRegistrationRequest{Token: token})
	return domain.UserID(answer.GetUserId()), Failed(err)
}

// ConfirmEmail gives an account the address that the token was sent to.
func (c Client) ConfirmEmail(ctx context.Context, token string) error {
	_, err := c.Joining.ConfirmEmail(ctx, &v1.ConfirmEmailRequest{Token: token})
	return Failed(err)
}
