package connectrpctest

import (
	"context"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// LoginWays says how people may log in.
func (c Client) LoginWays(ctx context.Context) (contract.LoginWays, error) {
	answer, err := c.Auth.ListProviders(ctx, &v1.ListProvidersRequest{})
	ways := contract.LoginWays{DefaultDisabled: answer.GetDefaultDisabled()}
	for _, p := range answer.GetProviders() {
		ways.Providers = append(ways.Providers, auth.OAuthProviderInfo{Name: p.GetName(), Label: p.GetLabel(), Icon: p.GetIcon(), Driver: p.GetDriver()})
	}
	return ways, Failed(err)
}

// ExchangeOAuthCode trades the code of an app for tokens.
func (c Client) ExchangeOAuthCode(ctx context.Context, code, verifier string) (contract.Reply, error) {
	answer, err := c.Auth.ExchangeOAuthCode(ctx, &v1.ExchangeOAuthCodeRequest{Code: code, CodeVerifier: verifier})
	if err != nil {
		return contract.Reply{}, Failed(err)
	}
	return replyOf(domain.ModeJSON, answer.GetTokens())
}

// ListIdentities lists where else the caller may log in.
func (c Client) ListIdentities(ctx context.Context, credential auth.Credential) ([]contract.Identity, error) {
	answer, err := c.Auth.ListIdentities(as(ctx, credential), &v1.ListIdentitiesRequest{})
	var list []contract.Identity
	for _, one := range answer.GetIdentities() {
		list = append(list, contract.Identity{Provider: one.GetProvider(), Subject: one.GetSubject()})
	}
	return list, Failed(err)
}

// UnlinkIdentity takes away where else the caller may log in.
func (c Client) UnlinkIdentity(ctx context.Context, credential auth.Credential, provider string) error {
	_, err := c.Auth.UnlinkIdentity(as(ctx, credential), &v1.UnlinkIdentityRequest{Provider: provider})
	return Failed(err)
}
