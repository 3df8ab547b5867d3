package oidc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
		return nil, unbelieved("the ID token is not good: " + faultOf(err, keys.refused))
	case !c.Now.Before(token.Expiry):
		return nil, unbelieved("the ID token is not good: its expiry (exp) is past")
	case token.Subject == "":
		return nil, unbelieved("the ID token is not good: it has no subject (sub)")
	case token.IssuedAt.After(c.Now.Add(maxClockAhead)):
		return nil, unbelieved("the ID token is not good: its time of issue (iat) has not come")
	case token.AccessTokenHash != "" && token.VerifyAccessToken(access) != nil:
		return nil, unbelieved("the ID token is not good: its at_hash is that of another access token")
	case token.Nonce == "" || token.Nonce != c.Nonce:
		return nil, unbelieved("the ID token is not good: its nonce is that of another login")
	}
	claims, err := claimsOf(token)
	if err != nil {
		return nil, err
	}
	if p.config.Tenant != "" && token.Issuer != tenantIssuer(d.issuer, text(claims, "tid")) {
		return nil, unbelieved("the ID token is not good: its issuer (iss) is not its tenant's (tid)")
	}
	party, named := claims["azp"]
	if named && party != p.config.ClientID { // also where it is no text
		return nil, unbelieved("the ID token is not good: its party (azp) is another client")
	}
	if !named && len(token.Audience) > 1 {
		return nil, unbelieved("the ID token is not good: it has no party (azp), and an audience (aud) of many")
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

// faultOf names in words of ours what go-oidc has found wrong with an ID token. It looks at how the
// library's text begins, which is constant, and repeats none of it: claims are quoted behind that.
func faultOf(err error, isForged bool) string {
	if _, ok := errors.AsType[*oidc.TokenExpiredError](err); ok {
		return "its expiry (exp) is past"
	}
	switch text := err.Error(); {
	case isForged:
		return "its signature is none of the provider's keys'"
	case strings.HasPrefix(text, "oidc: id token issued by a different provider"):
		return "its issuer (iss) is not the configured one"
	case strings.HasPrefix(text, "oidc: expected audience"):
		return "its audience (aud) is not this client"
	case strings.HasPrefix(text, "oidc: current time"):
		return "its time (nbf) has not come"
	}
	return "its form or algorithm is not one that is taken"
}

// watchedKeys remembers why keys could not be fetched, which go-oidc does not tell apart from a
// signature that is wrong, and whether one was.
type watchedKeys struct {
	oidc.KeySet
	lost    error
	refused bool
}

func (k *watchedKeys) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, jwt)
	if err != nil && strings.HasPrefix(err.Error(), "fetching keys ") {
		k.lost = err
	}
	k.refused = err != nil
	return payload, err
}
