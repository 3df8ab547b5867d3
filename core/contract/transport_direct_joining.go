package contract

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func (d direct) Invite(ctx context.Context, c auth.Credential, email string, role domain.RoleID, inviteURL string) error {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return err
	}
	return d.api.Invite(ctx, principal, auth.Invitation{Emails: []string{email}, Role: role, URL: inviteURL})
}

func (d direct) AcceptInvitation(ctx context.Context, token, password string) error {
	return d.api.AcceptInvitation(ctx, token, password, domain.Client{})
}

func (d direct) Register(ctx context.Context, in auth.Registration) error {
	return d.api.Register(ctx, in)
}

func (d direct) VerifyRegistration(ctx context.Context, token string) (domain.UserID, error) {
	return d.api.VerifyRegistration(ctx, token, domain.Client{})
}

func (d direct) ConfirmEmail(ctx context.Context, token string) error {
	return d.api.ConfirmEmail(ctx, token, domain.Client{})
}
