// Package graphqlclient is the contract.Client of the GraphQL wire: all that the inbound kit
// needs to know of it. A transport that speaks this wire, on whatever library, is driven by it.
package graphqlclient

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
	DeviceCookie  = "sallyport_device"
)

// Client calls the service at URL, which ends without a slash. It is safe for concurrent
// use.
type Client struct {
	URL  string
	HTTP *http.Client
}

var _ contract.Client = Client{}

// Tokens is what a field shows that hands out tokens. Expires is in milliseconds.
type Tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	Expires      int64  `json:"expires"`
}

const tokenFields = "{ access_token refresh_token expires }"

// Login logs in.
func (c Client) Login(ctx context.Context, in auth.LoginInput) (contract.Reply, error) {
	variables := map[string]any{"email": in.Email, "password": in.Password, "mode": in.Mode}
	if in.OTP != "" {
		variables["otp"] = in.OTP
	}
	return c.tokens(ctx, in.Mode, Call{
		Query:     "mutation ($email: String!, $password: String!, $mode: auth_mode, $otp: String) { answer: auth_login(email: $email, password: $password, mode: $mode, otp: $otp) " + tokenFields + " }",
		Variables: variables,
		Cookie:    deviceCookie(in.Device),
	})
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
	return c.tokens(ctx, mode, withSource("mutation ($token: String, $mode: auth_mode) { answer: auth_refresh(refresh_token: $token, mode: $mode) "+tokenFields+" }", mode, token))
}

// Logout ends a session.
func (c Client) Logout(ctx context.Context, mode domain.Mode, token string) error {
	return c.affirm(ctx, withSource("mutation ($token: String, $mode: auth_mode) { answer: auth_logout(refresh_token: $token, mode: $mode) }", mode, token))
}

// RequestReset asks for a link to set a new password with.
func (c Client) RequestReset(ctx context.Context, email, resetURL string) error {
	variables := map[string]any{"email": email}
	if resetURL != "" {
		variables["url"] = resetURL
	}
	return c.affirm(ctx, Call{Query: requestReset, Variables: variables})
}

// RequestResetBy asks for a link to the page of the service, and shows the device.
func (c Client) RequestResetBy(ctx context.Context, device, email string) error {
	return c.affirm(ctx, Call{Query: requestReset, Variables: map[string]any{"email": email}, Cookie: deviceCookie(device)})
}

const requestReset = "mutation ($email: String!, $url: String) { answer: auth_password_request(email: $email, reset_url: $url) }"

// Reset sets a new password.
func (c Client) Reset(ctx context.Context, token, password string) error {
	return c.affirm(ctx, Call{
		Query:     "mutation ($token: String!, $password: String!) { answer: auth_password_reset(token: $token, password: $password) }",
		Variables: map[string]any{"token": token, "password": password},
	})
}

// affirm makes a call whose answer must be true.
func (c Client) affirm(ctx context.Context, what Call) error {
	response, err := c.Do(ctx, what)
	if err != nil {
		return err
	}
	var data struct{ Answer bool }
	if err := response.Data(&data); err != nil {
		return err
	}
	if !data.Answer {
		return fmt.Errorf("the answer is %s, want true", response.Body)
	}
	return nil
}

// Me reads the own account.
func (c Client) Me(ctx context.Context, credential auth.Credential) (contract.Profile, error) {
	profile, _, err := c.account(ctx, Call{Query: "{ answer: users_me " + profileFields + " }"}.by(credential))
	return profile, err
}

// UpdateMe changes the own account.
func (c Client) UpdateMe(ctx context.Context, credential auth.Credential, patch auth.ProfilePatch) (contract.Profile, string, error) {
	return c.account(ctx, Call{
		Query:     "mutation ($data: update_directus_users_input!) { answer: update_users_me(data: $data) " + profileFields + " }",
		Variables: map[string]any{"data": profileData(patch)},
	}.by(credential))
}

// tokens makes a call that hands out tokens, and takes them from where the mode has them.
func (c Client) tokens(ctx context.Context, mode domain.Mode, what Call) (contract.Reply, error) {
	response, err := c.Do(ctx, what)
	if err != nil {
		return contract.Reply{}, err
	}
	var data struct{ Answer *Tokens }
	if err := response.Data(&data); err != nil || data.Answer == nil {
		return contract.Reply{}, fmt.Errorf("the answer holds no tokens: %w", err)
	}
	got := *data.Answer
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
		return reply, fmt.Errorf("mode %s shows a refresh token in the answer", mode)
	}
	return reply, nil
}

// withSource puts a token where the mode wants it.
func withSource(query string, mode domain.Mode, token string) Call {
	what := Call{Query: query, Variables: map[string]any{"mode": mode}}
	switch mode {
	case domain.ModeCookie:
		what.Cookie = &http.Cookie{Name: RefreshCookie, Value: token}
	case domain.ModeSession:
		what.Cookie = &http.Cookie{Name: SessionCookie, Value: token}
	default:
		what.Variables["token"] = token
	}
	return what
}
