package oidctest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
)

// github is what GitHub's endpoints do, as far as a login needs them.
type github struct {
	*Provider
	mu     sync.Mutex
	codes  map[string]githubCode
	tokens map[string]contract.OAuthPerson
}

type githubCode struct {
	person                 contract.OAuthPerson
	challenge, redirectURI string
}

// GitHub starts a provider whose endpoints are where a GitHub Enterprise Server has them, at
// which these redirect URIs are registered.
func GitHub(t testing.TB, redirectURIs ...string) *Provider {
	t.Helper()
	g := &github{
		Provider: &Provider{redirects: redirectURIs},
		codes:    map[string]githubCode{}, tokens: map[string]contract.OAuthPerson{},
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /login/oauth/authorize", g.authorize)
	routes.HandleFunc("POST /login/oauth/access_token", g.accessToken)
	routes.HandleFunc("GET /api/v3/user", g.user)
	routes.HandleFunc("GET /api/v3/user/emails", g.emails)
	g.start(t, func(string) http.Handler { return routes }, "/login/oauth/authorize")
	return g.Provider
}

func (g *github) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	redirectURI := query.Get("redirect_uri")
	if query.Get("client_id") != ClientID || !g.registered(redirectURI) {
		http.Error(w, "no such client", http.StatusNotFound)
		return
	}
	back := url.Values{"state": {query.Get("state")}, "iss": {g.URL}}
	if g.denies() {
		back.Set("error", "access_denied")
		back.Set("error_description", "<script>alert(1)</script>")
	} else {
		code := secretText("code")
		g.mu.Lock()
		g.codes[code] = githubCode{g.whoever(r), query.Get("code_challenge"), redirectURI}
		g.mu.Unlock()
		back.Set("code", code)
		g.note(code)
	}
	http.Redirect(w, r, redirectURI+"?"+back.Encode(), http.StatusFound)
}

func (g *github) accessToken(w http.ResponseWriter, r *http.Request) {
	token, problem := g.exchange(r)
	g.note(r.PostFormValue("code_verifier"))
	values := map[string]string{"error": problem, "error_description": "about " + r.PostFormValue("code")}
	if problem == "" {
		values = map[string]string{"access_token": token, "token_type": "bearer", "scope": "read:user,user:email"}
	}
	if r.Header.Get("Accept") == "application/json" {
		answer(w, values)
		return
	}
	form := url.Values{}
	for name, value := range values {
		form.Set(name, value)
	}
	w.Header().Set("Content-Type", "application/x-www-form-urlencoded")
	_, _ = w.Write([]byte(form.Encode()))
}

// exchange returns an access token, or by which name GitHub refuses one.
func (g *github) exchange(r *http.Request) (token, problem string) {
	if r.PostFormValue("client_id") != ClientID || r.PostFormValue("client_secret") != ClientSecret {
		return "", "incorrect_client_credentials"
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	code, known := g.codes[r.PostFormValue("code")]
	delete(g.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case !known || code.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		return "", "bad_verification_code"
	case r.PostFormValue("redirect_uri") != code.redirectURI:
		return "", "redirect_uri_mismatch"
	}
	token = secretText("gho")
	g.note(token)
	g.tokens[token] = code.person
	return token, ""
}

// bearer returns whose token r brings.
func (g *github) bearer(w http.ResponseWriter, r *http.Request) (contract.OAuthPerson, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for token, person := range g.tokens {
		if r.Header.Get("Authorization") == "Bearer "+token && r.UserAgent() != "" {
			return person, true
		}
	}
	w.WriteHeader(http.StatusUnauthorized)
	answer(w, map[string]string{"message": "Bad credentials"})
	return contract.OAuthPerson{}, false
}

func (g *github) user(w http.ResponseWriter, r *http.Request) {
	person, ok := g.bearer(w, r)
	if !ok {
		return
	}
	profile := map[string]any{
		"login": "login-name", "name": person.FirstName + " " + person.LastName,
		"email": "shown.to.all@example.com", "email_verified": true, // whatever the person likes to show
	}
	if g.pulled() != contract.OAuthNobody {
		profile["id"] = json.Number(person.Subject)
	}
	answer(w, profile)
}

func (g *github) emails(w http.ResponseWriter, r *http.Request) {
	person, ok := g.bearer(w, r)
	if !ok {
		return
	}
	type email struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	list := []email{{"second@example.com", false, true}}
	if person.Email != "" {
		list = append(list, email{person.Email, true, person.EmailVerified})
	}
	answer(w, append(list, email{"third@example.com", false, false}))
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(value)
}
