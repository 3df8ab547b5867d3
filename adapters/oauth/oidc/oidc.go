// Package oidc lets people log in at other places: at OpenID providers, which are found by
// their issuer, and at those that speak OAuth 2.0 alone, as GitHub does, and tell of people in
// an answer of their own.
//
// A login is an authorization code with PKCE (RFC 7636, S256), for OpenID with a nonce and an
// ID token whose issuer, audience, signature and end are checked, and with the issuer of the
// callback where the provider names one (RFC 9207). What a provider says of itself is asked
// for at the first login and once a day, its keys whenever an ID token names one that is new.
// Calls have a time-out and a size limit and follow no redirect.
package oidc

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.OAuthProvider = (*Provider)(nil)

// Config says which provider it is. Of Issuer and AuthorizeURL, exactly one is set.
type Config struct {
	Name         string // as the port's; it cannot be empty
	ClientID     string
	ClientSecret string

	// Issuer is that of an OpenID provider. One with "{tenantid}" in it is one of Microsoft's,
	// which names the tenant of the person in each ID token; Tenant is then the place whose
	// description is read: "common" or "organizations".
	Issuer string
	Tenant string

	AuthorizeURL string // of a provider without ID tokens
	TokenURL     string
	ProfileURL   string
	// EmailsURL is where GitHub lists the addresses of a person, and which of them is the
	// primary one and verified. Empty: the profile has the address.
	EmailsURL string
	// CallbackIssuer is what the provider calls itself in callbacks (RFC 9207). Empty: what it
	// may say there is not looked at. OpenID providers have their Issuer.
	CallbackIssuer string

	Scopes []string          // default: openid, profile, email, or none without Issuer
	Params map[string]string // more of the query that begins a login; none of the protocol's own

	// Where a profile or ID token has what; a dot leads into an object. Defaults are those of
	// OpenID: sub, email, email_verified, given_name, family_name, name. A key that is "-" has
	// nothing. NameKey is the whole name, for providers that know no parts of it. Where EmailKey
	// is another than email, VerifiedKey is "-" unless it is set: what a provider vouches for is
	// the address that it calls so.
	SubjectKey, EmailKey, VerifiedKey, FirstNameKey, LastNameKey, NameKey string

	// SecretInHeader sends the client's secret as HTTP Basic instead of in the form, where the
	// provider does not say what it takes.
	SecretInHeader bool

	Timeout       time.Duration     // of one login's calls altogether; default 10s
	MaxAnswer     int64             // bytes; default 256 KiB
	Transport     http.RoundTripper // default: one of its own, with the proxy of the environment
	AllowInsecure bool              // http:// to hosts other than this one
	Clock         port.Clock        // default: the machine's
}

// Provider is one place where people log in. It is safe for concurrent use.
type Provider struct {
	config Config
	client *http.Client

	mu     sync.Mutex
	known  *description // of an OpenID provider; nil until the first login
	since  time.Time    // when it was asked for
	asking *question    // nil: none is under way
	failed *question    // the last, where it had no answer
}

// New returns the provider of c, and asks nobody. Its error names every mistake in c.
func New(c Config) (*Provider, error) {
	c = withDefaults(c)
	if err := check(c); err != nil {
		return nil, fmt.Errorf("oidc: %w", err)
	}
	return &Provider{config: c, client: newClient(c)}, nil
}

// Name implements port.OAuthProvider.
func (p *Provider) Name() string { return p.config.Name }

// OpenID reports whether the provider issues ID tokens.
func (p *Provider) OpenID() bool { return p.config.Issuer != "" }

// AuthURL implements port.OAuthProvider.
func (p *Provider) AuthURL(ctx context.Context, r port.AuthRequest) (string, error) {
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	d, err := p.describe(ctx)
	if err != nil {
		return "", p.failure("begin a login", err)
	}
	options := []oauth2.AuthCodeOption{
		oauth2.SetAuthURLParam("code_challenge", r.Challenge),
		oauth2.SetAuthURLParam("code_challenge_method", "S256"),
	}
	if p.OpenID() {
		options = append(options, oauth2.SetAuthURLParam("nonce", r.Nonce))
	}
	if r.Prompt != "" {
		options = append(options, oauth2.SetAuthURLParam("prompt", r.Prompt))
	}
	for name, value := range p.config.Params {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	return p.oauth(d, r.RedirectURI).AuthCodeURL(r.State, options...), nil
}

// bounded returns ctx with the time that the calls of one login have.
func (p *Provider) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, p.config.Timeout)
}

// oauth returns the provider as x/oauth2 wants it.
func (p *Provider) oauth(d *description, redirectURI string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret,
		Endpoint:    d.endpoint,
		RedirectURL: redirectURI,
		Scopes:      p.config.Scopes,
	}
}
