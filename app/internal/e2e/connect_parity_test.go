package e2e

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/connectrpctest"
	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// overConnect has the twin answer Connect, too, and returns a client of that.
func (w twin) overConnect(t testing.TB) contract.Client {
	t.Helper()
	server, err := connectrpc.New(connectrpc.Config{
		PublicURL: &url.URL{Scheme: "https", Host: "login.example.com"}, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
		Client: func(r *http.Request) domain.Client { return fiberhttp.ClientOf(r, fiberhttp.Proxies{}) },
	}, w.service)
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
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := errors.Join(server.Shutdown(ctx), <-served); err != nil {
			t.Error(err)
		}
	})
	return connectrpctest.New("http://"+listener.Addr().String(), &http.Client{Timeout: patience, Transport: sameProgram{}})
}

// sameProgram sends requests in the name of the program that calls REST: who called is part of
// what is compared.
type sameProgram struct{}

func (sameProgram) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", "Go-http-client/1.1")
	return http.DefaultTransport.RoundTrip(r)
}
