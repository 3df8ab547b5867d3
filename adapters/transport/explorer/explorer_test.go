package explorer_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/explorer"
)

const description = "openapi: 3.1.1\nservers:\n  - url: /\npaths: {}\n"

// pages returns both pages of a service at that URL, by path.
func pages(t *testing.T, public string) map[string]*explorer.Page {
	t.Helper()
	u, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	graphiQL, err := explorer.NewGraphiQL(explorer.Config{PublicURL: u, ProjectName: "Ann & <Sons>"})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := explorer.NewSwaggerUI(explorer.Config{PublicURL: u, ProjectName: "Ann & <Sons>"}, []byte(description))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*explorer.Page{"/graphql": graphiQL, "/docs": docs}
}

// get asks as a browser does, but for these header fields.
func get(t *testing.T, page *explorer.Page, path string, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	r.Header.Set("Accept-Encoding", "gzip, deflate, br")
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	return w
}

// loads returns what the page loads.
func loads(t *testing.T, page *explorer.Page, path string) []string {
	t.Helper()
	var files []string
	for _, found := range regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(get(t, page, path).Body.String(), -1) {
		files = append(files, found[1])
	}
	if len(files) < 4 {
		t.Fatalf("%s loads %q, which cannot be all", path, files)
	}
	return files
}

func TestPages(t *testing.T) {
	for path, page := range pages(t, "https://login.example.com") {
		t.Run(path, func(t *testing.T) {
			got := get(t, page, path)
			if got.Code != http.StatusOK || got.Header().Get("Content-Type") != "text/html; charset=utf-8" {
				t.Fatalf("got status %d, %s", got.Code, got.Header().Get("Content-Type"))
			}
			if !strings.Contains(got.Body.String(), "– Ann &amp; &lt;Sons&gt;</title>") {
				t.Errorf("the title does not name the project: %s", got.Body)
			}
			for _, file := range loads(t, page, path) {
				compressed, plain := get(t, page, file), get(t, page, file, "Accept-Encoding", "identity, gzip;q=0")
				if compressed.Code != http.StatusOK || plain.Code != http.StatusOK || plain.Header().Get("Content-Encoding") != "" {
					t.Fatalf("%s: got status %d and %d, %v", file, compressed.Code, plain.Code, plain.Header())
				}
				if compressed.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
					t.Errorf("%s: browsers do not keep it: %v", file, compressed.Header())
				}
				content := compressed.Body.Bytes()
				if compressed.Header().Get("Content-Encoding") == "gzip" {
					content = uncompressed(t, content)
				}
				if !bytes.Equal(content, plain.Body.Bytes()) || len(content) == 0 {
					t.Errorf("%s: %d bytes are compressed, and %d are not", file, len(content), plain.Body.Len())
				}
			}
		})
	}
}

// TestFilesAreUncompressedOnce is red when each request without gzip uncompresses a file anew, and
// when HEAD is answered with a file or says another length than GET.
func TestFilesAreUncompressedOnce(t *testing.T) {
	for path, page := range pages(t, "https://login.example.com") {
		for _, file := range loads(t, page, path) {
			for _, coding := range []string{"gzip", "identity"} {
				ask := func(method string) *written {
					r := httptest.NewRequestWithContext(t.Context(), method, file, http.NoBody)
					r.Header.Set("Accept-Encoding", coding)
					w := &written{header: http.Header{}}
					page.ServeHTTP(w, r)
					return w
				}
				head, one, other := ask(http.MethodHead), ask(http.MethodGet), ask(http.MethodGet)
				if head.content != nil || head.header.Get("Content-Length") != strconv.Itoa(len(one.content)) || head.header.Get("Content-Encoding") != one.header.Get("Content-Encoding") {
					t.Errorf("%s as %s: HEAD has %d bytes and says %v, want the length %d", file, coding, len(head.content), head.header, len(one.content))
				}
				if len(one.content) == 0 || &one.content[0] != &other.content[0] {
					t.Errorf("%s as %s: two answers have two contents", file, coding)
				}
			}
		}
	}
}

// written is an answer with the memory in which it was handed over.
type written struct {
	header  http.Header
	content []byte
}

func (w *written) Header() http.Header { return w.header }

func (w *written) Write(content []byte) (int, error) {
	w.content = content
	return len(content), nil
}

func (w *written) WriteHeader(int) {}

// TestSecurity90_PagesForDevelopersLoadAndAskNothingForeign: any line of protect that is gone turns
// it red, a page that may be framed, or run what stands in it, and a file of another host.
func TestSecurity90_PagesForDevelopersLoadAndAskNothingForeign(t *testing.T) {
	for path, page := range pages(t, "https://login.example.com") {
		got := get(t, page, path)
		for name, want := range map[string]string{
			"Cache-Control":                "no-store",
			"Content-Security-Policy":      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "no-referrer",
			"X-Content-Type-Options":       "nosniff",
			"Strict-Transport-Security":    "max-age=31536000",
		} {
			if value := got.Header().Get(name); value != want {
				t.Errorf("%s: %s is %q, want %q", path, name, value, want)
			}
		}
		if foreign := regexp.MustCompile(`(?:src|href)="(?:[a-z]+:)?//[^"]*`).FindString(got.Body.String()); foreign != "" {
			t.Errorf("%s loads %s", path, foreign)
		}
	}
	if got := get(t, pages(t, "http://localhost")["/docs"], "/docs").Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("browsers without TLS are told %q", got)
	}
}

