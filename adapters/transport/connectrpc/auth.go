package connectrpc

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/durationpb"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1/sallyportv1connect"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// authService answers the procedures of AuthService. Each decodes its message, calls one use
// case, and encodes what comes of it; the interceptor makes of an error what is shown.
type authService struct{ *Server }

var _ sallyportv1connect.AuthServiceHandler = authService{}

// Login starts a session.
func (s authService) Login(ctx context.Context, m *v1.LoginRequest) (*v1.LoginResponse, error) {
	if err := required("email", m.GetEmail()); err != nil {
		return nil, err
	}
	if err := required("password", m.GetPassword()); err != nil {
		return nil, err
	}
	if err := notEmpty("otp", m.Otp); err != nil {
		return nil, err
	}
	tokens, err := s.api.Login(ctx, auth.LoginInput{
		Email: m.GetEmail(), Password: m.GetPassword(), OTP: m.GetOtp(), Device: m.GetDevice(),
		Mode: modeOf(m.GetMode()), Client: callOf(ctx).client,
	})
	if err != nil {
		return nil, err
	}
	return &v1.LoginResponse{Tokens: shownTokens(tokens), Device: tokens.Device, DeviceTtl: durationpb.New(tokens.DeviceTTL)}, nil
}

// Refresh trades a token for new ones.
func (s authService) Refresh(ctx context.Context, m *v1.RefreshRequest) (*v1.RefreshResponse, error) {
	if err := required("refresh_token", m.GetRefreshToken()); err != nil {
		return nil, err
	}
	tokens, err := s.api.Refresh(ctx, auth.RefreshInput{Mode: modeOf(m.GetMode()), Token: m.GetRefreshToken(), Client: callOf(ctx).client})
	if err != nil {
		return nil, err
	}
	return &v1.RefreshResponse{Tokens: shownTokens(tokens)}, nil
}

// Logout ends the session of a token.
func (s authService) Logout(ctx context.Context, m *v1.LogoutRequest) (*v1.LogoutResponse, error) {
	if err := required("refresh_token", m.GetRefreshToken()); err != nil {
		return nil, err
	}
	err := s.api.Logout(ctx, auth.RefreshInput{Mode: modeOf(m.GetMode()), Token: m.GetRefreshToken(), Client: callOf(ctx).client})
	return &v1.LogoutResponse{}, err
}

// RequestPasswordReset asks for a mail with a link.
func (s authService) RequestPasswordReset(ctx context.Context, m *v1.RequestPasswordResetRequest) (*v1.RequestPasswordResetResponse, error) {
	if err := required("email", m.GetEmail()); err != nil {
		return nil, err
	}
	if err := notEmpty("reset_url", m.ResetUrl); err != nil {
		return nil, err
	}
	c := callOf(ctx)
	err := s.api.RequestReset(ctx, auth.ResetRequest{
		Email: m.GetEmail(), URL: m.GetResetUrl(), Language: c.languages, Device: m.GetDevice(), Client: c.client,
	})
	return &v1.RequestPasswordResetResponse{}, err
}

// ResetPassword sets the password of who holds the link's token.
func (s authService) ResetPassword(ctx context.Context, m *v1.ResetPasswordRequest) (*v1.ResetPasswordResponse, error) {
	if err := required("token", m.GetToken()); err != nil {
		return nil, err
	}
	if err := required("password", m.GetPassword()); err != nil {
		return nil, err
	}
	return &v1.ResetPasswordResponse{}, s.api.Reset(ctx, m.GetToken(), m.GetPassword(), callOf(ctx).client)
}

// ListSessions shows live sessions.
func (s authService) ListSessions(ctx context.Context, m *v1.ListSessionsRequest) (*v1.ListSessionsResponse, error) {
	if err := notEmpty("user_id", m.UserId); err != nil {
		return nil, err
	}
	sessions, err := s.api.ListSessions(ctx, callOf(ctx).caller, domain.UserID(m.GetUserId()))
	answer := &v1.ListSessionsResponse{}
	for _, one := range sessions {
		answer.Sessions = append(answer.Sessions, shownSession(one))
	}
	return answer, err
}

// EndSession ends one session.
func (s authService) EndSession(ctx context.Context, m *v1.EndSessionRequest) (*v1.EndSessionResponse, error) {
	if err := required("id", m.GetId()); err != nil {
		return nil, err
	}
	c := callOf(ctx)
	return &v1.EndSessionResponse{}, s.api.EndSession(ctx, c.caller, domain.SessionID(m.GetId()), c.client)
}

// EndSessions ends all sessions but the caller's.
func (s authService) EndSessions(ctx context.Context, m *v1.EndSessionsRequest) (*v1.EndSessionsResponse, error) {
	if err := notEmpty("user_id", m.UserId); err != nil {
		return nil, err
	}
	c := callOf(ctx)
	return &v1.EndSessionsResponse{}, s.api.EndSessions(ctx, c.caller, domain.UserID(m.GetUserId()), c.client)
}

// required refuses an empty text, as REST does before it asks the core.
func required(name, text string) error {
	if text == "" {
		return domain.InvalidPayloadError(name, fmt.Sprintf("%q is not allowed to be empty", name))
	}
	return nil
}

// notEmpty refuses a text that is there and empty: nobody meant it who wrote it.
func notEmpty(name string, text *string) error {
	if text == nil {
		return nil
	}
	return required(name, *text)
}
