package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc"
	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// issuer is an OpenID provider that says what a test wants.
type issuer struct {
	*httptest.Server
	signer jose.Signer

	mu       sync.Mutex
	describe map[string]any // in place of its description's members
	claims   map[string]any // in place of the ID token's; nil: without that one
	userinfo map[string]any
	asked    int // for its description
	failing  bool
}

// newIssuer starts one by start, which is of httptest.
func newIssuer(t testing.TB, start func(http.Handler) *httptest.Server) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{describe: map[string]any{}, claims: map[string]any{}, userinfo: map[string]any{}}
	named := jose.JSONWebKey{Key: key, KeyID: "k", Algorithm: "ES256", Use: "sig"}
	if i.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: named}, nil); err != nil {
		t.Fatal(err)
	}
	routes := http.NewServeMux()
	routes.HandleFunc("/.well-known/openid-configuration", i.description)
	routes.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{named.Public()}})
	})
	routes.HandleFunc("/token", i.token)
	routes.HandleFunc("/userinfo", func(w http.ResponseWriter, _ *http.Request) { answer(w, i.userinfo) })
	i.Server = start(routes)
	t.Cleanup(i.Close)
	return i
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func (i *issuer) description(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked++
	if i.failing {
		http.Error(w, "", http.StatusBadGateway)
		return
	}
	described := map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
		"jwks_uri": i.URL + "/keys", "userinfo_endpoint": i.URL + "/userinfo",
		"id_token_signing_alg_values_supported": []string{"ES256"},
	}
	maps.Copy(described, i.describe)
	answer(w, described)
}

func (i *issuer) set(failing bool, describe map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.failing, i.describe = failing, describe
}

func (i *issuer) questions() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

const accessToken = "an-access-token"

func (i *issuer) token(w http.ResponseWriter, _ *http.Request) {
	claims := map[string]any{
		"iss": i.URL, "sub": "1001", "aud": oidctest.ClientID, "nonce": "nonce", "email": "ann@example.com", "email_verified": true,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	for name, value := range i.claims {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	payload, _ := json.Marshal(claims)
	signed, err := i.signer.Sign(payload)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	text, _ := signed.CompactSerialize()
	answer(w, map[string]any{"access_token": accessToken, "token_type": "Bearer", "id_token": text})
}

// exchanged ends a login at p.
func exchanged(t testing.TB, p *oidc.Provider) (domain.ExternalUser, error) {
	t.Helper()
	return p.Exchange(t.Context(), port.Callback{Code: "code", Verifier: verifier, Nonce: "nonce", RedirectURI: callback, Now: time.Now()})
}
