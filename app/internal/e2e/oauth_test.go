package e2e

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
)

// bobElsewhere is nobody here before he comes.
var bobElsewhere = contract.OAuthPerson{Subject: "2001", Email: "bob@example.com", EmailVerified: true, FirstName: "Bob", LastName: "Builder"}

const appURL = "com.example.app://signed-in"

// publicHome returns an address to listen at, and the URL of it that providers send browsers
// back to. Both are known before the service starts, since callbacks are registered.
func publicHome(t testing.TB) (port, publicURL string) {
	t.Helper()
	_, port, err := net.SplitHostPort(freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	return port, "http://localhost:" + port // another site than the provider's 127.0.0.1
}

// callbacks returns what is registered for a provider of that name.
func callbacks(publicURL, name string) []string {
	return []string{publicURL + "/auth/oauth/" + name + "/callback", publicURL + "/auth/login/" + name + "/callback"}
}

// gitHubOfThePage are the settings of the page's era for a provider GitHub that is at.
func gitHubOfThePage(at *oidctest.Provider) []string {
	return []string{
		"OAUTH_PROVIDERS=GitHub", "OAUTH_GITHUB_KEY=" + oidctest.ClientID, "OAUTH_GITHUB_SECRET=" + oidctest.ClientSecret,
		"OAUTH_GITHUB_AUTHORIZE_URL=" + at.URL + "/login/oauth/authorize", "OAUTH_GITHUB_ACCESS_URL=" + at.URL + "/login/oauth/access_token",
		"OAUTH_GITHUB_PROFILE_URL=" + at.URL + "/api/v3/user", "OAUTH_GITHUB_ALLOW_PUBLIC_REGISTRATION=true", "OAUTH_GITHUB_LINK_BY_EMAIL=false",
		"OAUTH_GITHUB_REDIRECT_ALLOW_LIST=" + appURL,
	}
}

// openIDOfToday are today's settings for a provider IdP with this issuer.
func openIDOfToday(issuer string) []string {
	return []string{
		"AUTH_PROVIDERS=IdP", "AUTH_IDP_DRIVER=openid", "AUTH_IDP_CLIENT_ID=" + oidctest.ClientID, "AUTH_IDP_CLIENT_SECRET=" + oidctest.ClientSecret,
		"AUTH_IDP_ISSUER_URL=" + issuer, "AUTH_IDP_ALLOW_PUBLIC_REGISTRATION=true", "AUTH_IDP_LABEL=The identity provider",
	}
}

// answer is what a browser gets that follows nothing.
type answer struct {
	*http.Response
	body string
}

// data reads the data of a JSON answer into v.
func (a answer) data(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &struct{ Data any }{v}); err != nil {
		t.Fatalf("%v in %d %s", err, a.StatusCode, a.body)
	}
}

// browse asks for a path with these cookies and this access token, if any.
func (p *process) browse(t testing.TB, method, path, body string, cookies []*http.Cookie, bearer string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	browser := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(text)}
}

// begin asks for the way to a provider.
func (p *process) begin(t testing.TB, path string) answer {
	t.Helper()
	begun := p.browse(t, http.MethodGet, path, "", nil, "")
	if begun.StatusCode != http.StatusFound {
		t.Fatalf("%s: got %d %s, want 302", path, begun.StatusCode, begun.body)
	}
	return begun
}

// comeBack lets who log in at the provider, at the address that the service has sent the
// browser to, and asks for the callback that the provider sends it back to.
func (p *process) comeBack(t testing.TB, at *oidctest.Provider, address string, cookies []*http.Cookie, who contract.OAuthPerson) answer {
	t.Helper()
	return p.browse(t, http.MethodGet, callbackPath(t, address)+"?"+at.Login(t, address, who).Encode(), "", cookies, "")
}

