package oidc

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// description is where a provider does what.
type description struct {
	endpoint    oauth2.Endpoint
	profileURL  string // userinfo of an OpenID provider; empty: none
	issuer      string // of ID tokens, with tenantMark where there are many
	namesItself bool   // in every callback: RFC 9207
	algorithms  []string
	keys        oidc.KeySet
	keysURL     string
}

// metadata is what go-oidc does not hand out otherwise.
type metadata struct {
	Keys        string   `json:"jwks_uri"`
	Algorithms  []string `json:"id_token_signing_alg_values_supported"`
	SecretBy    []string `json:"token_endpoint_auth_methods_supported"`
	NamesItself bool     `json:"authorization_response_iss_parameter_supported"`
}

// configured is the description of a provider that has none of its own.
func (p *Provider) configured() *description {
	style := oauth2.AuthStyleInParams
	if p.config.SecretInHeader {
		style = oauth2.AuthStyleInHeader
	}
	return &description{
		endpoint:   oauth2.Endpoint{AuthURL: p.config.AuthorizeURL, TokenURL: p.config.TokenURL, AuthStyle: style},
		profileURL: p.config.ProfileURL,
	}
}

func (p *Provider) discover(ctx context.Context) (*description, error) {
	const place = "the description of the provider"
	asked := p.config.Issuer
	ctx = oidc.ClientContext(ctx, p.client)
	if p.config.Tenant != "" {
		ctx = oidc.InsecureIssuerURLContext(ctx, p.config.Issuer)
		asked = strings.Replace(asked, tenantMark, p.config.Tenant, 1)
	}
	found, err := oidc.NewProvider(ctx, asked)
	if err != nil {
		var other *oidc.IssuerMismatchError
		if errors.As(err, &other) {
			return nil, &IssuerError{Own: other.Discovered}
		}
		return nil, unanswered(place, err)
	}
	var m metadata
	if err := found.Claims(&m); err != nil {
		return nil, unanswered(place, err)
	}
	d := &description{
		endpoint: found.Endpoint(), profileURL: found.UserInfoEndpoint(),
		issuer: p.config.Issuer, namesItself: m.NamesItself, keysURL: m.Keys,
	}
	for _, address := range []string{d.endpoint.AuthURL, d.endpoint.TokenURL, m.Keys} {
		if p.checkDescribed(address) != nil {
			return nil, errors.New(place + ": an address is missing, or not https://")
		}
	}
	if d.profileURL != "" && p.checkDescribed(d.profileURL) != nil {
		return nil, errors.New(place + ": the address of userinfo is not https://")
	}
	d.endpoint.AuthStyle = p.styleOf(m.SecretBy)
	d.algorithms = signatures(m.Algorithms)
	// The set fetches keys for many logins, and outlives this one.
	d.keys = oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), p.client), m.Keys)
	return d, nil
}

// checkDescribed wants https of an address that the provider names. One at http could be a
// service that only this machine reaches; it is for an issuer that is at http itself.
func (p *Provider) checkDescribed(address string) error {
	if isHTTPS(p.config.Issuer) && !isHTTPS(address) {
		return errors.New("is no https:// address")
	}
	return checkURL(address, p.config.AllowInsecure)
}

func isHTTPS(address string) bool {
	u, err := url.Parse(address) // which writes the scheme in small letters
	return err == nil && u.Scheme == "https"
}

// styleOf returns how the secret is sent, since trying both would spend the code. HTTP Basic is
// what a provider takes that says nothing (OpenID Connect Discovery 1.0, section 3).
func (p *Provider) styleOf(methods []string) oauth2.AuthStyle {
	if !p.config.SecretInHeader && slices.Contains(methods, "client_secret_post") {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// signatures returns those of offered that need the provider's private key, or RS256, which
// every provider has to have.
func signatures(offered []string) []string {
	var kept []string
	for _, algorithm := range offered {
		switch algorithm {
		case oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA:
			kept = append(kept, algorithm)
		}
	}
	if kept == nil {
		return []string{oidc.RS256}
	}
	return kept
}
