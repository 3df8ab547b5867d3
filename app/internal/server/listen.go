package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// wsaEAddrInUse is what Windows says of an address in use; syscall.EADDRINUSE is a number
// that Go made up there.
const wsaEAddrInUse = syscall.Errno(10048)

func listen(ctx context.Context, c config.Server) (net.Listener, error) {
	return listenAt(ctx, net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), "HOST and PORT", "--port")
}

// listenAt listens on an address that the settings name, of which choice takes another.
func listenAt(ctx context.Context, address, settings, choice string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, wsaEAddrInUse):
		return nil, fmt.Errorf("another program listens on %s; stop it or choose another with %s", address, choice)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", settings, err)
	}
	return listener, nil
}
