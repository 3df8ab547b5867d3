package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/oauth2"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Exchange implements port.OAuthProvider.
func (p *Provider) Exchange(ctx context.Context, c port.Callback) (domain.ExternalUser, error) {
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	who, err := p.exchange(ctx, c)
	if err != nil {
		return domain.ExternalUser{}, p.failure("end a login", err)
	}
	return who, nil
}

func (p *Provider) exchange(ctx context.Context, c port.Callback) (domain.ExternalUser, error) {
	d, err := p.describe(ctx)
	if err != nil {
		return domain.ExternalUser{}, err
	}
	// Before the code goes anywhere: it may be one of another provider, for whom it was meant.
	if err := p.checkIssuer(d, c.Issuer); err != nil {
		return domain.ExternalUser{}, err
	}
	token, err := p.oauth(d, c.RedirectURI).Exchange(
		context.WithValue(ctx, oauth2.HTTPClient, p.client), c.Code, oauth2.VerifierOption(c.Verifier))
	if err != nil {
		return domain.ExternalUser{}, notExchanged(err)
	}
	told, err := p.profile(ctx, d, token, c)
	if err != nil {
		return domain.ExternalUser{}, err
	}
	return p.person(told)
}

// checkIssuer compares who the callback says it is from: RFC 9207, section 2.4.
func (p *Provider) checkIssuer(d *description, got string) error {
	want := d.issuer
	if !p.OpenID() {
		want = p.config.CallbackIssuer
	}
	switch {
	case want == "" || p.config.Tenant != "": // each tenant is an issuer; the ID token says which
		return nil
	case got == "" && !d.namesItself:
		return nil
	case got != want:
		return unbelieved("the callback is of another provider")
	}
	return nil
}

// profile is what the provider tells of a person. Whether it vouches for an address counts
// where it says so beside the address alone.
type profile struct {
	person  map[string]any
	address map[string]any
}

func (p *Provider) profile(ctx context.Context, d *description, token *oauth2.Token, c port.Callback) (profile, error) {
	if p.OpenID() {
		return p.openIDProfile(ctx, d, token, c)
	}
	var told map[string]any
	if err := p.ask(ctx, "the profile", d.profileURL, token, &told); err != nil {
		return profile{}, err
	}
	if p.config.EmailsURL == "" {
		return profile{told, told}, nil
	}
	address, err := p.primaryEmail(ctx, token)
	return profile{told, address}, err
}

// ask reads a JSON answer that is meant for the bearer of token, or for everybody where that is
// nil.
func (p *Provider) ask(ctx context.Context, place, address string, token *oauth2.Token, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return unanswered(place, err)
	}
	if token != nil {
		request.Header.Set("Authorization", "Bearer "+token.AccessToken)
	}
	answer, err := p.client.Do(request)
	if err != nil {
		return unanswered(place, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d", place, answer.StatusCode)
	}
	text := json.NewDecoder(answer.Body)
	text.UseNumber() // a subject of twenty digits has to keep them
	if err := text.Decode(into); err != nil {
		return unanswered(place, err)
	}
	if _, err := text.Token(); !errors.Is(err, io.EOF) {
		return unanswered(place, err)
	}
	return nil
}