// callbackPath returns the path of the callback that the address names.
func callbackPath(t testing.TB, address string) string {
	t.Helper()
	asked, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	back, err := url.Parse(asked.Query().Get("redirect_uri"))
	if err != nil || back.Path == "" {
		t.Fatalf("got callback %q, error %v", back, err)
	}
	return back.Path
}

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// TestAppsLogInElsewhere is the login of an app as docs/oauth.md shows it, with a provider as
// the settings of the page's era name it.
func TestAppsLogInElsewhere(t *testing.T) {
	t.Parallel()
	port, publicURL := publicHome(t)
	at := oidctest.GitHub(t, callbacks(publicURL, "GitHub")...)
	env := append(cheap(t.TempDir()), append(gitHubOfThePage(at), "PORT="+port, "PUBLIC_URL="+publicURL)...)
	diagnosis := command(t, env, "", "doctor", "oauth")
	p := serve(t, env)

	const verifier = "a-verifier-that-the-app-has-made-for-this-login-alone"
	path := "/auth/oauth/github?" + url.Values{
		"mode": {"code"}, "redirect": {appURL + "?tab=1"}, "code_challenge": {s256(verifier)}, "code_challenge_method": {"S256"},
	}.Encode()
	begun := p.begin(t, path)
	location := begun.Header.Get("Location")
	if registered := publicURL + callbackPath(t, location); !strings.Contains(diagnosis, registered+"\n") {
		t.Errorf("got a callback %s, which the doctor did not tell:\n%s", registered, diagnosis)
	}
	back := p.comeBack(t, at, location, begun.Cookies(), bobElsewhere)
	end, err := url.Parse(back.Header.Get("Location"))
	if err != nil || back.StatusCode != http.StatusFound || !strings.HasPrefix(end.String(), appURL+"?") || end.Query().Get("tab") != "1" {
		t.Fatalf("got %d to %q, error %v", back.StatusCode, end, err)
	}
	trade := func(verifier string) answer {
		t.Helper()
		body, err := json.Marshal(map[string]string{"code": end.Query().Get("code"), "code_verifier": verifier})
		if err != nil {
			t.Fatal(err)
		}
		return p.browse(t, http.MethodPost, "/auth/oauth/token", string(body), nil, "")
	}
	var tokens restclient.Tokens
	trade(verifier).data(t, &tokens)
	var me struct {
		Email     string
		FirstName string `json:"first_name"`
	}
	p.browse(t, http.MethodGet, "/users/me", "", nil, tokens.AccessToken).data(t, &me)
	if me.Email != string(bobElsewhere.Email) || me.FirstName != bobElsewhere.FirstName {
		t.Errorf("got %+v, want Bob", me)
	}
	if again := trade(verifier); again.StatusCode != http.StatusUnauthorized {
		t.Errorf("a second time: got %d, want 401", again.StatusCode)
	}
	for _, elsewhere := range []string{"com.example.app://other", "com.example.other://signed-in", "https://app.example.com/"} {
		refused := p.browse(t, http.MethodGet, "/auth/oauth/GitHub?"+url.Values{
			"mode": {"code"}, "redirect": {elsewhere}, "code_challenge": {s256(verifier)}, "code_challenge_method": {"S256"},
		}.Encode(), "", nil, "")
		if refused.StatusCode != http.StatusBadRequest || refused.Header.Get("Location") != "" {
			t.Errorf("%s: got %d to %q, want 400", elsewhere, refused.StatusCode, refused.Header.Get("Location"))
		}
	}
}

