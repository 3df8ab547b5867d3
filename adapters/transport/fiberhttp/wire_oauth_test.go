package fiberhttp_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
)

// oauthRules are those of logins elsewhere.
func oauthRules() []rule {
	return []rule{
		{name: "§5 providers", also: providersAreListed},
		{name: "§5 login by the page's routes", also: pageLoginAnswers},
		{name: "§5 login by the page's routes with a redirect", also: pageLoginLeadsAway},
		{name: "§5 login by today's routes", also: todaysLoginLeadsAway},
		{name: "§5 cookie of a login elsewhere", also: cookieOfALogin},
		{name: "§5 login elsewhere that fails", also: failureLeadsAway},
		{name: "§5 somebody who is nobody here", also: nobodyIsToldWhy},
		{name: "§5 passwords that are switched off", also: passwordsSwitchedOff},
		{name: "§5 redirect that is not allowed", also: redirectsAreListed},
		{name: "§5 provider that there is not", also: noSuchProvider},
		{name: "§5 code for an app", also: codeForAnApp},
		{name: "§5 accounts elsewhere", also: accountsElsewhere},
	}
}

func providersAreListed(t *testing.T, s scene) {
	if names := dataOf[[]string](t, s.browse(t, "GET", "/auth/oauth", "", nil, "")); len(names) != 1 || names[0] != "GitHub" {
		t.Errorf("got names %q", names)
	}
	list := dataOf[[]map[string]string](t, s.browse(t, "GET", "/auth", "", nil, ""))
	if len(list) != 1 || list[0]["name"] != "GitHub" || list[0]["label"] != "GitHub, Inc." || list[0]["driver"] != "oauth2" || len(list[0]) != 3 {
		t.Errorf("got providers %v", list)
	}
}

func pageLoginAnswers(t *testing.T, s scene) {
	answer := s.throughProvider(t, "/auth/oauth/github")
	tokens := dataOf[map[string]any](t, answer)
	if answer.StatusCode != 200 || tokens["access_token"] == nil || tokens["refresh_token"] == nil || tokens["expires"] == nil {
		t.Errorf("got %d with %d members", answer.StatusCode, len(tokens))
	}
	if c := cookieOf(answer, "__Host-sallyport_oauth"); c == nil || c.MaxAge >= 0 {
		t.Error("the cookie of the login is not taken away")
	}
}

func pageLoginLeadsAway(t *testing.T, s scene) {
	answer := s.throughProvider(t, "/auth/oauth/GitHub?redirect=/home")
	c := cookieOf(answer, "directus_refresh_token")
	if answer.StatusCode != 302 || answer.Header.Get("Location") != "/home" || c == nil || !c.HttpOnly || !c.Secure || answer.ContentLength > 0 {
		t.Errorf("got %d to %q with %d bytes, and cookie %v", answer.StatusCode, answer.Header.Get("Location"), answer.ContentLength, c != nil)
	}
}

func todaysLoginLeadsAway(t *testing.T, s scene) {
	answer := s.throughProvider(t, "/auth/login/github")
	if answer.StatusCode != 302 || answer.Header.Get("Location") != "/" || cookieOf(answer, "directus_session_token") == nil {
		t.Errorf("got %d to %q", answer.StatusCode, answer.Header.Get("Location"))
	}
}

func cookieOfALogin(t *testing.T, s scene) {
	begun := s.browse(t, "GET", "/auth/login/GitHub", "", nil, "")
	c := cookieOf(begun, "__Host-sallyport_oauth")
	if c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 300 || c.Domain != "" || c.Path != "/" {
		t.Errorf("got %+v", c)
	}
}