func TestPagesBelowAPath(t *testing.T) {
	const base = "/a/login"
	for path, page := range pages(t, "https://example.com"+base+"/") {
		for _, file := range loads(t, page, path) {
			inside, isBelow := strings.CutPrefix(file, base+path+"/")
			if !isBelow {
				t.Errorf("%s loads %s, which is not below %s", path, file, base)
			}
			if got := get(t, page, path+"/"+inside); got.Code != http.StatusOK {
				t.Errorf("%s: got status %d", file, got.Code)
			}
		}
	}
	page := pages(t, "https://example.com"+base)["/docs"]
	if got := get(t, page, explorer.DescriptionPath).Body.String(); got != strings.Replace(description, "- url: /", "- url: "+base, 1) {
		t.Errorf("got the description %q", got)
	}
	if got := get(t, pages(t, "https://example.com")["/docs"], explorer.DescriptionPath); got.Body.String() != description || got.Header().Get("Content-Type") != "application/yaml" {
		t.Errorf("got the description %q, %v", got.Body, got.Header())
	}
}

func TestAdmits(t *testing.T) {
	page := pages(t, "https://login.example.com")
	for name, test := range map[string]struct {
		page, method, target, accept string
		want                         bool
	}{
		"a browser":                           {"/graphql", http.MethodGet, "/graphql", "text/html,*/*;q=0.8", true},
		"a browser that looks at the header":  {"/graphql", http.MethodHead, "/graphql", "text/html", true},
		"a query in the address":              {"/graphql", http.MethodGet, "/graphql?query={server_ping}", "text/html", false},
		"an address that is read in two ways": {"/graphql", http.MethodGet, "/graphql?a;query={server_ping}", "text/html", false},
		"a query in a body":                   {"/graphql", http.MethodPost, "/graphql", "text/html", false},
		"a program":                           {"/graphql", http.MethodGet, "/graphql", "*/*", false},
		"a program that says what it takes":   {"/graphql", http.MethodGet, "/graphql", "application/graphql-response+json, application/json;q=0.9", false},
		"who says to take no page":            {"/graphql", http.MethodGet, "/graphql", "application/json, text/html;q=0", false},
		"the same with a slash":               {"/graphql", http.MethodGet, "/graphql/", "text/html", true},
		"the other endpoint":                  {"/graphql", http.MethodGet, "/graphql/system", "text/html", true},
		"the other endpoint with a slash":     {"/graphql", http.MethodGet, "/graphql/system/", "text/html", true},
		"the other endpoint, a program":       {"/graphql", http.MethodGet, "/graphql/system", "application/json", false},
		"what is not below it":                {"/graphql", http.MethodGet, "/graphql/items", "text/html", false},
		"two slashes":                         {"/graphql", http.MethodGet, "/graphql//", "text/html", false},
		"a file that is not there":            {"/graphql", http.MethodGet, "/graphql/explorer/graphiql.js", "*/*", false},
		"anybody about the docs":              {"/docs", http.MethodGet, "/docs", "*/*", true},
		"the docs with a slash":               {"/docs", http.MethodGet, "/docs/", "*/*", true},
		"the description":                     {"/docs", http.MethodGet, "/docs/openapi.yaml", "*/*", true},
		"what is not there":                   {"/docs", http.MethodGet, "/docs/openapi.json", "text/html", false},
		"a form":                              {"/docs", http.MethodPost, "/docs", "text/html", false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), test.method, test.target, http.NoBody)
		r.Header.Set("Accept", test.accept)
		if got := page[test.page].Admits(r); got != test.want {
			t.Errorf("%s: got %t, want %t", name, got, test.want)
		}
		w := httptest.NewRecorder()
		page[test.page].ServeHTTP(w, r)
		if found := w.Code == http.StatusOK; found != test.want {
			t.Errorf("%s: got status %d", name, w.Code)
		}
	}
}

func TestMistakes(t *testing.T) {
	u := &url.URL{Scheme: "https", Host: "login.example.com"}
	if _, err := explorer.NewGraphiQL(explorer.Config{}); err == nil {
		t.Error("GraphiQL without a PublicURL was made")
	}
	if _, err := explorer.NewSwaggerUI(explorer.Config{}, []byte(description)); err == nil {
		t.Error("Swagger UI without a PublicURL was made")
	}
	for _, wrong := range []string{"", "servers:\n  - url: https://example.com\n", description + description} {
		if _, err := explorer.NewSwaggerUI(explorer.Config{PublicURL: u}, []byte(wrong)); err == nil {
			t.Errorf("a description was taken that does not say where the service is: %q", wrong)
		}
	}
}

// TestVendored holds what is compressed to the sums that scripts/webassets wrote, and wants a
// licence beside it.
func TestVendored(t *testing.T) {
	sums, err := os.Open("vendored/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	defer sums.Close()
	want := map[string]string{}
	for lines := bufio.NewScanner(sums); lines.Scan(); {
		sum, name, _ := strings.Cut(lines.Text(), "  ")
		want[name] = sum
	}
	files, err := filepath.Glob("vendored/*.gz")
	if err != nil || len(files) != len(want) || len(files) == 0 {
		t.Fatalf("got %d files and %d sums, %v", len(files), len(want), err)
	}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".gz")
		sum := sha256.Sum256(uncompressed(t, content))
		if got := hex.EncodeToString(sum[:]); got != want[name] {
			t.Errorf("%s has the sum %s, want %s: go run ./scripts/webassets", name, got, want[name])
		}
		if _, err := os.Stat(filepath.Join("vendored", strings.TrimSuffix(name, filepath.Ext(name))+".LICENSE")); err != nil {
			t.Errorf("%s has no licence: %v", name, err)
		}
	}
}

func uncompressed(t *testing.T, content []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
