package graphqlclient

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Invite asks somebody to take an account.
func (c Client) Invite(ctx context.Context, credential auth.Credential, email string, role domain.RoleID, inviteURL string) error {
	variables := map[string]any{"email": email, "role": role}
	if inviteURL != "" {
		variables["url"] = inviteURL
	}
	return c.affirm(ctx, Call{
		Query:     "mutation ($email: String!, $role: String!, $url: String) { answer: users_invite(email: $email, role: $role, invite_url: $url) }",
		Variables: variables,
	}.by(credential))
}

// AcceptInvitation sets the password of an account that somebody was invited to.
func (c Client) AcceptInvitation(ctx context.Context, token, password string) error {
	return c.affirm(ctx, Call{
		Query:     "mutation ($token: String!, $password: String!) { answer: users_invite_accept(token: $token, password: $password) }",
		Variables: map[string]any{"token": token, "password": password},
	})
}

// Register asks for an account.
func (c Client) Register(ctx context.Context, in auth.Registration) error {
	variables := map[string]any{"email": in.Email, "password": in.Password}
	for name, value := range map[string]string{"first": in.FirstName, "last": in.LastName, "url": in.URL} {
		if value != "" {
			variables[name] = value
		}
	}
	return c.affirm(ctx, Call{
		Query: "mutation ($email: String!, $password: String!, $first: String, $last: String, $url: String) " +
			"{ answer: users_register(email: $email, password: $password, first_name: $first, last_name: $last, verification_url: $url) }",
		Variables: variables,
	})
}

// VerifyRegistration opens the account that was asked for. The wire does not say which one it is.
func (c Client) VerifyRegistration(ctx context.Context, token string) (domain.UserID, error) {
	return "", c.affirm(ctx, Call{
		Query:     "mutation ($token: String!) { answer: users_register_verify(token: $token) }",
		Variables: map[string]any{"token": token},
	})
}

// ConfirmEmail gives an account the address that the token was sent to.
func (c Client) ConfirmEmail(ctx context.Context, token string) error {
	return c.affirm(ctx, Call{
		Query:     "mutation ($token: String!) { answer: users_me_email_confirm(token: $token) }",
		Variables: map[string]any{"token": token},
	})
}
