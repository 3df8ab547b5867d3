package devmail

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
)

//go:embed pages
var pages embed.FS

// sandbox lets a link in a mail be followed, and nothing else.
const sandbox = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"

const (
	pagePolicy = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// bodyPolicy keeps a mail from running anything, from fetching anything, and, by an
	// origin of its own, from reading the page around it.
	bodyPolicy = "sandbox " + sandbox + "; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'"
)

// Handler returns the page of the mailbox, for the path /mailbox and everything below it.
// To those whom Admits refuses, and for whatever there is not, it answers 404. A server
// whose own 404 looks otherwise asks Admits first.
func (b *Mailbox) Handler() http.Handler {
	page := template.Must(template.New("").Funcs(template.FuncMap{"segments": segments}).ParseFS(pages, "pages/*.html"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /mailbox", func(w http.ResponseWriter, _ *http.Request) { b.showList(w, page) })
	mux.HandleFunc("GET /mailbox/style.css", showStyle)
	mux.HandleFunc("GET /mailbox/{name}", func(w http.ResponseWriter, r *http.Request) { b.showMail(w, r, page) })
	mux.HandleFunc("GET /mailbox/{name}/html", b.showHTML)
	mux.HandleFunc("GET /mailbox/{name}/source", b.showSource)
	return b.guard(mux)
}

func (b *Mailbox) showList(w http.ResponseWriter, page *template.Template) {
	entries, err := b.list()
	if err != nil {
		http.Error(w, "the folder of mails cannot be read", http.StatusInternalServerError)
		return
	}
	render(w, page, "list.html", struct {
		Mails []entry
		Keep  int
	}{entries, b.config.Keep})
}

func (b *Mailbox) showMail(w http.ResponseWriter, r *http.Request, page *template.Template) {
	e, err := b.open(r.PathValue("name"))
	if err != nil {
		refuse(w, r, err)
		return
	}
	render(w, page, "mail.html", struct {
		entry
		Sandbox string
	}{e, sandbox})
}

func (b *Mailbox) showHTML(w http.ResponseWriter, r *http.Request) {
	e, err := b.open(r.PathValue("name"))
	if err == nil && e.HTML == "" {
		err = fs.ErrNotExist
	}
	if err != nil {
		refuse(w, r, err)
		return
	}
	answer(w, "text/html; charset=utf-8", bodyPolicy, []byte(openOutside(e.HTML)))
}

func (b *Mailbox) showSource(w http.ResponseWriter, r *http.Request) {
	content, err := b.read(r.PathValue("name"))
	if err != nil {
		refuse(w, r, err)
		return
	}
	answer(w, "text/plain; charset=utf-8", pagePolicy, []byte(content))
}

func showStyle(w http.ResponseWriter, r *http.Request) {
	style, err := pages.ReadFile("pages/style.css")
	if err != nil {
		refuse(w, r, err)
		return
	}
	answer(w, "text/css; charset=utf-8", pagePolicy, style)
}

func refuse(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	http.Error(w, "this mail cannot be read", http.StatusInternalServerError)
}

func render(w http.ResponseWriter, page *template.Template, name string, data any) {
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, name, data); err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	answer(w, "text/html; charset=utf-8", pagePolicy, out.Bytes())
}

func answer(w http.ResponseWriter, kind, policy string, content []byte) {
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Security-Policy", policy)
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	_, _ = w.Write(content) // there is nobody to tell
}

// openOutside makes the links of a mail open in the window instead of in the frame that
// shows the mail, which pages refuse to be put into.
func openOutside(html string) string {
	const base = `<base target="_top">`
	if head := regexp.MustCompile(`(?i)<head(\s[^>]*)?>`).FindStringIndex(html); head != nil {
		return html[:head[1]] + base + html[head[1]:]
	}
	return base + html
}

// segment is a piece of a text body: a link or what is between two.
type segment struct{ Text, Link string }

// segments splits a text at its links.
func segments(text string) []segment {
	var all []segment
	rest := 0
	for _, at := range regexp.MustCompile(`https?://[^\s<>"]+`).FindAllStringIndex(text, -1) {
		link := strings.TrimRight(text[at[0]:at[1]], ".,;:!?)")
		all = append(all, segment{Text: text[rest:at[0]]}, segment{Link: link})
		rest = at[0] + len(link)
	}
	return append(all, segment{Text: text[rest:]})
}
