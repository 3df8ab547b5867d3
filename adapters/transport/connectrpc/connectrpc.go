// Package connectrpc is the transport for programs that call procedures: Connect, gRPC and
// gRPC-Web, as docs/api/sallyport/v1 describes them, in Protobuf and in JSON, over HTTP/1.1
// and HTTP/2 without TLS (h2c), on a listener of its own. It drives auth.API and holds no rule
// of authentication and no state.
//
// There are no cookies here, and so nothing that a browser would send by itself: tokens of
// every mode are in messages, and the one that a caller shows is in the Authorization field.
package connectrpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"connectrpc.com/connect"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Config says how to serve. A zero duration or number takes the default beside it.
type Config struct {
	// PublicURL is where browsers find the service. Required.
	PublicURL *url.URL

	// Client says who sent a request. It is the same for every transport, so that limits
	// count a caller once. Required.
	Client func(*http.Request) domain.Client

	// Admit is asked about every request before anything of it is looked at, whether there is
	// such a procedure or not. Its error is the answer. It is that of REST, so that requests are
	// counted together. Nil: nobody is refused.
	Admit func(ctx context.Context, client domain.Client) error

	MaxBody        int           // bytes; default 100 kB
	MaxConnections int           // at once, and requests besides one on each of them; one more is turned away; default 8192
	RequestTimeout time.Duration // of the work on one request; default 15 s
	ReadTimeout    time.Duration // of a whole request; default 10 s
	WriteTimeout   time.Duration // of an answer, from the end of its request's header; default 20 s
	IdleTimeout    time.Duration // of a connection between requests; default 60 s

	Now func() time.Time // default time.Now
	Log *slog.Logger     // default slog.Default()
}

func (c Config) withDefaults() Config {
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

// Server answers calls. Make one with New.
type Server struct {
	api        auth.API
	config     Config
	procedures map[string]http.Handler // by path
	errors     *connect.ErrorWriter
	places     places
	http       *http.Server
}

// New returns a server for api.
func New(config Config, api auth.API) (*Server, error) {
	if config.PublicURL == nil || config.PublicURL.Host == "" {
		return nil, errors.New("connectrpc: PublicURL is missing")
	}
	if config.Client == nil {
		return nil, errors.New("connectrpc: Client is missing")
	}
	s := &Server{api: api, config: config.withDefaults()}
	options := s.options()
	s.procedures = s.routes(options)
	s.errors = connect.NewErrorWriter(options...)
	s.places = make(places, s.config.MaxConnections)
	s.http = s.newHTTP()
	return s, nil
}

// The bounds of HTTP/2, where many requests share a connection.
const (
	maxStreams        = 100       // at once, on one connection
	maxConnBuffered   = 256 << 10 // bytes of bodies that nobody has read yet, on one connection
	maxStreamBuffered = 64 << 10  // and of one request
)

// maxHeader bounds all header fields together, in bytes.
const maxHeader = 16 << 10

func (s *Server) newHTTP() *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:                      http.HandlerFunc(s.serve),
		Protocols:                    &protocols,
		ReadTimeout:                  s.config.ReadTimeout,
		WriteTimeout:                 s.config.WriteTimeout,
		IdleTimeout:                  s.config.IdleTimeout,
		MaxHeaderBytes:               maxHeader,
		ConnContext:                  ownPlace,
		DisableGeneralOptionsHandler: true, // OPTIONS * is answered like everything else
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          maxStreams,
			MaxReceiveBufferPerConnection: maxConnBuffered,
			MaxReceiveBufferPerStream:     maxStreamBuffered,
			WriteByteTimeout:              s.config.WriteTimeout,
		},
		ErrorLog: slog.NewLogLogger(s.config.Log.Handler(), slog.LevelWarn),
	}
}

// Serve answers calls from listener until Shutdown, and closes it. It returns nil after
// Shutdown, also where that came first.
func (s *Server) Serve(listener net.Listener) error {
	err := s.http.Serve(&boundedListener{Listener: listener, places: make(places, s.config.MaxConnections), turnAway: s.turnAway})
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("connectrpc: serve: %w", err)
	}
	return nil
}

// Shutdown takes no new requests and waits for those under way, until ctx is done. What is
// left then is cut off.
func (s *Server) Shutdown(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		_ = s.http.Close() // the failure to tell is the one above
		return fmt.Errorf("connectrpc: shut down: %w", err)
	}
	return nil
}
