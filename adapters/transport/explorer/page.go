package explorer

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/http"
)

// Page is a page and the files that it loads. It is safe for concurrent use.
type Page struct {
	html   []byte
	files  map[string]file // by path
	isPage func(*http.Request) bool
	isTLS  bool
}

var _ http.Handler = (*Page)(nil)

// layout is what makes one page another than the next.
type layout struct {
	path, below     string // where the page is, and where its files are from there
	title           string
	styles, scripts []string
	data            string // the path that the page asks
	isPage          func(*http.Request) bool
}

func newPage(config Config, l layout) (*Page, error) {
	if config.PublicURL == nil || config.PublicURL.Host == "" {
		return nil, errors.New("explorer: PublicURL is missing")
	}
	if config.ProjectName == "" {
		config.ProjectName = "Sallyport"
	}
	base := basePath(config.PublicURL)
	page := &Page{files: map[string]file{}, isPage: l.isPage, isTLS: config.PublicURL.Scheme == "https"}
	load := func(names []string) ([]string, error) {
		var paths []string
		for _, name := range names {
			loaded, err := loadFile(name)
			if err != nil {
				return nil, fmt.Errorf("explorer: load %s: %w", name, err)
			}
			path := l.path + l.below + loaded.hashed(name)
			page.files[path] = loaded
			paths = append(paths, base+path)
		}
		return paths, nil
	}
	styles, err := load(l.styles)
	if err != nil {
		return nil, err
	}
	scripts, err := load(l.scripts)
	if err != nil {
		return nil, err
	}
	document, err := template.ParseFS(embedded, "own/page.html")
	if err != nil {
		return nil, fmt.Errorf("explorer: read the page: %w", err)
	}
	var html bytes.Buffer
	if err := document.Execute(&html, map[string]any{
		"Title": l.title, "ProjectName": config.ProjectName, "Styles": styles, "Scripts": scripts, "Data": base + l.data,
	}); err != nil {
		return nil, fmt.Errorf("explorer: write the page: %w", err)
	}
	page.html = html.Bytes()
	return page, nil
}

// Admits reports whether a request is for the page or one of its files.
func (p *Page) Admits(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	_, isFile := p.files[r.URL.Path]
	return isFile || p.isPage(r)
}

// ServeHTTP answers what it Admits, and says of everything else that it is not found.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.protect(w.Header())
	if !p.Admits(r) {
		http.NotFound(w, r)
		return
	}
	if loaded, ok := p.files[r.URL.Path]; ok {
		loaded.serve(w, r)
		return
	}
	// At /graphql programs get other answers than browsers (RFC 9110, section 12.5.5).
	w.Header().Set("Vary", "Accept")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(p.html) // the browser has gone
}

// policy lets a page load scripts, styles and small pictures from here, ask the service itself,
// and do nothing else; no page may frame it (Content Security Policy Level 3).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// protect says of every answer that it is for this once, that it is what its content type says,
// that no link on it tells where it was, and, where browsers come by TLS, that they shall not
// come without (RFC 6797, section 7.1).
func (p *Page) protect(header http.Header) {
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", policy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	if p.isTLS {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
