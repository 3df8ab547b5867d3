package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sallyport-auth/sallyport/core/contract/restclient"
)

// serveForBrowser starts the service where a browser finds it, and returns its URL and address.
func serveForBrowser(t *testing.T) (public, address string) {
	t.Helper()
	address = freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	public = "http://" + address
	serve(t, append(cheap(t.TempDir()), "PORT="+port, "PUBLIC_URL="+public))
	return public, address
}

// TestDocsInABrowser logs in and tries an operation on the page about REST.
func TestDocsInABrowser(t *testing.T) {
	t.Parallel()
	program := chromium(t)
	public, address := serveForBrowser(t)
	b := openBrowser(t, program, address)

	b.open(public + "/admin/login")
	b.focused("#email")
	b.press(adminEmail + "\t" + adminPassword + "\r")
	b.at("/admin", "Your account")

	b.open(public + "/docs")
	const me = "#operations-Own_account-readMe "
	b.click(me + ".opblock-summary-control")
	b.sees(me + "[data-param-name]") // or the page has not looked the operation up yet, and asks nothing
	b.click(me + ".execute")
	b.reads(me+".live-responses-table", "200")
	b.reads(me+".live-responses-table", adminEmail)
	b.keepsNothing()
}

// TestGraphiQLInABrowser logs in by the query that GraphiQL suggests, and asks who that is.
func TestGraphiQLInABrowser(t *testing.T) {
	t.Parallel()
	program := chromium(t)
	public, address := serveForBrowser(t)
	b := openBrowser(t, program, address)

	b.open(public + "/graphql")
	const variables = ".graphiql-editor-tool .CodeMirror"
	b.reads(variables, adminEmail)
	b.await("document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === 'LogIn'")
	run(b, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`document.querySelector(%q).CodeMirror.setValue(JSON.stringify({email: %q, password: %q}))`, variables, adminEmail, adminPassword)))
	b.click(".graphiql-execute-button")
	b.reads(".result-window", `"expires"`)

	b.click(".graphiql-tab:nth-child(2) .graphiql-tab-button")
	b.await("document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === 'Me'") // it asks for the operation that it has read
	b.click(".graphiql-execute-button")
	b.reads(".result-window", adminEmail)

	b.click(`button[aria-label="Show Documentation Explorer"]`)
	b.reads(".graphiql-doc-explorer", "Mutation")
	b.keepsNothing()
}

// keepsNothing wants the page to have left nothing in the browser, where there may be a password in
// it.
func (b *browser) keepsNothing() {
	b.t.Helper()
	b.await("localStorage.length === 0 && sessionStorage.length === 0")
}

// TestPagesForDevelopers asks as programs do, and where the pages are turned off.
func TestPagesForDevelopers(t *testing.T) {
	t.Parallel()
	html := http.Header{"Accept": {"text/html,application/xhtml+xml,*/*;q=0.8"}}
	get := func(t *testing.T, p *process, path string, header http.Header) (int, string, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = header
		answer, err := p.HTTP.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, answer.Header.Get("Content-Type"), string(body)
	}

	t.Run("leave the endpoint to programs", func(t *testing.T) {
		t.Parallel()
		p := serve(t, cheap(t.TempDir()))
		if status, contentType, _ := get(t, p, "/graphql", html); status != http.StatusOK || !strings.HasPrefix(contentType, "text/html") {
			t.Errorf("a browser gets status %d, %s, want the page", status, contentType)
		}
		for path, header := range map[string]http.Header{
			"/graphql?query={server_ping}":        html,
			"/graphql?query=%7Bserver_ping%7D":    {},
			"/graphql/system?query={server_ping}": html,
		} {
			if status, _, body := get(t, p, path, header); status != http.StatusOK || body != `{"data":{"server_ping":"pong"}}` {
				t.Errorf("%s: got status %d, %s, want the answer to a query", path, status, body)
			}
		}
		if status, contentType, body := get(t, p, "/docs/openapi.yaml", http.Header{}); status != http.StatusOK || contentType != "application/yaml" || !strings.Contains(body, "openapi: 3.1") {
			t.Errorf("got status %d, %s, %.50q, want the description", status, contentType, body)
		}
	})
	t.Run("can be turned off", func(t *testing.T) {
		t.Parallel()
		p := serve(t, append(cheap(t.TempDir()), "GRAPHQL_EXPLORER=false", "API_DOCS=false"))
		for _, path := range []string{"/docs", "/docs/openapi.yaml"} {
			if status, _, body := get(t, p, path, html); status != http.StatusNotFound {
				t.Errorf("%s: got status %d, %.50q, want 404", path, status, body)
			}
		}
		if status, contentType, _ := get(t, p, "/graphql", html); strings.HasPrefix(contentType, "text/html") || status == http.StatusOK {
			t.Errorf("/graphql: got status %d, %s, want no page", status, contentType)
		}
		got, err := p.Do(t.Context(), restclient.Call{Method: http.MethodPost, Path: "/graphql", Body: map[string]any{"query": "{server_ping}"}})
		if err != nil || got.Status != http.StatusOK {
			t.Errorf("a query: got status %d, %v, want an answer", got.Status, err)
		}
	})
}
