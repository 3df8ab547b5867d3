package oidc

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/sallyport-auth/sallyport/core/port"
)

// maxClockAhead is how far the clock of a provider may be ahead of this one.
const maxClockAhead = 5 * time.Minute

// openIDProfile returns the claims of the ID token, with those of userinfo where the token has
// no address.
func (p *Provider) openIDProfile(ctx context.Context, d *description, token *oauth2.Token, c port.Callback) (profile, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return profile{}, unbelieved("there is no ID token")
	}
	claims, err := p.verified(ctx, d, raw, token.AccessToken, c)
	if err != nil {
		return profile{}, err
	}
	if text(claims, p.config.EmailKey) != "" || d.profileURL == "" {
		return profile{claims, claims}, nil
	}
	var more map[string]any
	if err := p.ask(ctx, "userinfo", d.profileURL, token, &more); err != nil {
		return profile{}, err
	}
	// Without this an access token of somebody else would lend its address: OpenID Connect
	// Core 1.0, section 5.3.2.
	if text(more, "sub") != text(claims, "sub") {
		return profile{}, unbelieved("userinfo is about somebody else")
	}
	both := maps.Clone(more)
	maps.Copy(both, claims) // which are signed
	return profile{both, more}, nil
}

// verified returns the claims of an ID token that is the provider's, for this client, of this
// login and not over.
func (p *Provider) verified(ctx context.Context, d *description, raw, access string, c port.Callback) (map[string]any, error) {
	keys := &watchedKeys{KeySet: d.keys}
	verifier := oidc.NewVerifier(d.issuer, keys, &oidc.Config{
		ClientID: p.config.ClientID, SupportedSigningAlgs: d.algorithms,
		SkipIssuerCheck: p.config.Tenant != "", // see tenantIssuer
		Now:             func() time.Time { return c.Now },
	})
	token, err := verifier.Verify(ctx, raw)
	switch {
	case keys.lost != nil:
		return nil, unanswered("the keys of the provider", keys.lost)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, unbelieved("the ID token is not good")
	case !c.Now.Before(token.Expiry):
		return nil, unbelieved("the ID token is over")
	case token.Subject == "":
		return nil, unbelieved("nobody has logged in")
	case token.IssuedAt.After(c.Now.Add(maxClockAhead)):
		return nil, unbelieved("the ID token is of the future")
	case token.AccessTokenHash != "" && token.VerifyAccessToken(access) != nil:
		return nil, unbelieved("the ID token goes with another access token")
	case token.Nonce == "" || token.Nonce != c.Nonce:
		return nil, unbelieved("the ID token is of another login")
	}
	claims, err := claimsOf(token)
	if err != nil {
		return nil, err
	}
	if p.config.Tenant != "" && token.Issuer != tenantIssuer(d.issuer, text(claims, "tid")) {
		return nil, unbelieved("the ID token is of another issuer")
	}
	party, named := claims["azp"]
	if named && party != p.config.ClientID { // also where it is no text
		return nil, unbelieved("the ID token was made for another client")
	}
	if !named && len(token.Audience) > 1 {
		return nil, unbelieved("the ID token does not say for which of its audience it was made")
	}
	return claims, nil
}

func claimsOf(token *oidc.IDToken) (map[string]any, error) {
	var whole json.RawMessage
	if err := token.Claims(&whole); err != nil {
		return nil, unbelieved("the ID token has no claims")
	}
	var claims map[string]any
	numbers := json.NewDecoder(bytes.NewReader(whole))
	numbers.UseNumber()
	if err := numbers.Decode(&claims); err != nil {
		return nil, unbelieved("the ID token has no claims")
	}
	return claims, nil
}

// tenantIssuer returns the issuer of one of Microsoft's tenants. A tenant is a UUID, so that
// what a token says cannot lead out of its place in the address.
func tenantIssuer(issuer, tenant string) string {
	if len(tenant) != 36 || strings.Trim(tenant, "0123456789abcdefABCDEF-") != "" {
		return ""
	}
	return strings.Replace(issuer, tenantMark, tenant, 1)
}

// watchedKeys remembers why keys could not be fetched, which go-oidc does not tell apart from a
// signature that is wrong.
type watchedKeys struct {
	oidc.KeySet
	lost error
}

func (k *watchedKeys) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, jwt)
	if err != nil && strings.HasPrefix(err.Error(), "fetching keys ") {
		k.lost = err
	}
	return payload, err
}
