package fiberhttp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
)

// bertElsewhere is nobody here yet.
var bertElsewhere = contract.OAuthPerson{Subject: "2001", Email: "bert@example.com", EmailVerified: true}

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
	query, err := w.oauth.Login(address, bertElsewhere)
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

// TestOAuthLeavesNothingInTheLog: the rest of what is answered is in oauthRules.
func TestOAuthLeavesNothingInTheLog(t *testing.T) {
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
}

// Red when beginOAuth does not look at other modes: an app would get cookies that it did not ask
// for.
func TestALoginElsewhereKnowsOneMode(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	for _, path := range []string{"/auth/oauth/GitHub?mode=CODE", "/auth/login/GitHub?mode=cookie", "/auth/oauth/GitHub?mode=code"} {
		answer := w.browse(t, "GET", path, "", nil, "")
		if body := bodyOf(t, answer); answer.StatusCode != 400 || !strings.Contains(body, "INVALID_PAYLOAD") || len(answer.Cookies()) != 0 {
			t.Errorf("%s: got %d %s and %d cookies, want 400", path, answer.StatusCode, body, len(answer.Cookies()))
		}
	}
}

// Red when the cookie of a login that may go over TLS alone has a name that others can plant.
func TestTheCookieOfALoginIsPlantedByNobody(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	begun := w.browse(t, "GET", "/auth/oauth/GitHub?redirect=/home", "", nil, "")
	planted := *cookieOf(begun, "__Host-sallyport_oauth")
	planted.Name = "sallyport_oauth"
	if answer := w.comeBack(t, begun.Header.Get("Location"), []*http.Cookie{&planted}); answer.StatusCode != 401 {
		t.Errorf("got %d, want 401", answer.StatusCode)
	}
}

// Red when redirects that cannot be read are no 400, and a failure then a 500.
func TestARedirectThatCannotBeReadIsRefused(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	for _, redirect := range []string{"/%zz", "/x%", "/x?a=%zz"} {
		if answer := w.browse(t, "GET", "/auth/oauth/GitHub?redirect="+url.QueryEscape(redirect), "", nil, ""); answer.StatusCode != 400 {
			t.Errorf("%s: got %d, want 400", redirect, answer.StatusCode)
		}
	}
}

// Red when logRequest takes codeAttr for who is led away, and when it takes the level of a redirect.
func TestTheLogSaysWhyAProviderFailed(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	begun := w.browse(t, "GET", "/auth/oauth/GitHub?redirect=/home", "", nil, "")
	w.oauth.Pull(contract.OAuthDown)
	w.comeBack(t, begun.Header.Get("Location"), begun.Cookies())
	if log := w.log.String(); !strings.Contains(log, `"code":"SERVICE_UNAVAILABLE"`) || !strings.Contains(log, `"cause":"end a login elsewhere: `) || !strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("got %s, want the cause, as an error", log)
	}
}
