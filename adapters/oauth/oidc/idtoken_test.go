package oidc_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Red when verified leaves out at_hash, iat or azp, or reads azp as a text alone.
func TestIDTokensThatContradictThemselves(t *testing.T) {
	sum := sha256.Sum256([]byte(accessToken))
	hash := base64.RawURLEncoding.EncodeToString(sum[:16])
	both := []string{oidctest.ClientID, "another-client"}
	type claims map[string]any
	for name, c := range map[string]struct {
		claims claims
		good   bool
	}{
		"nothing more":                        {nil, true},
		"the hash of the access token":        {claims{"at_hash": hash}, true},
		"the hash of another":                 {claims{"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, false},
		"made in four minutes":                {claims{"iat": time.Now().Add(4 * time.Minute).Unix()}, true},
		"made in six minutes":                 {claims{"iat": time.Now().Add(6 * time.Minute).Unix()}, false},
		"for this client":                     {claims{"azp": oidctest.ClientID}, true},
		"for another client":                  {claims{"azp": "another-client"}, false},
		"for a list of clients":               {claims{"azp": both}, false},
		"for nobody":                          {claims{"azp": ""}, false},
		"an audience of two, for this client": {claims{"aud": both, "azp": oidctest.ClientID}, true},
		"an audience of two":                  {claims{"aud": both}, false},
		"without a subject":                   {claims{"sub": nil}, false},
	} {
		t.Run(name, func(t *testing.T) {
			at := newIssuer(t, httptest.NewServer)
			at.claims = c.claims
			_, err := exchanged(t, newProvider(t, oidc.Config{Issuer: at.URL}))
			if c.good && err != nil || !c.good && !errors.Is(err, port.ErrInvalid) {
				t.Errorf("got error %v, want it good: %t", err, c.good)
			}
		})
	}
}

// Red when verified takes an ID token without sub: userinfo without one would be of the same
// person, and name another.
func TestNobodyIsNotWhomUserinfoNames(t *testing.T) {
	at := newIssuer(t, httptest.NewServer)
	at.claims, at.userinfo = map[string]any{"sub": nil, "email": nil}, map[string]any{"oid": "2001", "email": "eve@example.com"}
	who, err := exchanged(t, newProvider(t, oidc.Config{Issuer: at.URL, SubjectKey: "oid"}))
	if !errors.Is(err, port.ErrInvalid) {
		t.Errorf("got %+v and error %v, want nobody", who, err)
	}
}

// Red when withDefaults keeps email_verified beside another EmailKey, when at finds something at
// "-", and when openIDProfile takes the word on an address from another document.
func TestAnAddressIsVouchedForWhereItStands(t *testing.T) {
	type claims = map[string]any
	for name, c := range map[string]struct {
		config       oidc.Config
		claims, more claims
		email        string
		want         bool
	}{
		"the ID token's":                      {oidc.Config{}, claims{}, nil, "ann@example.com", true},
		"another claim than the one meant":    {oidc.Config{EmailKey: "upn"}, claims{"upn": "ceo@example.com"}, nil, "ceo@example.com", false},
		"another claim with a word on it":     {oidc.Config{EmailKey: "upn", VerifiedKey: "upn_ok"}, claims{"upn": "ceo@example.com", "upn_ok": true}, nil, "ceo@example.com", true},
		"a word on it at -":                   {oidc.Config{EmailKey: "upn"}, claims{"upn": "ceo@example.com", "-": true}, nil, "ceo@example.com", false},
		"userinfo's, with its word":           {oidc.Config{}, claims{"email": nil, "email_verified": nil}, claims{"sub": "1001", "email": "eve@example.com", "email_verified": true}, "eve@example.com", true},
		"userinfo's, with the ID token's":     {oidc.Config{}, claims{"email": nil}, claims{"sub": "1001", "email": "eve@example.com"}, "eve@example.com", false},
		"userinfo's, against its word":        {oidc.Config{}, claims{"email": nil}, claims{"sub": "1001", "email": "eve@example.com", "email_verified": false}, "eve@example.com", false},
		"the ID token's, with that of others": {oidc.Config{}, claims{"email_verified": nil}, claims{"sub": "1001", "email_verified": true}, "ann@example.com", false},
	} {
		t.Run(name, func(t *testing.T) {
			at := newIssuer(t, httptest.NewServer)
			at.claims, at.userinfo = c.claims, c.more
			c.config.Issuer = at.URL
			who, err := exchanged(t, newProvider(t, c.config))
			if err != nil || string(who.Email) != c.email || who.EmailVerified != c.want {
				t.Errorf("got %q, vouched for: %t, and error %v, want %q, %t", who.Email, who.EmailVerified, err, c.email, c.want)
			}
		})
	}
}

// Red when verified names another claim than the one that is wrong, or repeats one.
func TestWhatIsWrongWithAnIDTokenIsNamed(t *testing.T) {
	const foreign = "https://evil.example/of-the-token"
	type claims = map[string]any
	for want, change := range map[string]func(i *issuer){
		"its issuer (iss)":        func(i *issuer) { i.claims = claims{"iss": foreign} },
		"its audience (aud)":      func(i *issuer) { i.claims = claims{"aud": foreign} },
		"its expiry (exp)":        func(i *issuer) { i.claims = claims{"exp": time.Now().Add(-time.Hour).Unix()} },
		"its time (nbf)":          func(i *issuer) { i.claims = claims{"nbf": time.Now().Add(time.Hour).Unix()} },
		"its time of issue (iat)": func(i *issuer) { i.claims = claims{"iat": time.Now().Add(time.Hour).Unix()} },
		"its nonce":               func(i *issuer) { i.claims = claims{"nonce": foreign} },
		"its at_hash":             func(i *issuer) { i.claims = claims{"at_hash": foreign} },
		"its party (azp)":         func(i *issuer) { i.claims = claims{"azp": foreign} },
		"it has no party (azp)":   func(i *issuer) { i.claims = claims{"aud": []string{oidctest.ClientID, foreign}} },
		"it has no subject (sub)": func(i *issuer) { i.claims = claims{"sub": nil} },
		"its signature":           func(i *issuer) { i.signer = newIssuer(t, httptest.NewServer).signer },
		"its form or algorithm":   func(i *issuer) { i.set(false, claims{"id_token_signing_alg_values_supported": []string{"RS256"}}) },
	} {
		t.Run(want, func(t *testing.T) {
			at := newIssuer(t, httptest.NewServer)
			change(at)
			_, err := exchanged(t, newProvider(t, oidc.Config{Issuer: at.URL}))
			if !errors.Is(err, port.ErrInvalid) || !strings.Contains(err.Error(), "the ID token is not good: "+want) || strings.Contains(err.Error(), "evil") || strings.Contains(err.Error(), at.URL) {
				t.Errorf("got error %v, want one that names %q and repeats nothing", err, want)
			}
		})
	}
}
