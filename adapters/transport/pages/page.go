package pages

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

//go:embed templates/*.html
var templateFiles embed.FS

// parseTemplates returns each page within the layout, by name.
func parseTemplates() (map[string]*template.Template, error) {
	pages := map[string]*template.Template{}
	for _, name := range []string{"login", "forgot", "link", "profile", "leave", "problem"} {
		t, err := template.ParseFS(templateFiles, "templates/layout.html", "templates/email.html", "templates/"+name+".html")
		if err != nil {
			return nil, err
		}
		pages[name] = t
	}
	return pages, nil
}

// page is what a template shows. Its exported names are for the templates.
type page struct {
	template string
	handler  *Handler
	texts    texts

	Title   string      // key of its text
	Problem *problem    // nil where nothing is wrong
	Notice  string      // key of what has been done; empty: nothing
	Form    url.Values  // what the fields hold
	Focus   string      // ID of the field to begin with
	User    domain.User // who is signed in
	Ready   bool        // whether there is a form to be filled in

	Mailed         mailedLink // of the page of one
	NeedsCode      bool       // whether a code of a second factor is asked for
	Linked, Others []place    // where else who is signed in may sign in, and might
	Leads          string     // where the page leads; empty: nowhere
	Place          place      // which that is
	Onward         string     // key of the text that says so
	Waits          bool       // whether it leads there by a link only
	Return         string     // where who signs in is led; empty: to their account
}

// render answers with the page, or with the status alone where it cannot be made.
func (h *Handler) render(v *visit, p page) {
	p.handler, p.texts, p.Return = h, v.texts, h.wayOn(v)
	status := http.StatusOK
	if p.Problem != nil {
		status = p.Problem.Status
		setRetryAfter(v.w.Header(), p.Problem.RetryAfter)
	}
	var body bytes.Buffer
	if err := h.templates[p.template].ExecuteTemplate(&body, "layout.html", p); err != nil {
		h.config.Log.ErrorContext(v.r.Context(), "a page was not made", "page", p.template, "error", err)
		http.Error(v.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", v.texts.tag.String())
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body.Bytes()) // the browser has gone
}

// Lang is the language of the page (BCP 47).
func (p page) Lang() string { return p.texts.tag.String() }

// Project is what the service is for.
func (p page) Project() string { return p.handler.config.ProjectName }

// T is the text of key.
func (p page) T(key string, args ...any) (string, error) { return p.texts.say(key, args...) }

// Link is the path of a page as browsers see it.
func (p page) Link(path string) string { return p.handler.base + path }

// Asset is the path of an asset as browsers see it.
func (p page) Asset(name string) string { return p.handler.base + p.handler.assets.pathOf(name) }

// Says is the problem in words, with when to come back, where that is known.
func (p page) Says() (string, error) {
	text, err := p.texts.say(p.Problem.Key, p.Problem.Args...)
	if err != nil || p.Problem.RetryAfter <= 0 {
		return text, err
	}
	wait, err := p.texts.sayWait(p.Problem.RetryAfter)
	return text + " " + wait, err
}

// Places are where else people may sign in.
func (p page) Places() []place { return p.handler.places() }

// Passwords reports whether people sign in with a password.
func (p page) Passwords() bool { return !p.handler.api.DefaultDisabled() }

// Wrong reports whether the problem is with that field.
func (p page) Wrong(field string) bool { return p.Problem != nil && p.Problem.Field == field }

// MinPassword is how many characters a password has at least.
func (p page) MinPassword() int { return auth.MinPasswordRunes }

// Languages are those that a person may choose: none, each that pages are written in, and
// the one that is chosen, whichever it is.
func (p page) Languages() []choice {
	chosen := p.Form.Get("language")
	choices := []choice{{Name: "", Chosen: chosen == ""}}
	known := chosen == ""
	for _, t := range p.handler.texts {
		tag := t.tag.String()
		choices = append(choices, choice{Value: tag, Name: t.phrase["language.name"], Lang: tag, Chosen: strings.EqualFold(chosen, tag)})
		known = known || strings.EqualFold(chosen, tag)
	}
	if !known {
		choices = append(choices, choice{Value: chosen, Name: chosen, Chosen: true})
	}
	return choices
}

// choice is an option of a select element.
type choice struct {
	Value, Name string
	Lang        string // of Name; empty: that of the page
	Chosen      bool
}

// focusOr returns the field to begin with: the one that is wrong, if one is.
func focusOr(field, fallback string) string {
	if field == "" {
		return fallback
	}
	return field
}
