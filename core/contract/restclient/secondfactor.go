package restclient

import (
	"context"
	"net/http"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// GenerateTFA asks for a secret.
func (c Client) GenerateTFA(ctx context.Context, credential auth.Credential, password string) (auth.TFASetup, error) {
	response, err := c.Do(ctx, Call{Method: http.MethodPost, Path: "/users/me/tfa/generate", Body: map[string]any{"password": password}}.by(credential))
	if err != nil {
		return auth.TFASetup{}, err
	}
	var shown struct {
		Secret string `json:"secret"`
		URL    string `json:"otpauth_url"`
	}
	err = response.Data(&shown)
	return auth.TFASetup(shown), err
}

// EnableTFA turns the second factor on.
func (c Client) EnableTFA(ctx context.Context, credential auth.Credential, in auth.TFAEnable) ([]string, error) {
	body := map[string]any{"secret": in.Secret, "otp": in.OTP}
	return c.recoveryCodes(ctx, Call{Method: http.MethodPost, Path: "/users/me/tfa/enable", Body: body}.by(credential))
}

// DisableTFA turns it off.
func (c Client) DisableTFA(ctx context.Context, credential auth.Credential, otp string) error {
	return c.noContent(ctx, Call{Method: http.MethodPost, Path: "/users/me/tfa/disable", Body: map[string]any{"otp": otp}}.by(credential))
}

// RenewRecoveryCodes asks for new recovery codes.
func (c Client) RenewRecoveryCodes(ctx context.Context, credential auth.Credential, password, otp string) ([]string, error) {
	body := map[string]any{"password": password, "otp": otp}
	return c.recoveryCodes(ctx, Call{Method: http.MethodPost, Path: "/users/me/tfa/recovery-codes", Body: body}.by(credential))
}

// DisableAccountTFA turns that of another account off.
func (c Client) DisableAccountTFA(ctx context.Context, credential auth.Credential, id domain.UserID) error {
	return c.noContent(ctx, Call{Method: http.MethodPost, Path: accountPath(id) + "/tfa/disable"}.by(credential))
}

func (c Client) recoveryCodes(ctx context.Context, what Call) ([]string, error) {
	response, err := c.Do(ctx, what)
	if err != nil {
		return nil, err
	}
	var shown struct {
		RecoveryCodes []string `json:"recovery_codes"`
	}
	err = response.Data(&shown)
	return shown.RecoveryCodes, err
}
