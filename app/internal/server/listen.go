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
	address := net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, wsaEAddrInUse):
		return nil, fmt.Errorf("another program listens on %s; stop it or choose another with --port", address)
	case err != nil:
		return nil, fmt.Errorf("listen on HOST and PORT: %w", err)
	}
	return listener, nil
}
