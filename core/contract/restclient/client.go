// Package restclient is the contract.Client of the REST wire: all that the inbound kit needs
// to know of it. A transport that speaks this wire, on whatever framework, is driven by it.
package restclient

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// The default names of the cookies.
const (
	RefreshCookie = "directus_refresh_token"
	SessionCookie = "directus_session_token"
)

// DeviceCookie is the name of the cookie that a client shows when it logs in again.
const DeviceCookie = "sallyport_device"

// Client calls the service at URL, which ends without a slash. It is safe for concurrent
// use.
type Client struct {
	URL  string
	HTTP *http.Client
}

var _ contract.Client = Client{}

// Tokens is the data of an answer that hands out tokens. Expires is in milliseconds.
type Tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	Expires      int64  `json:"expires"`
}

// Login logs in.
func (c Client) Login(ctx context.Context, in auth.LoginInput) (contract.Reply, error) {
	body := map[string]any{"email": in.Email, "password": in.Password, "mode": in.Mode}
	if in.OTP != "" {
		body["otp"] = in.OTP
	}
	return c.tokens(ctx, in.Mode, "/auth/login", body, deviceCookie(in.Device))
}

// deviceCookie returns nil for a client that shows none.
func deviceCookie(device string) *http.Cookie {
	if device == "" {
		return nil
	}
	return &http.Cookie{Name: DeviceCookie, Value: device}
}

// Refresh trades a token for new ones.
func (c Client) Refresh(ctx context.Context, mode domain.Mode, token string) (contract.Reply, error) {
	body, cookie := source(mode, token)
	return c.tokens(ctx, mode, "/auth/refresh", body, cookie)
}

// Logout ends a session.
func (c Client) Logout(ctx context.Context, mode domain.Mode, token string) error {
	body, cookie := source(mode, token)
	return c.noContent(ctx, Call{Method: http.MethodPost, Path: "/auth/logout", Body: body, Cookie: cookie})
}

// RequestReset asks for a link to set a new password with.
func (c Client) RequestReset(ctx context.Context, email, resetURL string) error {
	body := map[string]any{"email": email}
	if resetURL != "" {
		body["reset_url"] = resetURL
	}
	return c.noContent(ctx, Call{Method: http.MethodPost, Path: "/auth/password/request", Body: body})
}

// RequestResetBy asks for a link to the page of the service, and shows the device.
func (c Client) RequestResetBy(ctx context.Context, device, email string) error {
	call := Call{Method: http.MethodPost, Path: "/auth/password/request", Body: map[string]any{"email": email}, Cookie: deviceCookie(device)}
	return c.noContent(ctx, call)
}

// Reset sets a new password.
func (c Client) Reset(ctx context.Context, token, password string) error {
	body := map[string]any{"token": token, "password": password}
	return c.noContent(ctx, Call{Method: http.MethodPost, Path: "/auth/password/reset", Body: body})
}

// noContent makes a call whose answer must be 204 without a body.
func (c Client) noContent(ctx context.Context, what Call) error {
	response, err := c.Do(ctx, what)
	if err == nil && (response.Status != http.StatusNoContent || len(response.Body) > 0) {
		return fmt.Errorf("%s: got status %d with a body of %d bytes, want 204 without", what.Path, response.Status, len(response.Body))
	}
	return err
}

// Me reads the own account.
func (c Client) Me(ctx context.Context, credential auth.Credential) (contract.Profile, error) {
	profile, _, err := c.profile(ctx, http.MethodGet, credential, nil)
	return profile, err
}

// UpdateMe changes the own account.
func (c Client) UpdateMe(ctx context.Context, credential auth.Credential, patch auth.ProfilePatch) (contract.Profile, string, error) {
	return c.profile(ctx, http.MethodPatch, credential, profileBody(patch))
}

func (c Client) profile(ctx context.Context, method string, credential auth.Credential, body any) (contract.Profile, string, error) {
	response, err := c.Do(ctx, Call{Method: method, Path: "/users/me", Body: body}.by(credential))
	if err != nil {
		return contract.Profile{}, "", err
	}
	var user userAnswer
	err = response.Data(&user)
	return contract.Profile(user), response.Cookies[SessionCookie], err
}

// tokens calls a route that hands out tokens, and takes them from where the mode has them.
func (c Client) tokens(ctx context.Context, mode domain.Mode, path string, body any, cookie *http.Cookie) (contract.Reply, error) {
	response, err := c.Do(ctx, Call{Method: http.MethodPost, Path: path, Body: body, Cookie: cookie})
	if err != nil {
		return contract.Reply{}, err
	}
	var got Tokens
	if err := response.Data(&got); err != nil {
		return contract.Reply{}, err
	}
	reply := contract.Reply{Mode: mode, Access: got.AccessToken, TTL: time.Duration(got.Expires) * time.Millisecond, Device: response.Cookies[DeviceCookie]}
	switch mode {
	case domain.ModeJSON:
		reply.Token = got.RefreshToken
	case domain.ModeCookie:
		reply.Token = response.Cookies[RefreshCookie]
	case domain.ModeSession:
		reply.Token = response.Cookies[SessionCookie]
	}
	if mode != domain.ModeJSON && got.RefreshToken != "" {
		return reply, fmt.Errorf("mode %s shows a refresh token in the body", mode)
	}
	return reply, nil
}

// source puts a token where the mode wants it.
func source(mode domain.Mode, token string) (body map[string]any, cookie *http.Cookie) {
	switch mode {
	case domain.ModeCookie:
		return map[string]any{"mode": mode}, &http.Cookie{Name: RefreshCookie, Value: token}
	case domain.ModeSession:
		return map[string]any{"mode": mode}, &http.Cookie{Name: SessionCookie, Value: token}
	}
	return map[string]any{"mode": mode, "refresh_token": token}, nil
}
