package server

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// local returns a configuration that listens on this machine alone.
func local(port int, connect string) config.Config {
	var c config.Config
	c.Server.Host, c.Server.Port, c.Connect.Address = "127.0.0.1", port, connect
	return c
}

func TestListenAllOpensAllOrNone(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		l, err := listenAll(t.Context(), local(0, ""))
		if err != nil {
			t.Fatal(err)
		}
		defer l.close()
		if l.Connect != nil || l.addresses().Connect != nil {
			t.Errorf("got a listener for Connect at %v, want none", l.addresses().Connect)
		}
	})
	t.Run("both", func(t *testing.T) {
		l, err := listenAll(t.Context(), local(0, "127.0.0.1:0"))
		if err != nil {
			t.Fatal(err)
		}
		if at := l.addresses(); at.REST.String() == at.Connect.String() {
			t.Errorf("got %v twice", at.REST)
		}
		l.close()
		for _, closed := range []net.Listener{l.REST, l.Connect} {
			if _, err := closed.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("got %v, want it closed", err)
			}
		}
	})
	t.Run("none where one is taken", func(t *testing.T) {
		taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Close()
		probe, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := probe.Addr().(*net.TCPAddr).Port
		if err := probe.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = listenAll(t.Context(), local(port, taken.Addr().String()))
		if err == nil || !strings.Contains(err.Error(), "CONNECT_ADDRESS") {
			t.Errorf("got %v, want CONNECT_ADDRESS to be changed", err)
		}
		again, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			t.Fatalf("the other listener is still open: %v", err)
		}
		again.Close()
	})
}

// stubTransport serves until it is shut down, or fails.
type stubTransport struct {
	serve    chan error
	shutdown func(ctx context.Context) error
}

func (s stubTransport) Serve(net.Listener) error           { return <-s.serve }
func (s stubTransport) Shutdown(ctx context.Context) error { return s.shutdown(ctx) }

func TestServeUntilDone(t *testing.T) {
	t.Run("ends when one of them fails", func(t *testing.T) {
		for failing := range 2 {
			list := []endpoint{{transport: stubTransport{serve: make(chan error, 1)}}, {transport: stubTransport{serve: make(chan error, 1)}}}
			list[failing].transport.(stubTransport).serve <- io.ErrUnexpectedEOF
			if err := serveUntilDone(t.Context(), list); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%d: got %v, want its failure", failing, err)
			}
			close(list[1-failing].transport.(stubTransport).serve)
		}
	})
	t.Run("ends with its context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		forever := stubTransport{serve: make(chan error)}
		defer close(forever.serve)
		if err := serveUntilDone(ctx, []endpoint{{transport: forever}}); err != nil {
			t.Errorf("got %v, want nil", err)
		}
	})
}

// TestShutDownStopsAllAtOnce has each wait for the other.
func TestShutDownStopsAllAtOnce(t *testing.T) {
	first, second := make(chan struct{}), make(chan struct{})
	wait := func(mine, other chan struct{}, err error) func(context.Context) error {
		return func(ctx context.Context) error {
			close(mine)
			select {
			case <-other:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	err := shutDown(t.Context(), []endpoint{
		{transport: stubTransport{shutdown: wait(first, second, nil)}},
		{transport: stubTransport{shutdown: wait(second, first, io.ErrUnexpectedEOF)}},
	})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want the failure of the second", err)
	}
}
