package connectrpctest

import (
	"context"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// GenerateTFA asks for a secret.
func (c Client) GenerateTFA(ctx context.Context, credential auth.Credential, password string) (auth.TFASetup, error) {
	answer, err := c.SecondFactor.GenerateSecondFactor(as(ctx, credential), &v1.GenerateSecondFactorRequest{Password: password})
	return auth.TFASetup{Secret: answer.GetSecret(), URL: answer.GetOtpauthUrl()}, Failed(err)
}

// EnableTFA turns the second factor on.
func (c Client) EnableTFA(ctx context.Context, credential auth.Credential, in auth.TFAEnable) ([]string, error) {
	answer, err := c.SecondFactor.EnableSecondFactor(as(ctx, credential), &v1.EnableSecondFactorRequest{Secret: in.Secret, Otp: in.OTP})
	return answer.GetRecoveryCodes(), Failed(err)
}

// DisableTFA turns it off.
func (c Client) DisableTFA(ctx context.Context, credential auth.Credential, otp string) error {
	_, err := c.SecondFactor.DisableSecondFactor(as(ctx, credential), &v1.DisableSecondFactorRequest{Otp: otp})
	return Failed(err)
}

// RenewRecoveryCodes asks for new recovery codes.
func (c Client) RenewRecoveryCodes(ctx context.Context, credential auth.Credential, password, otp string) ([]string, error) {
	answer, err := c.SecondFactor.RenewRecoveryCodes(as(ctx, credential), &v1.RenewRecoveryCodesRequest{Password: password, Otp: otp})
	return answer.GetRecoveryCodes(), Failed(err)
}

// DisableAccountTFA turns that of another account off.
func (c Client) DisableAccountTFA(ctx context.Context, credential auth.Credential, id domain.UserID) error {
	_, err := c.SecondFactor.DisableUserSecondFactor(as(ctx, credential), &v1.DisableUserSecondFactorRequest{Id: string(id)})
	return Failed(err)
}
