package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestSecurity88_ABrowserKeepsToTheList: a page of a listed origin logs in, refreshes, reads and
// changes an account and logs out, by cookie and by token, in a browser that knows nothing of us;
// a page of another origin does and reads nothing, though the browser has the cookies.
//
// Red when CORS.lists returns true, CORS.Trusts returns false, or answerPreflight allows no
// fields.
func TestSecurity88_ABrowserKeepsToTheList(t *testing.T) {
	t.Parallel()
	program := chromium(t)
	blank := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>A page</title>"))
	}
	listed, other := httptest.NewServer(http.HandlerFunc(blank)), httptest.NewServer(http.HandlerFunc(blank))
	t.Cleanup(listed.Close)
	t.Cleanup(other.Close)
	address := freeAddress(t)
	serve(t, append(cheap(t.TempDir()), "PORT="+address[strings.LastIndex(address, ":")+1:], "PUBLIC_URL=http://"+address, "CORS_ENABLED=true", "CORS_ORIGIN="+listed.URL))
	hosts := []string{address}
	for _, server := range []*httptest.Server{listed, other} {
		hosts = append(hosts, strings.TrimPrefix(server.URL, "http://"))
	}
	b := openBrowser(t, program, hosts...)

	// fetch returns what a script gets of each step: the status, or what it was thrown.
	fetch := func(steps string) []string {
		t.Helper()
		return run(b, chromedp.Evaluate[[]string](fmt.Sprintf(`(async () => {
			const seen = []
			let token
			const ask = async (method, path, body, headers) => {
				try {
					const answer = await fetch("http://%s" + path, {method, credentials: "include",
						headers: {...body && {"Content-Type": "application/json"}, ...headers}, body: body && JSON.stringify(body)})
					const text = await answer.text()
					token = text && JSON.parse(text).data?.access_token || token
					seen.push(path + " " + answer.status)
				} catch (thrown) { seen.push(path + " " + thrown.name) }
			}
			%s
			return seen
		})()`, address, steps), chromedp.EvalAwaitPromise))
	}
	want := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	login := fmt.Sprintf(`await ask("POST", "/auth/login", {email: %q, password: %q, mode: "cookie"});`, adminEmail, adminPassword)
	const (
		refresh = `await ask("POST", "/auth/refresh", {mode: "cookie"});`
		me      = `await ask("GET", "/users/me", null, {Authorization: "Bearer " + token}); await ask("PATCH", "/users/me", {title: "x"}, {Authorization: "Bearer " + token});`
		nowhere = `await ask("GET", "/nowhere");`
		logout  = `await ask("POST", "/auth/logout", {mode: "cookie"});`
	)
	b.open(listed.URL)
	want("a listed page", fetch(login+refresh+me+nowhere), "/auth/login 200", "/auth/refresh 200", "/users/me 200", "/users/me 200", "/nowhere 404")
	b.open(other.URL)
	want("another page", fetch(refresh+login+me+nowhere+logout), "/auth/refresh TypeError", "/auth/login TypeError", "/users/me TypeError", "/users/me TypeError", "/nowhere TypeError", "/auth/logout TypeError")
	// Without a preflight its requests arrive, and are refused.
	want("a form of another page", fetch(`await fetch("http://`+address+`/auth/logout", {method: "POST", mode: "no-cors", credentials: "include", body: "{}"}).then(() => seen.push("sent"));`), "sent")
	b.open(listed.URL)
	want("the listed page again", fetch(refresh+logout+refresh), "/auth/refresh 200", "/auth/logout 204", "/auth/refresh 400")
}
