package contract

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func (d direct) GenerateTFA(ctx context.Context, c auth.Credential, password string) (auth.TFASetup, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return auth.TFASetup{}, err
	}
	return d.api.GenerateTFA(ctx, principal, password, domain.Client{})
}

func (d direct) EnableTFA(ctx context.Context, c auth.Credential, in auth.TFAEnable) ([]string, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return nil, err
	}
	return d.api.EnableTFA(ctx, principal, in, domain.Client{})
}

func (d direct) DisableTFA(ctx context.Context, c auth.Credential, otp string) error {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return err
	}
	return d.api.DisableTFA(ctx, principal, otp, domain.Client{})
}

func (d direct) RenewRecoveryCodes(ctx context.Context, c auth.Credential, password, otp string) ([]string, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return nil, err
	}
	return d.api.RenewRecoveryCodes(ctx, principal, password, otp, domain.Client{})
}

func (d direct) DisableAccountTFA(ctx context.Context, c auth.Credential, id domain.UserID) error {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return err
	}
	return d.api.DisableAccountTFA(ctx, principal, id, domain.Client{})
}
