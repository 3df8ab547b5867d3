package graphqlclient

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// LoginWays says how people may log in.
func (c Client) LoginWays(ctx context.Context) (contract.LoginWays, error) {
	response, err := c.Do(ctx, Call{Query: "{ answer: auth_providers { name label driver icon } auth_disable_default }"})
	if err != nil {
		return contract.LoginWays{}, err
	}
	var data struct {
		Answer         []struct{ Name, Label, Driver, Icon string }
		DisableDefault bool `json:"auth_disable_default"`
	}
	if err := response.Data(&data); err != nil {
		return contract.LoginWays{}, err
	}
	ways := contract.LoginWays{DefaultDisabled: data.DisableDefault}
	for _, p := range data.Answer {
		ways.Providers = append(ways.Providers, auth.OAuthProviderInfo{Name: p.Name, Label: p.Label, Icon: p.Icon, Driver: p.Driver})
	}
	return ways, nil
}

// ExchangeOAuthCode trades the code of an app for tokens.
func (c Client) ExchangeOAuthCode(ctx context.Context, code, verifier string) (contract.Reply, error) {
	return c.tokens(ctx, domain.ModeJSON, Call{
		Query:     "mutation ($code: String!, $verifier: String!) { answer: auth_oauth_token(code: $code, code_verifier: $verifier) " + tokenFields + " }",
		Variables: map[string]any{"code": code, "verifier": verifier},
	})
}

// ListIdentities lists where else the caller may log in.
func (c Client) ListIdentities(ctx context.Context, credential auth.Credential) ([]contract.Identity, error) {
	response, err := c.Do(ctx, Call{Query: "{ answer: auth_identities { provider subject } }"}.by(credential))
	if err != nil {
		return nil, err
	}
	var data struct{ Answer []contract.Identity }
	err = response.Data(&data)
	return data.Answer, err
}

// UnlinkIdentity takes away where else the caller may log in.
func (c Client) UnlinkIdentity(ctx context.Context, credential auth.Credential, provider string) error {
	return c.affirm(ctx, Call{
		Query:     "mutation ($provider: String!) { answer: delete_auth_identities(provider: $provider) }",
		Variables: map[string]any{"provider": provider},
	}.by(credential))
}
