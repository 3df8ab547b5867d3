package graphql

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// provider is what everybody may know of a place to log in at.
type provider struct {
	Name   string
	Label  *string
	Driver *string
	Icon   *string
}

// AuthProviders resolves auth_providers.
func (r *resolver) AuthProviders() []*provider {
	list := r.handler.api.OAuthProviders()
	shown := make([]*provider, len(list))
	for i, one := range list {
		shown[i] = &provider{one.Name, textOrNull(one.Label), textOrNull(one.Driver), textOrNull(one.Icon)}
	}
	return shown
}

// AuthDisableDefault resolves auth_disable_default.
func (r *resolver) AuthDisableDefault() bool { return r.handler.api.DefaultDisabled() }

// identity is an account elsewhere that opens the caller's.
type identity struct{ Provider, Subject string }

// AuthIdentities resolves auth_identities.
func (r *resolver) AuthIdentities(ctx context.Context) (*[]*identity, error) {
	ctx, x := exchangeOf(ctx)
	list, err := r.handler.api.ListIdentities(ctx, x.caller)
	if err != nil {
		return nil, x.failed(err)
	}
	shown := make([]*identity, len(list)) // and never null
	for i, one := range list {
		shown[i] = &identity{one.Provider, one.Subject}
	}
	return &shown, nil
}

// AuthOauthToken resolves auth_oauth_token.
func (r *resolver) AuthOauthToken(ctx context.Context, args struct{ Code, CodeVerifier string }) (*authTokens, error) {
	ctx, x := exchangeOf(ctx)
	err := required("code", args.Code)
	if err == nil {
		err = required("code_verifier", args.CodeVerifier)
	}
	if err != nil {
		return nil, x.failed(err)
	}
	tokens, err := r.handler.api.ExchangeOAuthCode(ctx, auth.OAuthCode{Code: args.Code, Verifier: args.CodeVerifier, Client: x.client()})
	if err != nil {
		return nil, x.failed(err)
	}
	return x.take(tokens), nil
}

// DeleteAuthIdentities resolves delete_auth_identities.
func (r *resolver) DeleteAuthIdentities(ctx context.Context, args struct{ Provider string }) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	err := required("provider", args.Provider)
	if err == nil {
		err = r.handler.api.UnlinkIdentity(ctx, x.caller, args.Provider, x.client())
	}
	if err != nil {
		return nil, x.failed(err)
	}
	return new(true), nil
}
