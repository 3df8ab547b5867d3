package contract

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Direct returns a Client that calls the core without any transport. The kit runs against
// it first: a story that is told wrongly is then no transport's fault.
func Direct(api auth.API) Client { return direct{api} }

type direct struct{ api auth.API }

func (d direct) Login(ctx context.Context, in auth.LoginInput) (Reply, error) {
	tokens, err := d.api.Login(ctx, in)
	return directReply(tokens), err
}

func (d direct) Refresh(ctx context.Context, mode domain.Mode, token string) (Reply, error) {
	tokens, err := d.api.Refresh(ctx, auth.RefreshInput{Mode: mode, Token: token})
	return directReply(tokens), err
}

func (d direct) Logout(ctx context.Context, mode domain.Mode, token string) error {
	return d.api.Logout(ctx, auth.RefreshInput{Mode: mode, Token: token})
}

func (d direct) Me(ctx context.Context, c auth.Credential) (Profile, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return Profile{}, err
	}
	user, err := d.api.Me(ctx, principal)
	return directProfile(user), err
}

func (d direct) UpdateMe(ctx context.Context, c auth.Credential, patch auth.ProfilePatch) (Profile, string, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return Profile{}, "", err
	}
	user, tokens, err := d.api.UpdateMe(ctx, principal, patch, domain.Client{})
	if tokens != nil {
		return directProfile(user), tokens.Access, err
	}
	return directProfile(user), "", err
}

func (d direct) RequestReset(ctx context.Context, email, resetURL string) error {
	return d.api.RequestReset(ctx, auth.ResetRequest{Email: email, URL: resetURL})
}

func (d direct) RequestResetBy(ctx context.Context, device, email string) error {
	return d.api.RequestReset(ctx, auth.ResetRequest{Email: email, Device: device})
}

func (d direct) Reset(ctx context.Context, token, password string) error {
	return d.api.Reset(ctx, token, password, domain.Client{})
}

func (d direct) ListSessions(ctx context.Context, c auth.Credential, user domain.UserID) ([]auth.SessionInfo, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return nil, err
	}
	return d.api.ListSessions(ctx, principal, user)
}

func (d direct) EndSession(ctx context.Context, c auth.Credential, id domain.SessionID) error {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return err
	}
	return d.api.EndSession(ctx, principal, id, domain.Client{})
}

func (d direct) EndSessions(ctx context.Context, c auth.Credential, user domain.UserID) error {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return err
	}
	return d.api.EndSessions(ctx, principal, user, domain.Client{})
}

func (d direct) ListAccounts(ctx context.Context, c auth.Credential, q port.UserQuery) ([]Profile, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return nil, err
	}
	users, err := d.api.ListAccounts(ctx, principal, q)
	var list []Profile
	for _, u := range users {
		list = append(list, directProfile(u.User))
	}
	return list, err
}

func (d direct) CountAccounts(ctx context.Context, c auth.Credential, f port.UserFilter) (int, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return 0, err
	}
	return d.api.CountAccounts(ctx, principal, f)
}

func (d direct) ReadAccount(ctx context.Context, c auth.Credential, id domain.UserID) (Profile, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return Profile{}, err
	}
	user, err := d.api.ReadAccount(ctx, principal, id)
	return directProfile(user.User), err
}

func (d direct) CreateAccount(ctx context.Context, c auth.Credential, patch auth.AccountPatch) (Profile, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return Profile{}, err
	}
	user, err := d.api.CreateAccount(ctx, principal, patch, domain.Client{})
	return directProfile(user.User), err
}

func (d direct) UpdateAccount(ctx context.Context, c auth.Credential, id domain.UserID, patch auth.AccountPatch) (Profile, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return Profile{}, err
	}
	user, err := d.api.UpdateAccount(ctx, principal, id, patch, domain.Client{})
	return directProfile(user.User), err
}

func (d direct) DeleteAccount(ctx context.Context, c auth.Credential, id domain.UserID) error {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return err
	}
	return d.api.DeleteAccount(ctx, principal, id, domain.Client{})
}

func (d direct) LoginWays(context.Context) (LoginWays, error) {
	return LoginWays{Providers: d.api.OAuthProviders(), DefaultDisabled: d.api.DefaultDisabled()}, nil
}

func (d direct) ExchangeOAuthCode(ctx context.Context, code, verifier string) (Reply, error) {
	tokens, err := d.api.ExchangeOAuthCode(ctx, auth.OAuthCode{Code: code, Verifier: verifier})
	return directReply(tokens), err
}

func (d direct) ListIdentities(ctx context.Context, c auth.Credential) ([]Identity, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return nil, err
	}
	list, err := d.api.ListIdentities(ctx, principal)
	var shown []Identity
	for _, one := range list {
		shown = append(shown, Identity{one.Provider, one.Subject})
	}
	return shown, err
}

func (d direct) UnlinkIdentity(ctx context.Context, c auth.Credential, provider string) error {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return err
	}
	return d.api.UnlinkIdentity(ctx, principal, provider, domain.Client{})
}

func directReply(t auth.Tokens) Reply {
	if t.Mode == domain.ModeSession {
		return Reply{Mode: t.Mode, Token: t.Access, TTL: t.TTL, Device: t.Device}
	}
	return Reply{Mode: t.Mode, Access: t.Access, Token: t.Refresh, TTL: t.TTL, Device: t.Device}
}

func directProfile(u domain.User) Profile {
	return Profile{ID: u.ID, Email: string(u.Email), FirstName: u.FirstName, LastName: u.LastName, Language: u.Language}
}
