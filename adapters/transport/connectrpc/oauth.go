package connectrpc

import (
	"context"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// ListProviders shows how people may log in.
func (s authService) ListProviders(context.Context, *v1.ListProvidersRequest) (*v1.ListProvidersResponse, error) {
	answer := &v1.ListProvidersResponse{DefaultDisabled: s.api.DefaultDisabled()}
	for _, p := range s.api.OAuthProviders() {
		answer.Providers = append(answer.Providers, &v1.Provider{Name: p.Name, Label: p.Label, Icon: p.Icon, Driver: p.Driver})
	}
	return answer, nil
}

// ExchangeOAuthCode trades the code of an app for tokens.
func (s authService) ExchangeOAuthCode(ctx context.Context, m *v1.ExchangeOAuthCodeRequest) (*v1.ExchangeOAuthCodeResponse, error) {
	if err := required("code", m.GetCode()); err != nil {
		return nil, err
	}
	if err := required("code_verifier", m.GetCodeVerifier()); err != nil {
		return nil, err
	}
	tokens, err := s.api.ExchangeOAuthCode(ctx, auth.OAuthCode{Code: m.GetCode(), Verifier: m.GetCodeVerifier(), Client: callOf(ctx).client})
	if err != nil {
		return nil, err
	}
	return &v1.ExchangeOAuthCodeResponse{Tokens: shownTokens(tokens)}, nil
}

// ListIdentities shows the accounts elsewhere that open the caller's.
func (s authService) ListIdentities(ctx context.Context, _ *v1.ListIdentitiesRequest) (*v1.ListIdentitiesResponse, error) {
	list, err := s.api.ListIdentities(ctx, callOf(ctx).caller)
	answer := &v1.ListIdentitiesResponse{}
	for _, one := range list {
		answer.Identities = append(answer.Identities, &v1.Identity{Provider: one.Provider, Subject: one.Subject})
	}
	return answer, err
}

// UnlinkIdentity takes such accounts away.
func (s authService) UnlinkIdentity(ctx context.Context, m *v1.UnlinkIdentityRequest) (*v1.UnlinkIdentityResponse, error) {
	if err := required("provider", m.GetProvider()); err != nil {
		return nil, err
	}
	c := callOf(ctx)
	return &v1.UnlinkIdentityResponse{}, s.api.UnlinkIdentity(ctx, c.caller, m.GetProvider(), c.client)
}
