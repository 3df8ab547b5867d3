// Package fiberhttp is the REST transport, on Fiber v2 and fasthttp. It decodes requests,
// calls one use case of auth.API each, and encodes the answers in the envelope of the
// Directus API, so that clients of that API work unchanged. It holds no rule of
// authentication and no state.
//
// Strings of a request live in buffers that Fiber uses again for the next one. Everything
// that leaves a handler is therefore copied where it is decoded: see decode.go and
// client.go.
package fiberhttp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Config says how to serve. A zero duration or number takes the default beside it.
type Config struct {
	// PublicURL is where browsers find the service. Requests that carry a cookie are
	// taken from its origin. Required.
	PublicURL *url.URL

	ProjectName string // shown by /server/info; default "Sallyport"
	Version     string // shown to those who are logged in

	// RootRedirect is where whoever asks for / is led, as in the Location header field; empty:
	// nowhere, there is no such route.
	RootRedirect string

	// LoginPage is where /auth/verify leads a browser that is refused, as in the Location header
	// field, if the proxy asks for it; empty: nowhere.
	LoginPage string

	RefreshCookie Cookie // default name "directus_refresh_token"
	SessionCookie Cookie // default name "directus_session_token"

	// TrustedProxies may name the client's address in X-Forwarded-For. Nobody else is
	// listened to.
	TrustedProxies Proxies

	// Admit is asked about every request, after /livez and /readyz and before anything else, whether
	// its client may have another one. Its errors are those of auth.API. Nil: always.
	Admit func(ctx context.Context, client domain.Client) error

	// CORS lets pages of other origins read answers; zero: none.
	CORS CORS

	// KeySet returns the public keys of access tokens as a JSON Web Key Set, for
	// /.well-known/jwks.json. Its errors are those of auth.API. Nil is an empty set.
	KeySet func(ctx context.Context) ([]byte, error)

	// Mounts are other transports beside REST. Their paths are taken first.
	Mounts []Mount

	MaxBody        int           // bytes; default 100 kB
	MaxConnections int           // at once; one more is answered 503; default 8192
	RequestTimeout time.Duration // of the work on one request; default 15 s
	ReadTimeout    time.Duration // of a whole request; default 10 s
	WriteTimeout   time.Duration // of an answer; default 20 s
	IdleTimeout    time.Duration // of a connection between requests; default 60 s

	Now func() time.Time // default time.Now
	Log *slog.Logger     // default slog.Default()
}

func (c Config) withDefaults() Config {
	orDefault(&c.ProjectName, "Sallyport")
	orDefault(&c.RefreshCookie.Name, "directus_refresh_token")
	orDefault(&c.RefreshCookie.SameSite, "Lax")
	orDefault(&c.SessionCookie.Name, "directus_session_token")
	orDefault(&c.SessionCookie.SameSite, "Lax")
	orDefault(&c.MaxBody, 100<<10)
	orDefault(&c.MaxConnections, 8192)
	orDefault(&c.RequestTimeout, 15*time.Second)
	orDefault(&c.ReadTimeout, 10*time.Second)
	orDefault(&c.WriteTimeout, 20*time.Second)
	orDefault(&c.IdleTimeout, 60*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

func orDefault[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

// Server answers HTTP requests. Make one with New.
type Server struct {
	api    auth.API
	config Config
	app    *fiber.App

	lifecycle *lifecycle
}

// maxHeader bounds the request line and all header fields together. A few cookies and a
// long token need more than the 4 kB that fasthttp gives.
const maxHeader = 16 << 10

// New returns a server for api.
func New(config Config, api auth.API) (*Server, error) {
	if config.PublicURL == nil || config.PublicURL.Host == "" {
		return nil, fmt.Errorf("fiberhttp: PublicURL is missing")
	}
	s := &Server{api: api, config: config.withDefaults(), lifecycle: newLifecycle()}
	if err := s.checkCookieNames(); err != nil {
		return nil, err
	}
	if err := s.config.CORS.check(); err != nil {
		return nil, err
	}
	s.app = fiber.New(fiber.Config{
		DisableStartupMessage:        true,
		DisableDefaultContentType:    true,
		DisablePreParseMultipartForm: true,
		EnableTrustedProxyCheck:      true, // of nobody: see client.go
		BodyLimit:                    s.config.MaxBody,
		Concurrency:                  2 * s.config.MaxConnections, // our listener counts; a worker outlives its connection by a moment
		ReadBufferSize:               maxHeader,
		ReadTimeout:                  s.config.ReadTimeout,
		WriteTimeout:                 s.config.WriteTimeout,
		IdleTimeout:                  s.config.IdleTimeout,
		ErrorHandler:                 s.answerUnread,
	})
	s.routes()
	s.guard()
	return s, nil
}

// Serve answers requests from listener until Shutdown, and closes it. It returns nil after
// Shutdown, also where that came first. A listener that fails, as when the process has no
// descriptor left, is asked again until it does not.
func (s *Server) Serve(listener net.Listener) error {
	if !s.lifecycle.begin(listener) {
		return listener.Close()
	}
	bounded := &boundedListener{
		Listener: listener,
		max:      int64(s.config.MaxConnections),
		turnAway: s.turnAway,
		failed:   s.logAcceptFailures(),
		ended:    s.lifecycle.ended,
	}
	if err := s.app.Listener(bounded); err != nil && !s.lifecycle.over() {
		return fmt.Errorf("fiberhttp: serve: %w", err)
	}
	return nil
}

// Shutdown takes no new requests and waits for those under way, until ctx is done.
func (s *Server) Shutdown(ctx context.Context) error {
	// First the listener: fasthttp knows of none, and returns at once, while Serve has only
	// just begun.
	if err := s.lifecycle.end(); err != nil {
		return fmt.Errorf("fiberhttp: shut down: %w", err)
	}
	if err := s.app.ShutdownWithContext(ctx); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("fiberhttp: shut down: %w", err)
	}
	return nil
}
