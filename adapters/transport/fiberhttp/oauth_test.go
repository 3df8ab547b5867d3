package fiberhttp_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
)

// bobElsewhere is nobody here yet.
var bobElsewhere = contract.OAuthPerson{Subject: "2001", Email: "bob@example.com", EmailVerified: true}

// browse asks for a path as a browser does that keeps no cookies of itself.
func (w world) browse(t testing.TB, method, path, body string, cookies []*http.Cookie, bearer string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.client.URL+path, strings.NewReader(body))
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
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

func dataOf[T any](t testing.TB, answer *http.Response) T {
	t.Helper()
	var shown struct{ Data T }
	if err := json.NewDecoder(answer.Body).Decode(&shown); err != nil {
		t.Fatal(err)
	}
	return shown.Data
}

func bodyOf(t testing.TB, answer *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func cookieOf(answer *http.Response, name string) *http.Cookie {
	for _, c := range answer.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// throughProvider begins at path, logs in there, and returns the answer to the callback.
func (w world) throughProvider(t testing.TB, path string) *http.Response {
	t.Helper()
	begun := w.browse(t, http.MethodGet, path, "", nil, "")
	if begun.StatusCode != http.StatusFound {
		t.Fatalf("%s: got %d, want 302", path, begun.StatusCode)
	}
	return w.comeBack(t, begun.Header.Get("Location"), begun.Cookies())
}

func (w world) comeBack(t testing.TB, address string, cookies []*http.Cookie) *http.Response {
	t.Helper()
	query, err := w.oauth.Login(address, bobElsewhere)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	callback, found := strings.CutPrefix(at.Query().Get("redirect_uri"), "https://login.example.com")
	if !found {
		t.Fatalf("got redirect URI %q", at.Query().Get("redirect_uri"))
	}
	return w.browse(t, http.MethodGet, callback+"?"+query.Encode(), "", cookies, "")
}

func TestOAuth(t *testing.T) {
	t.Run("providers are listed in both ways", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		if names := dataOf[[]string](t, w.browse(t, "GET", "/auth/oauth", "", nil, "")); len(names) != 1 || names[0] != "GitHub" {
			t.Errorf("got names %q", names)
		}
		list := dataOf[[]map[string]string](t, w.browse(t, "GET", "/auth", "", nil, ""))
		if len(list) != 1 || list[0]["name"] != "GitHub" || list[0]["label"] != "GitHub, Inc." || list[0]["driver"] != "oauth2" || len(list[0]) != 3 {
			t.Errorf("got providers %v", list)
		}
	})
	t.Run("the page's family answers with tokens", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		answer := w.throughProvider(t, "/auth/oauth/github")
		tokens := dataOf[map[string]any](t, answer)
		if answer.StatusCode != 200 || tokens["access_token"] == nil || tokens["refresh_token"] == nil || tokens["expires"] == nil {
			t.Errorf("got %d with %d members", answer.StatusCode, len(tokens))
		}
		if c := cookieOf(answer, "sallyport_oauth"); c == nil || c.MaxAge >= 0 {
			t.Error("the cookie of the login is not taken away")
		}
	})
	t.Run("the page's family leads away with the refresh cookie", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		answer := w.throughProvider(t, "/auth/oauth/GitHub?redirect=/home")
		c := cookieOf(answer, "directus_refresh_token")
		if answer.StatusCode != 302 || answer.Header.Get("Location") != "/home" || c == nil || !c.HttpOnly || !c.Secure || answer.ContentLength > 0 {
			t.Errorf("got %d to %q with %d bytes, and cookie %v", answer.StatusCode, answer.Header.Get("Location"), answer.ContentLength, c != nil)
		}
	})
	t.Run("today's family leads to / with the session cookie", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		answer := w.throughProvider(t, "/auth/login/github")
		if answer.StatusCode != 302 || answer.Header.Get("Location") != "/" || cookieOf(answer, "directus_session_token") == nil {
			t.Errorf("got %d to %q", answer.StatusCode, answer.Header.Get("Location"))
		}
	})
	t.Run("the cookie of a login is for this host and for five minutes", func(t *testing.T) {
		begun := newWorld(t, auth.DefaultSettings()).browse(t, "GET", "/auth/login/GitHub", "", nil, "")
		c := cookieOf(begun, "sallyport_oauth")
		if c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 300 || c.Domain != "" {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("a failure leads away with its code, and a stale callback nowhere", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		begun := w.browse(t, "GET", "/auth/login/GitHub?redirect="+url.QueryEscape("/home?x=1"), "", nil, "")
		w.oauth.Pull(contract.OAuthDown)
		answer := w.comeBack(t, begun.Header.Get("Location"), begun.Cookies())
		if got := answer.Header.Get("Location"); answer.StatusCode != 302 || got != "/home?reason=SERVICE_UNAVAILABLE" {
			t.Errorf("got %d to %q", answer.StatusCode, got)
		}
		again := w.comeBack(t, begun.Header.Get("Location"), begun.Cookies())
		if again.StatusCode != 401 || again.Header.Get("Location") != "" {
			t.Errorf("stale: got %d to %q, want 401 and no way on", again.StatusCode, again.Header.Get("Location"))
		}
		without := w.comeBack(t, begun.Header.Get("Location"), nil)
		if without.StatusCode != 401 {
			t.Errorf("without the cookie: got %d, want 401", without.StatusCode)
		}
	})
	t.Run("who is nobody here is led away by a name of each family, and told why", func(t *testing.T) {
		w := newWorldOf(t, auth.DefaultSettings(), contract.OAuthPlaces)
		for path, want := range map[string]string{
			"/auth/oauth/google?redirect=/home?x=1": "/home?detail=NOT_REGISTERED&reason=INVALID_USER",
			"/auth/login/google?redirect=/home?x=1": "/home?detail=NOT_REGISTERED&reason=INVALID_CREDENTIALS",
		} {
			if answer := w.throughProvider(t, path); answer.StatusCode != 302 || answer.Header.Get("Location") != want {
				t.Errorf("%s: got %d to %q, want %q", path, answer.StatusCode, answer.Header.Get("Location"), want)
			}
		}
		answer := w.throughProvider(t, "/auth/oauth/google")
		if body := bodyOf(t, answer); answer.StatusCode != 401 || !strings.Contains(body, `"reason":"Nobody here is linked"`) {
			t.Errorf("got %d %s", answer.StatusCode, body)
		}
	})
	t.Run("logins with a password that are switched off are no route, and everybody is told", func(t *testing.T) {
		for _, disabled := range []bool{false, true} {
			s := auth.DefaultSettings()
			s.DisableDefault = disabled
			w := newWorld(t, s)
			if body := bodyOf(t, w.browse(t, "GET", "/auth", "", nil, "")); !strings.Contains(body, fmt.Sprintf(`"disableDefault":%t`, disabled)) {
				t.Errorf("%t: got %s", disabled, body)
			}
			answer := w.browse(t, "POST", "/auth/login", `{"email":"ann@example.com","password":"x"}`, nil, "")
			if body := bodyOf(t, answer); (answer.StatusCode == 404) != disabled || disabled && !strings.Contains(body, "Route /auth/login doesn't exist.") {
				t.Errorf("%t: got %d %s", disabled, answer.StatusCode, body)
			}
		}
	})
	t.Run("a place that is not allowed is refused before the provider is", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		for _, family := range []string{"/auth/oauth/GitHub", "/auth/login/GitHub"} {
			for _, bad := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"} {
				if answer := w.browse(t, "GET", family+"?redirect="+url.QueryEscape(bad), "", nil, ""); answer.StatusCode != 400 || answer.Header.Get("Location") != "" {
					t.Errorf("%s to %s: got %d to %q", family, bad, answer.StatusCode, answer.Header.Get("Location"))
				}
			}
		}
	})
	t.Run("a provider that there is not is no route", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		for _, path := range []string{"/auth/oauth/apple", "/auth/login/apple", "/auth/oauth/apple/callback", "/auth/login/apple/callback"} {
			if answer := w.browse(t, "GET", path, "", nil, ""); answer.StatusCode != 404 {
				t.Errorf("%s: got %d, want 404", path, answer.StatusCode)
			}
		}
	})
	t.Run("an app gets a code and trades it for tokens", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		const verifier = "a-verifier-that-the-app-has-made-for-this-login-alone"
		sum := sha256.Sum256([]byte(verifier))
		challenge := base64.RawURLEncoding.EncodeToString(sum[:])
		path := "/auth/oauth/GitHub?mode=code&redirect=" + url.QueryEscape("https://app.example.org/in?a=b")
		if answer := w.browse(t, "GET", path, "", nil, ""); answer.StatusCode != 400 {
			t.Errorf("without a challenge: got %d, want 400", answer.StatusCode)
		}
		answer := w.throughProvider(t, path+"&code_challenge_method=S256&code_challenge="+challenge)
		at, err := url.Parse(answer.Header.Get("Location"))
		if err != nil || at.Host != "app.example.org" || at.Query().Get("a") != "b" || at.Query().Get("code") == "" {
			t.Fatalf("got to %q and error %v", at, err)
		}
		if cookieOf(answer, "directus_refresh_token") != nil || cookieOf(answer, "directus_session_token") != nil {
			t.Error("got a cookie of a session for an app")
		}
		body, err := json.Marshal(map[string]string{"code": at.Query().Get("code"), "code_verifier": verifier})
		if err != nil {
			t.Fatal(err)
		}
		if tokens := dataOf[map[string]any](t, w.browse(t, "POST", "/auth/oauth/token", string(body), nil, "")); tokens["refresh_token"] == nil {
			t.Error("got no refresh token")
		}
		if again := w.browse(t, "POST", "/auth/oauth/token", string(body), nil, ""); again.StatusCode != 401 {
			t.Errorf("twice: got %d, want 401", again.StatusCode)
		}
	})
	t.Run("who is logged in links, lists and unlinks", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seed(t, "ann@example.com")
		login := w.browse(t, "POST", "/auth/login", `{"email":"ann@example.com","password":"`+password+`"}`, nil, "")
		bearer, _ := dataOf[map[string]any](t, login)["access_token"].(string)
		begun := w.browse(t, "POST", "/auth/oauth/github/link", `{"redirect":"/account"}`, nil, bearer)
		way := dataOf[map[string]string](t, begun)["url"]
		if answer := w.comeBack(t, way, begun.Cookies()); answer.StatusCode != 302 || answer.Header.Get("Location") != "/account" {
			t.Errorf("got %d to %q", answer.StatusCode, answer.Header.Get("Location"))
		}
		list := dataOf[[]map[string]string](t, w.browse(t, "GET", "/auth/identities", "", nil, bearer))
		if len(list) != 1 || list[0]["provider"] != "GitHub" || list[0]["subject"] != "2001" {
			t.Errorf("got %v", list)
		}
		if answer := w.browse(t, "DELETE", "/auth/oauth/GitHub/link", "", nil, bearer); answer.StatusCode != 204 {
			t.Errorf("unlink: got %d, want 204", answer.StatusCode)
		}
		for _, path := range []string{"POST /auth/oauth/GitHub/link", "DELETE /auth/oauth/GitHub/link", "GET /auth/identities"} {
			method, path, _ := strings.Cut(path, " ")
			if answer := w.browse(t, method, path, "", nil, ""); answer.StatusCode != 401 {
				t.Errorf("%s %s by nobody: got %d, want 401", method, path, answer.StatusCode)
			}
		}
	})
	t.Run("nothing of it is in the log", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		begun := w.browse(t, "GET", "/auth/oauth/GitHub", "", nil, "")
		tokens := dataOf[map[string]any](t, w.comeBack(t, begun.Header.Get("Location"), begun.Cookies()))
		at, err := url.Parse(begun.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"code-number-1", at.Query().Get("state"), at.Query().Get("nonce"), begun.Cookies()[0].Value, tokens["refresh_token"].(string)} {
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log has %.8s...", secret)
			}
		}
	})
}
