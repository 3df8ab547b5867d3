package connectrpc

import (
	"context"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1/sallyportv1connect"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// secondFactorService answers the procedures of SecondFactorService, as authService does those of
// AuthService.
type secondFactorService struct{ *Server }

var _ sallyportv1connect.SecondFactorServiceHandler = secondFactorService{}

// GenerateSecondFactor shows a secret.
func (s secondFactorService) GenerateSecondFactor(ctx context.Context, m *v1.GenerateSecondFactorRequest) (*v1.GenerateSecondFactorResponse, error) {
	c := callOf(ctx)
	setup, err := s.api.GenerateTFA(ctx, c.caller, m.GetPassword(), c.client)
	return &v1.GenerateSecondFactorResponse{Secret: setup.Secret, OtpauthUrl: setup.URL}, err
}

// EnableSecondFactor turns it on.
func (s secondFactorService) EnableSecondFactor(ctx context.Context, m *v1.EnableSecondFactorRequest) (*v1.EnableSecondFactorResponse, error) {
	c := callOf(ctx)
	codes, err := s.api.EnableTFA(ctx, c.caller, auth.TFAEnable{Secret: m.GetSecret(), OTP: m.GetOtp()}, c.client)
	return &v1.EnableSecondFactorResponse{RecoveryCodes: codes}, err
}

// DisableSecondFactor turns it off.
func (s secondFactorService) DisableSecondFactor(ctx context.Context, m *v1.DisableSecondFactorRequest) (*v1.DisableSecondFactorResponse, error) {
	c := callOf(ctx)
	return &v1.DisableSecondFactorResponse{}, s.api.DisableTFA(ctx, c.caller, m.GetOtp(), c.client)
}

// RenewRecoveryCodes makes new recovery codes.
func (s secondFactorService) RenewRecoveryCodes(ctx context.Context, m *v1.RenewRecoveryCodesRequest) (*v1.RenewRecoveryCodesResponse, error) {
	c := callOf(ctx)
	codes, err := s.api.RenewRecoveryCodes(ctx, c.caller, m.GetPassword(), m.GetOtp(), c.client)
	return &v1.RenewRecoveryCodesResponse{RecoveryCodes: codes}, err
}

// DisableUserSecondFactor turns that of another account off.
func (s secondFactorService) DisableUserSecondFactor(ctx context.Context, m *v1.DisableUserSecondFactorRequest) (*v1.DisableUserSecondFactorResponse, error) {
	c := callOf(ctx)
	return &v1.DisableUserSecondFactorResponse{}, s.api.DisableAccountTFA(ctx, c.caller, domain.UserID(m.GetId()), c.client)
}
