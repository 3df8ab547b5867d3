package server

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
)

// listeners are where the service is reached. Connect is nil where it is not answered.
type listeners struct{ REST, Connect net.Listener }

// listenAll opens every listener that the configuration asks for, or none.
func listenAll(ctx context.Context, c config.Config) (listeners, error) {
	rest, err := listen(ctx, c.Server)
	if err != nil || c.Connect.Address == "" {
		return listeners{REST: rest}, err
	}
	connect, err := listenAt(ctx, c.Connect.Address, "CONNECT_ADDRESS", "CONNECT_ADDRESS")
	if err != nil {
		return listeners{}, errors.Join(err, rest.Close())
	}
	return listeners{REST: rest, Connect: connect}, nil
}

// addresses are those of listeners.
type addresses struct{ REST, Connect net.Addr }

func (l listeners) addresses() addresses {
	at := addresses{REST: l.REST.Addr()}
	if l.Connect != nil {
		at.Connect = l.Connect.Addr()
	}
	return at
}

// close closes what is open. Mostly it is for the second time, and no error.
func (l listeners) close() {
	_ = l.REST.Close()
	if l.Connect != nil {
		_ = l.Connect.Close()
	}
}

// transport answers requests from a listener, which it closes. Serve returns nil after Shutdown.
type transport interface {
	Serve(net.Listener) error
	Shutdown(ctx context.Context) error
}

// endpoint is a transport and the listener that it is to answer from.
type endpoint struct {
	transport
	listener net.Listener
}

func endpoints(service *wiring.Service, l listeners) []endpoint {
	list := []endpoint{{service.REST, l.REST}}
	if l.Connect != nil {
		list = append(list, endpoint{service.Connect, l.Connect})
	}
	return list
}

// serveUntilDone answers requests until ctx is done or one of the listeners fails. Requests
// that were accepted may still be under way.
func serveUntilDone(ctx context.Context, list []endpoint) error {
	served := make(chan error, len(list))
	for _, e := range list {
		go func() { served <- e.Serve(e.listener) }()
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		return nil
	}
}

// shutDown stops all of them at once, each until ctx is done.
func shutDown(ctx context.Context, list []endpoint) error {
	failed := make([]error, len(list))
	var stopping sync.WaitGroup
	for i, e := range list {
		stopping.Go(func() { failed[i] = e.Shutdown(ctx) })
	}
	stopping.Wait()
	return errors.Join(failed...)
}
