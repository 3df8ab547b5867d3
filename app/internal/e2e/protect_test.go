package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// aboutUsers matches the headers that tell who somebody is, in any spelling that a gateway may take
// for the same.
var aboutUsers = regexp.MustCompile(`(?i)^x.user.`)

// proxied is an application behind a reverse proxy that asks the service.
type proxied struct {
	url           string
	editor, other string // access tokens of an editor, and of somebody without a role
	editorID      string
	role          string
}

// TestProtectAnApplication starts the proxies of docs/protect-an-app.md with the files of
// docs/examples/protect, in front of an application that tells what it is told, and proves the
// table of who gets what.
func TestProtectAnApplication(t *testing.T) {
	for name, start := range map[string]func(t *testing.T, folder string){
		"nginx": func(t *testing.T, folder string) {
			runProxy(t, "nginx", "-p", folder, "-c", filepath.Join(folder, "nginx.conf"))
		},
		"haproxy": func(t *testing.T, folder string) {
			runProxy(t, "haproxy", "-f", filepath.Join(folder, "haproxy.cfg"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := protect(t, start)
			p.table(t)
			p.untrusted(t)
			p.detours(t)
		})
	}
}

// table is that of docs/protect-an-app.md.
func (p proxied) table(t *testing.T) {
	t.Helper()
	for _, row := range []struct {
		method, path             string
		nobody, somebody, editor int
	}{
		{"GET", "/articles/1", 200, 200, 200},
		{"HEAD", "/articles/1", 200, 200, 200},
		{"POST", "/articles", 401, 403, 200},
		{"PATCH", "/articles/1", 401, 403, 200},
		{"DELETE", "/articles/1", 401, 403, 403},
		{"GET", "/reports/1", 401, 403, 200},
		{"DELETE", "/reports/1", 401, 403, 403},
		{"OPTIONS", "/reports/1", 0, 0, 0}, // no action: not let through
		{"GET", "/articles", 200, 200, 200},
		{"GET", "/articlesX", 404, 404, 404}, // no path of a collection
		{"GET", "/articles-drafts/1", 404, 404, 404},
		{"GET", "/reports-old/1", 404, 404, 404},
	} {
		for token, want := range map[string]int{"": row.nobody, p.other: row.somebody, p.editor: row.editor} {
			status, told := p.ask(t, row.method, row.path, token, nil)
			if status != want && !(want == 0 && status >= 400) {
				t.Errorf("%s %s with %.10q: got %d, want %d", row.method, row.path, token, status, want)
			}
			if row.method != "HEAD" && status == 200 && (told["X-User-Id"] != "") != (token != "") {
				t.Errorf("%s %s with %.10q: the application is told %q", row.method, row.path, token, told)
			}
		}
	}
	_, told := p.ask(t, "GET", "/reports/1", p.editor, nil)
	if told["X-User-Id"] != p.editorID || told["X-User-Email"] != "editor@example.com" || told["X-User-Role"] != p.role {
		t.Errorf("the application is told %q, want who the editor is", told)
	}
	if status, _ := p.ask(t, "GET", "/articles/1", "nonsense", nil); status != 401 {
		t.Errorf("a bad token: got %d, want 401", status)
	}
}

// untrusted has clients say themselves who they are.
func (p proxied) untrusted(t *testing.T) {
	t.Helper()
	forged := http.Header{"X-User-Assertion": {"made.up.here"}}
	for _, name := range []string{"X-User-Id", "X_User_Id", "x_user_id", "X-User_Id", "X.User.Id", "X_User.Id"} { // a gateway may take them all for one
		forged[name] = []string{p.editorID}
		forged[name[:7]+"Email"] = []string{"editor@example.com"}
		forged[name[:7]+"Role"] = []string{p.role}
	}
	status, told := p.ask(t, "GET", "/articles/1", "", forged)
	delete(told, "Path")
	if status != 200 || len(told) > 0 {
		t.Errorf("got %d, and the application is told %q, want nobody", status, told)
	}
	_, told = p.ask(t, "GET", "/articles/1", p.other, forged)
	if told["X-User-Id"] == "" || told["X-User-Id"] == p.editorID || told["X-User-Email"] != "other@example.com" || len(told) != 3 {
		t.Errorf("the application is told %q, want the other, who has no role", told)
	}
	if status, _ := p.ask(t, "GET", "/reports/1", "", forged); status != 401 {
		t.Errorf("got %d, want 401", status)
	}
}

// detours go to the private collection by the path of the public one.
func (p proxied) detours(t *testing.T) {
	t.Helper()
	for _, path := range []string{
		"/articles/../reports/1", "/articles/%2e%2e/reports/1", "/articles/..%2freports/1", "//reports/1", "/articles//../reports/1",
		"/articles%2f..%2freports/1", "/articles/%2e%2e%2freports/1", "/reports%2f1",
		"/articles/..;/reports/1", "/articles/..;x=1/reports/1", "/articles/..%3b/reports/1", "/articles/%2e%2e;/reports/1",
		`/articles\..\reports/1`, `/articles/..\reports/1`, "/articles%5c..%5creports/1", "/articles/..%5Creports/1",
	} {
		status, told := p.raw(t, path)
		if status == 200 && (strings.HasPrefix(told["Path"], "/reports") || strings.ContainsAny(told["Path"], `\;`) || strings.Contains(told["Path"], "..")) {
			t.Errorf("%s: got %d of %q, which is another path or may be read as one", path, status, told["Path"])
		}
	}
}

// protect starts everything.
func protect(t *testing.T, start func(t *testing.T, folder string)) proxied {
	t.Helper()
	p := serve(t, cheap(t.TempDir()))
	root := login(t, p.Client, domain.ModeJSON).Access
	made := func(path string, body map[string]any) string {
		got, err := p.Do(t.Context(), restclient.Call{Method: "POST", Path: path, Bearer: root, Body: body})
		var one struct{ ID string }
		if err == nil {
			err = got.Data(&one)
		}
		if err != nil {
			t.Fatalf("POST %s: %v", path, err)
		}
		return one.ID
	}
	role := made("/roles", map[string]any{"name": "Editors"})
	all := []string{"*"}
	made("/permissions", map[string]any{"role": nil, "collection": "articles", "action": "read", "fields": all})
	for _, grant := range [][2]string{{"articles", "read"}, {"articles", "create"}, {"articles", "update"}, {"reports", "read"}} {
		made("/permissions", map[string]any{"role": role, "collection": grant[0], "action": grant[1], "fields": all})
	}
	const password = "correct horse battery staple"
	editor := made("/users", map[string]any{"email": "editor@example.com", "password": password, "role": role})
	made("/users", map[string]any{"email": "other@example.com", "password": password})
	token := func(email string) string {
		tokens, err := p.Login(t.Context(), auth.LoginInput{Email: email, Password: password, Mode: domain.ModeJSON})
		if err != nil {
			t.Fatal(err)
		}
		return tokens.Access
	}
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Told-Path", r.URL.Path)
		for name, values := range r.Header {
			if aboutUsers.MatchString(name) {
				w.Header()["Told-"+name] = []string{strings.Join(values, ",")}
			}
		}
	}))
	t.Cleanup(application.Close)
	address := freeAddress(t)
	folder := t.TempDir()
	for _, name := range []string{"nginx.conf", "haproxy.cfg", "verify.lua"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "examples", "protect", name))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.NewReplacer(
			"127.0.0.1:8055", strings.TrimPrefix(p.URL, "http://"), "127.0.0.1:3000", strings.TrimPrefix(application.URL, "http://"),
			"127.0.0.1:8080", address, "lua-load verify.lua", "lua-load "+filepath.Join(folder, "verify.lua"),
		).Replace(string(text))
		if err := os.WriteFile(filepath.Join(folder, name), []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start(t, folder)
	await(t, "the proxy", func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			err = connection.Close()
		}
		return err == nil
	})
	return proxied{url: "http://" + address, editor: token("editor@example.com"), other: token("other@example.com"), editorID: editor, role: role}
}

// runProxy runs it until the test ends. Where there is none the test is skipped, but never in CI.
func runProxy(t *testing.T, program string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		missing := fmt.Sprintf("there is no %s: on Debian, apt-get install %s", program, program)
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	command := exec.Command(path, args...)
	var output strings.Builder
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
		if t.Failed() {
			t.Logf("%s says: %s", program, output.String())
		}
	})
}

// ask returns the status, and what the application was told.
func (p proxied) ask(t *testing.T, method, path, token string, header http.Header) (int, map[string]string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	return answer.StatusCode, toldIn(answer)
}

func toldIn(answer *http.Response) map[string]string {
	told := map[string]string{}
	for name := range answer.Header {
		if what, ok := strings.CutPrefix(name, "Told-"); ok {
			told[what] = answer.Header.Get(name)
		}
	}
	return told
}

// raw asks for a path exactly as it is written.
func (p proxied) raw(t *testing.T, path string) (int, map[string]string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = path
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer answer.Body.Close()
	return answer.StatusCode, toldIn(answer)
}