func failureLeadsAway(t *testing.T, s scene) {
	begun := s.browse(t, "GET", "/auth/login/GitHub?redirect="+url.QueryEscape("/home?x=1"), "", nil, "")
	s.oauth.Pull(contract.OAuthDown)
	answer := s.comeBack(t, begun.Header.Get("Location"), begun.Cookies())
	if got := answer.Header.Get("Location"); answer.StatusCode != 302 || got != "/home?reason=SERVICE_UNAVAILABLE" {
		t.Errorf("got %d to %q", answer.StatusCode, got)
	}
	again := s.comeBack(t, begun.Header.Get("Location"), begun.Cookies())
	if again.StatusCode != 401 || again.Header.Get("Location") != "" {
		t.Errorf("stale: got %d to %q, want 401 and no way on", again.StatusCode, again.Header.Get("Location"))
	}
	without := s.comeBack(t, begun.Header.Get("Location"), nil)
	if without.StatusCode != 401 {
		t.Errorf("without the cookie: got %d, want 401", without.StatusCode)
	}
}

func nobodyIsToldWhy(t *testing.T, _ scene) {
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
}

func passwordsSwitchedOff(t *testing.T, _ scene) {
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
}

func redirectsAreListed(t *testing.T, s scene) {
	for _, family := range []string{"/auth/oauth/GitHub", "/auth/login/GitHub"} {
		for _, bad := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"} {
			if answer := s.browse(t, "GET", family+"?redirect="+url.QueryEscape(bad), "", nil, ""); answer.StatusCode != 400 || answer.Header.Get("Location") != "" {
				t.Errorf("%s to %s: got %d to %q", family, bad, answer.StatusCode, answer.Header.Get("Location"))
			}
		}
	}
}

func noSuchProvider(t *testing.T, s scene) {
	for _, path := range []string{"/auth/oauth/apple", "/auth/login/apple", "/auth/oauth/apple/callback", "/auth/login/apple/callback"} {
		if answer := s.browse(t, "GET", path, "", nil, ""); answer.StatusCode != 404 {
			t.Errorf("%s: got %d, want 404", path, answer.StatusCode)
		}
	}
}

func codeForAnApp(t *testing.T, s scene) {
	const verifier = "a-verifier-that-the-app-has-made-for-this-login-alone"
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	path := "/auth/oauth/GitHub?mode=code&redirect=" + url.QueryEscape("https://app.example.org/in?a=b")
	if answer := s.browse(t, "GET", path, "", nil, ""); answer.StatusCode != 400 {
		t.Errorf("without a challenge: got %d, want 400", answer.StatusCode)
	}
	answer := s.throughProvider(t, path+"&code_challenge_method=S256&code_challenge="+challenge)
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
	if tokens := dataOf[map[string]any](t, s.browse(t, "POST", "/auth/oauth/token", string(body), nil, "")); tokens["refresh_token"] == nil {
		t.Error("got no refresh token")
	}
	if again := s.browse(t, "POST", "/auth/oauth/token", string(body), nil, ""); again.StatusCode != 401 {
		t.Errorf("twice: got %d, want 401", again.StatusCode)
	}
}

func accountsElsewhere(t *testing.T, s scene) {
	bearer := s.json.AccessToken
	begun := s.browse(t, "POST", "/auth/oauth/github/link", `{"redirect":"/account"}`, nil, bearer)
	way := dataOf[map[string]string](t, begun)["url"]
	if answer := s.comeBack(t, way, begun.Cookies()); answer.StatusCode != 302 || answer.Header.Get("Location") != "/account" {
		t.Errorf("got %d to %q", answer.StatusCode, answer.Header.Get("Location"))
	}
	list := dataOf[[]map[string]string](t, s.browse(t, "GET", "/auth/identities", "", nil, bearer))
	if len(list) != 1 || list[0]["provider"] != "GitHub" || list[0]["subject"] != "2001" {
		t.Errorf("got %v", list)
	}
	if answer := s.browse(t, "DELETE", "/auth/oauth/GitHub/link", "", nil, bearer); answer.StatusCode != 204 {
		t.Errorf("unlink: got %d, want 204", answer.StatusCode)
	}
	for _, path := range []string{"POST /auth/oauth/GitHub/link", "DELETE /auth/oauth/GitHub/link", "GET /auth/identities"} {
		method, path, _ := strings.Cut(path, " ")
		if answer := s.browse(t, method, path, "", nil, ""); answer.StatusCode != 401 {
			t.Errorf("%s %s by nobody: got %d, want 401", method, path, answer.StatusCode)
		}
	}
}
