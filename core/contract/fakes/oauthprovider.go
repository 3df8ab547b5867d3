package fakes

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.OAuthProvider = (*OAuthProvider)(nil)

// OAuthProvider is a port.OAuthProvider and the provider behind it in one, in memory. It
// issues something like ID tokens. It is safe for concurrent use.
type OAuthProvider struct {
	name  string
	clock *Clock

	mu    sync.Mutex
	lever contract.OAuthLever
	codes map[string]grant
	made  int
}

// grant is what a code stands for.
type grant struct {
	person                        contract.OAuthPerson
	challenge, nonce, redirectURI string
	until                         time.Time
}

// oauthIssuer is what the fake calls itself in a callback.
const oauthIssuer = "https://provider.example.com"

// NewOAuthProvider returns a provider with a clock of its own that knows nobody yet.
func NewOAuthProvider(name string) *OAuthProvider {
	return &OAuthProvider{name: name, clock: NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)), codes: map[string]grant{}}
}

// World returns the provider as the kit wants it.
func (p *OAuthProvider) World() contract.OAuthWorld {
	return contract.OAuthWorld{
		Provider: p, Name: p.name, OpenID: true, Secret: "the secret of the client",
		RedirectURI: "https://auth.example.com/auth/oauth/" + p.name + "/callback",
		Login: func(t testing.TB, address string, who contract.OAuthPerson) url.Values {
			t.Helper()
			query, err := p.Login(address, who)
			if err != nil {
				t.Fatal(err)
			}
			return query
		},
		Pull:      func(_ testing.TB, lever contract.OAuthLever) { p.Pull(lever) },
		Now:       p.clock.Now,
		Elsewhere: func() int { return 0 },
	}
}

// Elsewhere returns the provider as stories of transports want it.
func (p *OAuthProvider) Elsewhere() contract.Elsewhere {
	w := p.World()
	return contract.Elsewhere{Login: w.Login, Pull: w.Pull}
}

// Named returns the same provider as one of another name.
func (p *OAuthProvider) Named(name string) port.OAuthProvider { return renamed{p, name} }

type renamed struct {
	*OAuthProvider
	name string
}

// Name implements port.OAuthProvider.
func (r renamed) Name() string { return r.name }

// Name implements port.OAuthProvider.
func (p *OAuthProvider) Name() string { return p.name }

// AuthURL implements port.OAuthProvider.
func (p *OAuthProvider) AuthURL(ctx context.Context, r port.AuthRequest) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("fakes: address of a login: %w", err)
	}
	query := url.Values{
		"response_type": {"code"}, "state": {r.State}, "redirect_uri": {r.RedirectURI}, "nonce": {r.Nonce},
		"code_challenge": {r.Challenge}, "code_challenge_method": {"S256"},
	}
	if r.Prompt != "" {
		query.Set("prompt", r.Prompt)
	}
	return oauthIssuer + "/authorize?" + query.Encode(), nil
}

// Login lets who log in at an address of AuthURL and returns the query of the callback.
func (p *OAuthProvider) Login(address string, who contract.OAuthPerson) (url.Values, error) {
	at, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("fakes: login: %w", err)
	}
	query := at.Query()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made++
	code := fmt.Sprintf("code-number-%d", p.made)
	p.codes[code] = grant{
		person: who, challenge: query.Get("code_challenge"), nonce: query.Get("nonce"),
		redirectURI: query.Get("redirect_uri"), until: p.clock.Now().Add(time.Hour),
	}
	return url.Values{"code": {code}, "state": {query.Get("state")}, "iss": {oauthIssuer}}, nil
}

// Pull makes the provider go wrong from now on; the empty lever mends it.
func (p *OAuthProvider) Pull(lever contract.OAuthLever) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lever = lever
}

// Exchange implements port.OAuthProvider.
func (p *OAuthProvider) Exchange(ctx context.Context, c port.Callback) (domain.ExternalUser, error) {
	who, err := p.exchange(ctx, c)
	if err != nil {
		return domain.ExternalUser{}, fmt.Errorf("fakes: exchange a code: %w", err)
	}
	return who, nil
}

func (p *OAuthProvider) exchange(ctx context.Context, c port.Callback) (domain.ExternalUser, error) {
	if err := ctx.Err(); err != nil {
		return domain.ExternalUser{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.lever {
	case contract.OAuthDown, contract.OAuthSlow, contract.OAuthFailing, contract.OAuthHuge, contract.OAuthNonsense, contract.OAuthRedirects:
		return domain.ExternalUser{}, errors.New("the provider is " + string(p.lever))
	}
	g, known := p.codes[c.Code]
	delete(p.codes, c.Code)
	sum := sha256.Sum256([]byte(c.Verifier))
	if !known || g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) || g.redirectURI != c.RedirectURI {
		return domain.ExternalUser{}, port.ErrInvalid
	}
	switch p.lever {
	case contract.OAuthNobody, contract.OAuthOtherIssuer, contract.OAuthOtherAudience, contract.OAuthUnknownKey:
		return domain.ExternalUser{}, port.ErrInvalid
	}
	if c.Issuer != "" && c.Issuer != oauthIssuer || c.Nonce != g.nonce || !c.Now.Before(g.until) {
		return domain.ExternalUser{}, port.ErrInvalid
	}
	who := domain.ExternalUser{Subject: g.person.Subject, FirstName: g.person.FirstName, LastName: g.person.LastName}
	if email, err := domain.ParseEmail(g.person.Email); err == nil {
		who.Email, who.EmailVerified = email, g.person.EmailVerified
	}
	return who, nil
}
