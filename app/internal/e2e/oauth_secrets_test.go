package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
)

// loginsElsewhere lives through logins at a provider, in all ways that go well and many that do
// not, and keeps what may not come out.
type loginsElsewhere struct {
	*process
	at      *oidctest.Provider
	name    string
	used    secrets         // which nobody but the browser or the app may see, and that once
	refused strings.Builder // every answer that refuses something
	all     strings.Builder // every answer
}

// TestSecurity71And74_NothingOfALoginElsewhereComesOut lives through logins at an OpenID
// provider and at one like GitHub, at the chattiest log level, and then looks for the client's
// secret, and for every code, verifier, state and token, in everything that is kept and shown.
// To log the query of a callback, to wrap the error of a library in notExchanged, or to keep a
// code in place of its hash turns it red.
func TestSecurity71And74_NothingOfALoginElsewhereComesOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	port, publicURL := publicHome(t)
	github, openID := oidctest.GitHub(t, callbacks(publicURL, "GitHub")...), oidctest.OpenID(t, false, callbacks(publicURL, "IdP")...)
	env := append(cheap(dir), "PORT="+port, "PUBLIC_URL="+publicURL, "LOG_LEVEL=trace", "AUTH_IDP_REDIRECT_ALLOW_LIST="+appURL)
	env = append(append(env, gitHubOfThePage(github)...), openIDOfToday(openID.URL)...)
	service := sallyport(t, env, "serve")
	var written bytes.Buffer // by the service
	service.Stdout = &written
	p := startProcess(t, service, nil)

	used := secrets{}
	shown := map[string]string{}
	for _, l := range []*loginsElsewhere{{process: p, at: github, name: "GitHub", used: used}, {process: p, at: openID, name: "IdP", used: used}} {
		l.goWell(t)
		l.goWrong(t)
		shown["refusals of "+l.name] = l.refused.String()
		if strings.Count(l.refused.String(), "\n\n") < 15 {
			t.Errorf("got %s, want the answers of many failures", l.refused.String())
		}
		// Of the provider, nothing is in any answer.
		for i, secret := range append(l.at.Secrets(), oidctest.ClientSecret) {
			if strings.Contains(l.all.String(), secret) {
				t.Errorf("an answer holds secret %d of %s", i, l.name)
			}
			used[fmt.Sprintf("secret %d of %s", i, l.name)] = secret
		}
	}
	shown["the log"] = p.log.String()
	admin := login(t, p.Client, "json")
	shown["GET /activity"] = p.browse(t, http.MethodGet, "/activity?limit=-1", "", nil, admin.Access).body
	if n := strings.Count(shown["GET /activity"], `"login"`); n < 20 {
		t.Errorf("got %d logins in the trail, want those of the day", n)
	}
	shown["GET /users"] = p.browse(t, http.MethodGet, "/users?limit=-1", "", nil, admin.Access).body
	for _, args := range [][]string{{"doctor", "oauth"}, {"config", "print"}, {"activity", "--limit=1000"}} {
		shown[strings.Join(args, " ")] = command(t, env, "", args...)
	}
	readFolder(t, dir, shown)
	if !strings.Contains(shown["sallyport.db"]+shown["sallyport.db-wal"], string(bobElsewhere.Email)) {
		t.Fatal("the test does not see what the database keeps")
	}
	p.stop(t)
	shown["standard output"] = written.String()
	if len(used) < 60 {
		t.Errorf("got %d secrets, which cannot be all", len(used))
	}
	for what, secret := range used {
		if len(secret) < 8 {
			t.Errorf("%s is %q, which is none", what, secret)
			continue
		}
		for where, content := range shown {
			if strings.Contains(content, secret) || strings.Contains(content, url.QueryEscape(secret)) {
				t.Errorf("%s holds %s", where, what)
			}
		}
	}
}

