package connectrpc_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestShutdownFinishesWhatIsUnderWay stops the server while it works on a call, in each protocol.
func TestShutdownFinishesWhatIsUnderWay(t *testing.T) {
	for _, p := range protocols() {
		t.Run(p.name, func(t *testing.T) {
			entered, release := make(chan struct{}), make(chan struct{})
			w := newStub(t, nil)
			server, err := connectrpc.New(w.config(), stubAPI{login: func(context.Context, auth.LoginInput) (auth.Tokens, error) {
				close(entered)
				<-release
				return auth.Tokens{Mode: domain.ModeJSON, Access: "a", Refresh: "r"}, nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			served, stopped, answered := make(chan error, 1), make(chan error, 1), make(chan error, 1)
			go func() { served <- server.Serve(listener) }()
			w.url = "http://" + listener.Addr().String()
			client := w.client(t, p)
			go func() {
				_, err := client.Login(t.Context(), loginInput())
				answered <- err
			}()
			<-entered
			go func() { stopped <- server.Shutdown(t.Context()) }()
			if err := <-served; err != nil {
				t.Errorf("got %v from Serve, want nil", err)
			}
			if conn, err := net.Dial("tcp", listener.Addr().String()); err == nil {
				conn.Close()
				t.Error("the server takes connections while it stops")
			}
			select {
			case err := <-stopped:
				t.Fatalf("got %v from Shutdown with a call under way", err)
			default:
			}
			close(release)
			if err := <-answered; err != nil {
				t.Errorf("got %v of the call that was under way", err)
			}
			if err := <-stopped; err != nil {
				t.Errorf("got %v from Shutdown", err)
			}
		})
	}
}

// TestShutdownHasAnEnd stops the server while a call does not end.
func TestShutdownHasAnEnd(t *testing.T) {
	for _, p := range protocols() {
		t.Run(p.name, func(t *testing.T) {
			entered, release := make(chan struct{}), make(chan struct{})
			defer close(release)
			w := newStub(t, nil)
			server, err := connectrpc.New(w.config(), stubAPI{login: func(context.Context, auth.LoginInput) (auth.Tokens, error) {
				close(entered)
				<-release
				return auth.Tokens{}, nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			go func() { _ = server.Serve(listener) }()
			w.url = "http://" + listener.Addr().String()
			client, answered := w.client(t, p), make(chan error, 1)
			go func() {
				_, err := client.Login(t.Context(), loginInput())
				answered <- err
			}()
			<-entered
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			if err := server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want that the time is over", err)
			}
			if err := <-answered; err == nil {
				t.Error("got an answer of a call that was cut off")
			}
		})
	}
}

func TestServeAfterShutdownClosesTheListener(t *testing.T) {
	w := newStub(t, nil)
	server, err := connectrpc.New(w.config(), stubAPI{})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(listener); err != nil {
		t.Errorf("got %v, want nil", err)
	}
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want the listener closed", err)
	}
}
