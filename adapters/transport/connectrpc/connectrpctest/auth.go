package connectrpctest

import (
	"context"
	"fmt"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Login logs in.
func (c Client) Login(ctx context.Context, in auth.LoginInput) (contract.Reply, error) {
	answer, err := c.Auth.Login(ctx, &v1.LoginRequest{Email: in.Email, Password: in.Password, Otp: orNone(in.OTP), Device: in.Device, Mode: modeOf(in.Mode)})
	if err != nil {
		return contract.Reply{}, Failed(err)
	}
	reply, err := replyOf(in.Mode, answer.GetTokens())
	reply.Device = answer.GetDevice()
	return reply, err
}

// Refresh trades a token for new ones.
func (c Client) Refresh(ctx context.Context, mode domain.Mode, token string) (contract.Reply, error) {
	answer, err := c.Auth.Refresh(ctx, &v1.RefreshRequest{Mode: modeOf(mode), RefreshToken: token})
	if err != nil {
		return contract.Reply{}, Failed(err)
	}
	return replyOf(mode, answer.GetTokens())
}

// replyOf takes the tokens from where the mode has them.
func replyOf(mode domain.Mode, t *v1.Tokens) (contract.Reply, error) {
	reply := contract.Reply{Mode: mode, Access: t.GetAccessToken(), Token: t.GetRefreshToken(), TTL: t.GetTtl().AsDuration()}
	if mode == domain.ModeSession {
		reply.Token = t.GetSessionToken()
	}
	if isSession := mode == domain.ModeSession; modeShown(t.GetMode()) != mode || isSession != (t.GetAccessToken() == "") || isSession != (t.GetRefreshToken() == "") || isSession != (t.GetSessionToken() != "") {
		return reply, fmt.Errorf("mode %s shows tokens of another", mode)
	}
	return reply, nil
}

// Logout ends a session.
func (c Client) Logout(ctx context.Context, mode domain.Mode, token string) error {
	_, err := c.Auth.Logout(ctx, &v1.LogoutRequest{Mode: modeOf(mode), RefreshToken: token})
	return Failed(err)
}

// RequestReset asks for a link to set a new password with.
func (c Client) RequestReset(ctx context.Context, email, resetURL string) error {
	request := &v1.RequestPasswordResetRequest{Email: email}
	if resetURL != "" {
		request.ResetUrl = &resetURL
	}
	_, err := c.Auth.RequestPasswordReset(ctx, request)
	return Failed(err)
}

// RequestResetBy asks for a link to the page of the service, and shows the device.
func (c Client) RequestResetBy(ctx context.Context, device, email string) error {
	_, err := c.Auth.RequestPasswordReset(ctx, &v1.RequestPasswordResetRequest{Email: email, Device: device})
	return Failed(err)
}

// Reset sets a new password.
func (c Client) Reset(ctx context.Context, token, password string) error {
	_, err := c.Auth.ResetPassword(ctx, &v1.ResetPasswordRequest{Token: token, Password: password})
	return Failed(err)
}

// ListSessions lists the sessions of the user, or the own.
func (c Client) ListSessions(ctx context.Context, credential auth.Credential, user domain.UserID) ([]auth.SessionInfo, error) {
	answer, err := c.Auth.ListSessions(as(ctx, credential), &v1.ListSessionsRequest{UserId: orNone(string(user))})
	if err != nil {
		return nil, Failed(err)
	}
	var list []auth.SessionInfo
	for _, s := range answer.GetSessions() {
		list = append(list, auth.SessionInfo{
			ID: domain.SessionID(s.GetId()), User: domain.UserID(s.GetUserId()), Mode: modeShown(s.GetMode()),
			CreatedAt: s.GetCreateTime().AsTime(), LastUsedAt: s.GetLastUseTime().AsTime(), EndsAt: s.GetExpireTime().AsTime(),
			Client: domain.Client{IP: s.GetIp(), UserAgent: s.GetUserAgent(), Origin: s.GetOrigin()}, Current: s.GetCurrent(),
		})
	}
	return list, nil
}

// EndSession ends one session.
func (c Client) EndSession(ctx context.Context, credential auth.Credential, id domain.SessionID) error {
	_, err := c.Auth.EndSession(as(ctx, credential), &v1.EndSessionRequest{Id: string(id)})
	return Failed(err)
}

// EndSessions ends the sessions of the user, or the own, but the one that is used.
func (c Client) EndSessions(ctx context.Context, credential auth.Credential, user domain.UserID) error {
	_, err := c.Auth.EndSessions(as(ctx, credential), &v1.EndSessionsRequest{UserId: orNone(string(user))})
	return Failed(err)
}

func orNone(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
