package redis

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// isTimeout reports whether err is about time: of a connection, the pool or a context.
func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, goredis.ErrPoolTimeout) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// plain returns err without the host, the port and whatever the server quotes of a command.
// What isTimeout holds for stays so.
func plain(err error) error {
	var answer goredis.Error
	var lookup *net.DNSError
	var operation *net.OpError
	switch {
	case err == nil, isTimeout(err):
		return err
	case errors.Is(err, goredis.ErrClosed):
		return errClosed
	case errors.Is(err, io.EOF):
		return errors.New("the server closed the connection")
	case errors.As(err, &answer):
		text, _, _ := strings.Cut(answer.Error(), ", with args beginning with")
		return errors.New("the server says: " + text)
	case errors.As(err, &lookup):
		return errors.New("look up the server: " + lookup.Err)
	case errors.As(err, &operation):
		return operation.Err
	}
	return err
}
