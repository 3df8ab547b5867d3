package restclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Invite asks somebody to take an account.
func (c Client) Invite(ctx context.Context, credential auth.Credential, email string, role domain.RoleID, inviteURL string) error {
	body := map[string]any{"email": email, "role": role}
	if inviteURL != "" {
		body["invite_url"] = inviteURL
	}
	return c.noContent(ctx, Call{Method: http.MethodPost, Path: "/users/invite", Body: body}.by(credential))
}

// AcceptInvitation sets the password of an account that somebody was invited to.
func (c Client) AcceptInvitation(ctx context.Context, token, password string) error {
	body := map[string]any{"token": token, "password": password}
	return c.noContent(ctx, Call{Method: http.MethodPost, Path: "/users/invite/accept", Body: body})
}

// Register asks for an account.
func (c Client) Register(ctx context.Context, in auth.Registration) error {
	body := map[string]any{"email": in.Email, "password": in.Password}
	for name, value := range map[string]string{"first_name": in.FirstName, "last_name": in.LastName, "verification_url": in.URL} {
		if value != "" {
			body[name] = value
		}
	}
	return c.noContent(ctx, Call{Method: http.MethodPost, Path: "/users/register", Body: body})
}

// VerifyRegistration opens the account that was asked for, and takes its ID from where the answer
// leads, which it does not follow.
func (c Client) VerifyRegistration(ctx context.Context, token string) (domain.UserID, error) {
	unled := *c.HTTP
	unled.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := Client{URL: c.URL, HTTP: &unled}.Do(ctx, Call{Method: http.MethodGet, Path: "/users/register/verify-email?token=" + url.QueryEscape(token)})
	if err != nil {
		return "", err
	}
	_, id, found := strings.Cut(response.Header.Get("Location"), "/admin/users/")
	if response.Status != http.StatusFound || !found || id == "" {
		return "", fmt.Errorf("got status %d and Location %q, want 302 to the account", response.Status, response.Header.Get("Location"))
	}
	return domain.UserID(id), nil
}

// ConfirmEmail gives an account the address that the token was sent to.
func (c Client) ConfirmEmail(ctx context.Context, token string) error {
	return c.noContent(ctx, Call{Method: http.MethodPost, Path: "/users/me/email/confirm", Body: map[string]any{"token": token}})
}