func readFolder(t *testing.T, dir string, into map[string]string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		into[filepath.Base(path)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// keep writes an answer down, and what a browser was given in it.
func (l *loginsElsewhere) keep(a answer) answer {
	text := fmt.Sprintf("%d %v\n%s\n\n", a.StatusCode, a.Header, a.body)
	l.all.WriteString(text)
	if a.StatusCode >= 400 || strings.Contains(a.Header.Get("Location"), "reason=") {
		l.refused.WriteString(text)
	}
	for _, c := range a.Cookies() {
		if len(c.Value) > 8 {
			l.note("cookie "+c.Name, c.Value)
		}
	}
	var tokens struct{ Data restclient.Tokens }
	if json.Unmarshal([]byte(a.body), &tokens) == nil && tokens.Data.AccessToken != "" {
		l.note("access token", tokens.Data.AccessToken)
		l.note("refresh token", tokens.Data.RefreshToken)
	}
	return a
}

func (l *loginsElsewhere) note(what, secret string) {
	l.used[fmt.Sprintf("%s %d of %s", what, len(l.used), l.name)] = secret
}

// begun begins a login and keeps what it carries.
func (l *loginsElsewhere) begun(t *testing.T, path string) (location string, cookies []*http.Cookie) {
	t.Helper()
	a := l.keep(l.begin(t, path))
	location = a.Header.Get("Location")
	at, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"state", "nonce"} {
		if value := at.Query().Get(name); value != "" {
			l.note(name, value)
		}
	}
	return location, a.Cookies()
}

// through logs Bob in on a path.
func (l *loginsElsewhere) through(t *testing.T, path string) answer {
	t.Helper()
	location, cookies := l.begun(t, path)
	return l.keep(l.comeBack(t, l.at, location, cookies, bobElsewhere))
}

// goWell logs in on both families, as an app, and links and unlinks an account.
func (l *loginsElsewhere) goWell(t *testing.T) {
	t.Helper()
	bob := bobElsewhere
	if l.name != "GitHub" { // whose Bob has the address, and links the other
		var token restclient.Tokens
		github := l.browse(t, http.MethodPost, "/auth/login", `{"email":"`+adminEmail+`","password":"`+adminPassword+`"}`, nil, "")
		github.data(t, &token)
		link := l.keep(l.browse(t, http.MethodPost, "/auth/oauth/"+l.name+"/link", `{"redirect":"/admin"}`, nil, token.AccessToken))
		var way struct{ URL string }
		link.data(t, &way)
		if a := l.keep(l.comeBack(t, l.at, way.URL, link.Cookies(), bob)); a.StatusCode != http.StatusFound {
			t.Fatalf("link: got %d %s", a.StatusCode, a.body)
		}
	}
	if a := l.through(t, "/auth/oauth/"+l.name); a.StatusCode != http.StatusOK {
		t.Fatalf("the page's family: got %d %s", a.StatusCode, a.body)
	}
	for _, family := range []string{"/auth/oauth/", "/auth/login/"} {
		if a := l.through(t, family+l.name+"?redirect=/admin"); a.Header.Get("Location") != "/admin" {
			t.Fatalf("%s: got %d to %q", family, a.StatusCode, a.Header.Get("Location"))
		}
	}
	const verifier = "a-verifier-that-the-app-has-made-for-this-login-alone"
	l.note("verifier of the app", verifier)
	a := l.through(t, "/auth/oauth/"+l.name+"?mode=code&code_challenge_method=S256&code_challenge="+s256(verifier)+"&redirect="+url.QueryEscape(appURL))
	end, err := url.Parse(a.Header.Get("Location"))
	if err != nil || end.Query().Get("code") == "" {
		t.Fatalf("app: got %d to %q", a.StatusCode, end)
	}
	code := end.Query().Get("code")
	l.note("code of the app", code)
	for range 2 { // the second time it is spent
		l.keep(l.browse(t, http.MethodPost, "/auth/oauth/token", `{"code":"`+code+`","code_verifier":"`+verifier+`"}`, nil, ""))
	}
}

// goWrong is refused in every way there is.
func (l *loginsElsewhere) goWrong(t *testing.T) {
	t.Helper()
	path := "/auth/login/" + l.name + "?redirect=/admin"
	location, cookies := l.begun(t, path)
	query := l.at.Login(t, location, bobElsewhere)
	callback := callbackPath(t, location) + "?"
	get := func(query url.Values, cookies []*http.Cookie) {
		t.Helper()
		if a := l.keep(l.browse(t, http.MethodGet, callback+query.Encode(), "", cookies, "")); a.StatusCode < 400 && !strings.Contains(a.Header.Get("Location"), "reason=") {
			t.Errorf("got %d to %q, want a refusal", a.StatusCode, a.Header.Get("Location"))
		}
	}
	get(query, nil)                                                                       // another browser
	get(url.Values{"code": query["code"], "state": {"another-state-than-that"}}, cookies) // another login
	l.keep(l.browse(t, http.MethodGet, "/auth/oauth/token?"+query.Encode(), "", cookies, ""))
	l.keep(l.browse(t, http.MethodPost, callback+query.Encode(), "{}", cookies, ""))
	l.keep(l.browse(t, http.MethodGet, callback+query.Encode(), "", cookies, "")) // which works
	get(query, cookies)                                                           // twice

	levers := []contract.OAuthLever{contract.OAuthFailing, contract.OAuthNonsense, contract.OAuthHuge, contract.OAuthRedirects, contract.OAuthNobody}
	levers = append(levers, oidctest.RawLevers()...)
	if l.name == "IdP" {
		levers = append(levers, contract.OAuthUnknownKey, contract.OAuthOtherIssuer, contract.OAuthOtherAudience)
	}
	for _, lever := range levers {
		for _, way := range []string{path, "/auth/oauth/" + l.name} { // the second leads nowhere, and its failure is logged in full
			location, cookies := l.begun(t, way)
			callback = callbackPath(t, location) + "?"
			query := l.at.Login(t, location, bobElsewhere)
			l.at.Pull(lever)
			get(query, cookies)
			l.at.Pull("")
		}
	}
	callback = callbackPath(t, location) + "?"
	l.at.Deny(true)
	location, cookies = l.begun(t, path)
	get(l.at.Login(t, location, bobElsewhere), cookies)
	l.at.Deny(false)

	stranger := contract.OAuthPerson{Subject: "3001", Email: "eve@example.com"} // for whom nobody vouches
	for _, way := range []string{path, "/auth/oauth/" + l.name} {
		location, cookies = l.begun(t, way)
		callback = callbackPath(t, location) + "?"
		get(l.at.Login(t, location, stranger), cookies)
	}
	for _, body := range []string{`{"code":"a-code-that-nobody-made"}`, `{"code":"a-code-that-nobody-made","code_verifier":"x"}`} {
		l.keep(l.browse(t, http.MethodPost, "/auth/oauth/token", body, nil, ""))
	}
	l.note("code that nobody made", "a-code-that-nobody-made")
}
