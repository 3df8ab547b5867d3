package oidctest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/sallyport-auth/sallyport/core/contract"
)

// signingKey is a key pair with the name under which it is published.
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k signingKey) Algorithm() jose.SignatureAlgorithm          { return jose.RS256 }
func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) Use() string                                 { return "sig" }

// privateKey and publicKey are the two sides of one as zitadel's library asks for them.
type (
	privateKey struct{ signingKey }
	publicKey  struct{ signingKey }
)

func (k privateKey) Key() any { return k.private }
func (k publicKey) Key() any  { return &k.private.PublicKey }

func newKey(t testing.TB, id string) signingKey {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signingKey{id, private}
}

// openID is a provider of OpenID Connect.
type openID struct {
	*Provider
	storage *storage
	foreign signingKey // published nowhere
	next    signingKey // published once OAuthRotatedKey is pulled
	rotate  sync.Once
}

// OpenID starts an OpenID provider, at which these redirect URIs are registered. Its ID tokens
// hold the address and names of people unless slim says that userinfo alone has them.
func OpenID(t testing.TB, slim bool, redirectURIs ...string) *Provider {
	t.Helper()
	return OpenIDAt(t, "", slim, redirectURIs...)
}

// OpenIDAt is OpenID at an address, as 127.0.0.1:8080, that is known before it starts. Empty:
// any.
func OpenIDAt(t testing.TB, address string, slim bool, redirectURIs ...string) *Provider {
	t.Helper()
	o := &openID{Provider: &Provider{address: address, redirects: redirectURIs}, foreign: newKey(t, "key-1"), next: newKey(t, "key-2")}
	o.storage = newStorage(o.Provider, slim, newKey(t, "key-1"))
	o.start(t, func(issuer string) http.Handler {
		config := &op.Config{
			CryptoKey: sha256.Sum256([]byte("of tests")), CodeMethodS256: true, AuthMethodPost: true,
			SupportedScopes: []string{"openid", "profile", "email"},
		}
		provider, err := op.NewProvider(config, o.storage, op.StaticIssuer(issuer),
			op.WithAllowInsecure(), op.WithLogger(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		routes := http.NewServeMux()
		routes.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
			if o.asks() && !r.URL.Query().Has("yes") {
				askFirst(w, r)
				return
			}
			o.storage.done(r.URL.Query().Get("id"), o.whoever(r))
			http.Redirect(w, r, "/authorize/callback?id="+r.URL.Query().Get("id"), http.StatusFound)
		})
		routes.HandleFunc("/oauth/token", func(w http.ResponseWriter, r *http.Request) { o.token(w, r, provider) })
		routes.Handle("/", provider)
		return o.denying(routes)
	}, "/authorize", "/login", "/authorize/callback")
	return o.Provider
}

// askFirst shows a page whose link leads on.
func askFirst(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><a id="continue" href="/login?id=%s&amp;yes">Continue</a>`,
		url.QueryEscape(r.URL.Query().Get("id")))
}

// denying lets people refuse.
func (o *openID) denying(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query := r.URL.Query(); r.URL.Path == "/authorize" && o.denies() {
			http.Redirect(w, r, query.Get("redirect_uri")+"?error=access_denied&error_description=%3Cscript%3E&state="+query.Get("state"), http.StatusFound)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// token lets the library answer, and then changes the ID token as the lever wants it.
func (o *openID) token(w http.ResponseWriter, r *http.Request, provider http.Handler) {
	if o.pulled() == contract.OAuthRotatedKey {
		o.rotate.Do(func() { o.storage.setKey(o.next) })
	}
	recorder := httptest.NewRecorder()
	provider.ServeHTTP(recorder, r)
	o.note(r.PostFormValue("code_verifier"))
	body := recorder.Body.Bytes()
	if recorder.Code == http.StatusOK {
		changed, err := o.spoil(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		body = changed
		o.noteTokens(body)
	}
	w.Header().Set("Content-Type", recorder.Header().Get("Content-Type"))
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(body)
}

func (o *openID) noteTokens(body []byte) {
	var tokens struct {
		Access string `json:"access_token"`
		ID     string `json:"id_token"`
	}
	if json.Unmarshal(body, &tokens) == nil {
		o.note(tokens.Access, tokens.ID)
	}
}

func (o *openID) spoil(body []byte) ([]byte, error) {
	key, _ := o.storage.SigningKey(context.Background())
	signer := key.(privateKey).signingKey
	change := map[string]any{}
	switch o.pulled() {
	case contract.OAuthOtherIssuer:
		change["iss"] = "https://another.example.com"
	case contract.OAuthOtherAudience:
		change["aud"], change["azp"] = []string{"another-client"}, nil
	case contract.OAuthNobody:
		change["sub"] = nil
	case contract.OAuthUnknownKey:
		signer = o.foreign
	default:
		return body, nil
	}
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	raw, _ := answer["id_token"].(string)
	signed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	text := json.NewDecoder(bytes.NewReader(signed.UnsafePayloadWithoutVerification()))
	text.UseNumber()
	if err := text.Decode(&claims); err != nil {
		return nil, err
	}
	for name, value := range change {
		if value == nil {
			delete(claims, name)
		} else {
			claims[name] = value
		}
	}
	if answer["id_token"], err = sign(signer, claims); err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

func sign(key signingKey, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key.private, KeyID: key.id}}, nil)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign an ID token: %w", err)
	}
	return signed.CompactSerialize()
}

var errUnknown = errors.New("there is no such thing")

func number(n int) string { return strconv.Itoa(n) }
