package graphqlclient

import (
	"context"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// GenerateTFA asks for a secret.
func (c Client) GenerateTFA(ctx context.Context, credential auth.Credential, password string) (auth.TFASetup, error) {
	response, err := c.Do(ctx, Call{
		Query:     "mutation ($password: String!) { answer: users_me_tfa_generate(password: $password) { secret otpauth_url } }",
		Variables: map[string]any{"password": password},
	}.by(credential))
	if err != nil {
		return auth.TFASetup{}, err
	}
	var data struct {
		Answer *struct {
			Secret string `json:"secret"`
			URL    string `json:"otpauth_url"`
		}
	}
	if err := response.Data(&data); err != nil || data.Answer == nil {
		return auth.TFASetup{}, fmt.Errorf("the answer holds no secret: %w", err)
	}
	return auth.TFASetup(*data.Answer), nil
}

// EnableTFA turns the second factor on. The wire says no more than that it is on.
func (c Client) EnableTFA(ctx context.Context, credential auth.Credential, in auth.TFAEnable) ([]string, error) {
	return nil, c.affirm(ctx, Call{
		Query:     "mutation ($secret: String!, $otp: String!) { answer: users_me_tfa_enable(secret: $secret, otp: $otp) }",
		Variables: map[string]any{"secret": in.Secret, "otp": in.OTP},
	}.by(credential))
}

// DisableTFA turns it off.
func (c Client) DisableTFA(ctx context.Context, credential auth.Credential, otp string) error {
	return c.affirm(ctx, Call{
		Query:     "mutation ($otp: String!) { answer: users_me_tfa_disable(otp: $otp) }",
		Variables: map[string]any{"otp": otp},
	}.by(credential))
}

// RenewRecoveryCodes asks for new recovery codes.
func (c Client) RenewRecoveryCodes(ctx context.Context, credential auth.Credential, password, otp string) ([]string, error) {
	response, err := c.Do(ctx, Call{
		Query:     "mutation ($password: String!, $otp: String!) { answer: users_me_tfa_recovery_codes(password: $password, otp: $otp) }",
		Variables: map[string]any{"password": password, "otp": otp},
	}.by(credential))
	if err != nil {
		return nil, err
	}
	var data struct{ Answer []string }
	err = response.Data(&data)
	return data.Answer, err
}

// DisableAccountTFA turns that of another account off.
func (c Client) DisableAccountTFA(ctx context.Context, credential auth.Credential, id domain.UserID) error {
	return c.affirm(ctx, Call{
		Query:     "mutation ($id: ID!) { answer: users_tfa_disable(id: $id) }",
		Variables: map[string]any{"id": id},
	}.by(credential))
}
