// Package pages is the transport for people: signing in, a forgotten password, and one's
// own account, as pages of HTML below /admin. It is a net/http handler over auth.API, in
// session mode only; its session cookie is that of REST.
//
// The pages need no script and name no other host. Each form is answered by a redirect
// where it was taken, and by the form again, with what is wrong in words, where it was not.
// Nothing is kept between two requests but what the browser's cookies hold.
package pages

import (
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Config says how to show the pages.
type Config struct {
	// PublicURL is where browsers find the service. Forms are taken from its origin, and
	// its path, if it has one, stands before that of every link. Required.
	PublicURL *url.URL

	// Client says who sent a request. It is the same for every transport, so that limits
	// count a caller once. Required.
	Client func(*http.Request) domain.Client

	// Returns are the origins, besides that of PublicURL, where a page of an application may have
	// sent people to log in, and where they are led back.
	Returns []string

	ProjectName   string // heads every page; default "Sallyport"
	SessionCookie Cookie // as REST has it; default name "directus_session_token"

	Now func() time.Time // default time.Now
	Log *slog.Logger     // default slog.Default()
}

func (c Config) withDefaults() Config {
	if c.ProjectName == "" {
		c.ProjectName = "Sallyport"
	}
	if c.SessionCookie.Name == "" {
		c.SessionCookie.Name = "directus_session_token"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// Handler answers every request at and below /admin. It is safe for concurrent use. Make
// one with New.
type Handler struct {
	api       auth.API
	config    Config
	base      string // path of PublicURL, without a slash at its end
	rooms     map[string]room
	assets    assets
	templates map[string]*template.Template
	texts     []texts
	matcher   language.Matcher
}

var _ http.Handler = (*Handler)(nil)

// New returns the pages of api, to be mounted at /admin.
func New(config Config, api auth.API) (*Handler, error) {
	if config.PublicURL == nil || config.PublicURL.Host == "" {
		return nil, errors.New("pages: PublicURL is missing")
	}
	if config.Client == nil {
		return nil, errors.New("pages: Client is missing")
	}
	h := &Handler{
		api:    api,
		config: config.withDefaults(),
		base:   strings.TrimRight(config.PublicURL.EscapedPath(), "/"),
	}
	h.rooms = h.allRooms()
	var err error
	if h.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("pages: load assets: %w", err)
	}
	if h.templates, err = parseTemplates(); err != nil {
		return nil, fmt.Errorf("pages: parse templates: %w", err)
	}
	if h.texts, err = loadTexts(); err != nil {
		return nil, fmt.Errorf("pages: load texts: %w", err)
	}
	h.matcher = matcherOf(h.texts)
	return h, nil
}
