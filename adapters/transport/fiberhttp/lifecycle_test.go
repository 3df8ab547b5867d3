package fiberhttp_test

import (
	"net"
	"net/url"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
)

// TestShutdownWhileServeBegins lets the two race: whichever is first, Serve returns, and
// nobody listens any more.
func TestShutdownWhileServeBegins(t *testing.T) {
	for range 200 {
		server, err := fiberhttp.New(fiberhttp.Config{PublicURL: &url.URL{Scheme: "http", Host: "localhost"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		if err := server.Shutdown(t.Context()); err != nil {
			t.Fatalf("shut down: %v", err)
		}
		if err := <-served; err != nil {
			t.Fatalf("serve: %v", err)
		}
		if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String()); err == nil {
			conn.Close()
			t.Fatal("somebody listens after the shutdown")
		}
	}
}
