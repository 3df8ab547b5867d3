package connectrpc_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/connectrpctest"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// world is a server on a loopback port, on the reference store and fakes.
type world struct {
	url    string
	clock  *fakes.Clock
	store  port.Store
	hasher *fakes.Hasher
	mails  *fakes.Mailbox
	worker auth.Worker
	log    *fakes.Log

	service   *auth.Service
	elsewhere *fakes.OAuthProvider // each of contract.OAuthPlaces
}

func newWorld(t testing.TB, s auth.Settings, changes ...func(*connectrpc.Config)) world {
	t.Helper()
	w := world{
		clock:  fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)),
		store:  refstore.New(),
		hasher: fakes.NewHasher(2),
		mails:  &fakes.Mailbox{},
		log:    &fakes.Log{},

		elsewhere: fakes.NewOAuthProvider("GitHub"),
	}
	tokens := fakes.NewTokens("a key for tests", "directus")
	keys, err := auth.NewKeys([]byte("a data key that is long enough to be one"))
	if err != nil {
		t.Fatal(err)
	}
	service := auth.New(auth.Ports{
		Work: w.store, Repos: w.store.Repos(), Sessions: w.store.Sessions(), Limiter: w.store.Limiter(), Events: w.store.Events(),
		Hasher: w.hasher, Issuer: tokens, Verifier: tokens, Asserter: tokens,
		OAuth:  contract.OAuthPlaces(w.elsewhere.Named),
		Mailer: w.mails, Composer: fakes.Composer{}, Clock: w.clock, Log: w.logger(),
		Probes: []auth.Probe{{Name: "store", Ping: w.store.Ping}},
	}, s, keys)
	w.worker, w.service = service, service
	w.url = serve(t, w.config(changes...), service)
	return w
}

func (w world) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (w world) config(changes ...func(*connectrpc.Config)) connectrpc.Config {
	config := connectrpc.Config{
		PublicURL: &url.URL{Scheme: "https", Host: "login.example.com"},
		Client: func(r *http.Request) domain.Client {
			host, _, _ := net.SplitHostPort(r.RemoteAddr)
			return domain.Client{IP: host, UserAgent: r.UserAgent(), Origin: r.Header.Get("Origin")}.Bounded()
		},
		Now: w.clock.Now,
		Log: w.logger(),
	}
	for _, change := range changes {
		change(&config)
	}
	return config
}

// serve serves api until the test ends, and returns where.
func serve(t testing.TB, config connectrpc.Config, api auth.API) string {
	t.Helper()
	server, err := connectrpc.New(config, api)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return "http://" + listener.Addr().String()
}

func (w world) client(t testing.TB, p protocol) connectrpctest.Client {
	t.Helper()
	client := connectrpctest.NewHTTP(p.h2c)
	t.Cleanup(client.CloseIdleConnections)
	return connectrpctest.New(w.url, client, p.options...)
}