// TestPasswordsCanBeSwitchedOff leaves providers as the only way in.
func TestPasswordsCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	port, publicURL := publicHome(t)
	at := oidctest.OpenID(t, false, callbacks(publicURL, "IdP")...)
	p := serve(t, append(cheap(t.TempDir()), append(openIDOfToday(at.URL), "PORT="+port, "PUBLIC_URL="+publicURL, "AUTH_DISABLE_DEFAULT=true")...))
	refused := p.browse(t, http.MethodPost, "/auth/login", `{"email":"`+adminEmail+`","password":"`+adminPassword+`"}`, nil, "")
	if refused.StatusCode != http.StatusNotFound || !strings.Contains(refused.body, "ROUTE_NOT_FOUND") {
		t.Errorf("got %d %s, want 404", refused.StatusCode, refused.body)
	}
	if ways := p.browse(t, http.MethodGet, "/auth", "", nil, ""); !strings.Contains(ways.body, `"disableDefault":true`) || !strings.Contains(ways.body, `"label":"The identity provider"`) {
		t.Errorf("got %s", ways.body)
	}
	begun := p.begin(t, "/auth/oauth/IdP")
	var tokens restclient.Tokens
	p.comeBack(t, at, begun.Header.Get("Location"), begun.Cookies(), bobElsewhere).data(t, &tokens)
	if me := p.browse(t, http.MethodGet, "/users/me", "", nil, tokens.AccessToken); me.StatusCode != http.StatusOK {
		t.Errorf("got %d %s", me.StatusCode, me.body)
	}
}

// beginSoon begins at a provider that was down a moment ago, and is left alone for five seconds.
func (p *process) beginSoon(t *testing.T, path string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	again := time.NewTicker(250 * time.Millisecond)
	defer again.Stop()
	for {
		if a := p.browse(t, http.MethodGet, path, "", nil, ""); a.StatusCode != http.StatusServiceUnavailable {
			return a
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatal("the provider stays down")
		}
	}
}

// TestAProviderThatComesLater starts the service while nobody listens where the provider will.
func TestAProviderThatComesLater(t *testing.T) {
	t.Parallel()
	port, publicURL := publicHome(t)
	address := freeAddress(t)
	env := append(cheap(t.TempDir()), append(openIDOfToday("http://"+address), "PORT="+port, "PUBLIC_URL="+publicURL)...)
	p := serve(t, env)
	doctor := sallyport(t, env, "doctor", "oauth")
	diagnosis, err := doctor.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != 1 || !strings.Contains(string(diagnosis), "wrong  oidc: examine the provider at IdP: the description of the provider: ") {
		t.Errorf("the doctor: got error %v and\n%s", err, diagnosis)
	}
	if down := p.browse(t, http.MethodGet, "/auth/login/IdP?redirect=/admin", "", nil, ""); down.StatusCode != http.StatusServiceUnavailable || down.Header.Get("Location") != "" {
		t.Errorf("while it is down: got %d to %q, want 503", down.StatusCode, down.Header.Get("Location"))
	}
	login(t, p.Client, "json") // all else goes on

	at := oidctest.OpenIDAt(t, address, false, callbacks(publicURL, "IdP")...)
	begun := p.beginSoon(t, "/auth/login/IdP?redirect=/admin")
	back := p.comeBack(t, at, begun.Header.Get("Location"), begun.Cookies(), bobElsewhere)
	if back.StatusCode != http.StatusFound || back.Header.Get("Location") != "/admin" {
		t.Errorf("got %d to %q, want 302 to /admin", back.StatusCode, back.Header.Get("Location"))
	}
	if n := len(back.Cookies()); n < 2 { // the session's, and the end of the login's
		t.Errorf("got %d cookies", n)
	}

	at.Pull(contract.OAuthDown)
	begun = p.begin(t, "/auth/login/IdP?redirect=/admin") // its description is known by now
	state, err := url.Parse(begun.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	query := url.Values{"code": {"a-code-of-before"}, "state": {state.Query().Get("state")}}
	lost := p.browse(t, http.MethodGet, "/auth/login/IdP/callback?"+query.Encode(), "", begun.Cookies(), "")
	if got := lost.Header.Get("Location"); lost.StatusCode != http.StatusFound || got != "/admin?reason=SERVICE_UNAVAILABLE" {
		t.Errorf("down again: got %d to %q, want 302 with the reason", lost.StatusCode, got)
	}
}
