package redis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// isTimeout reports whether err is about time: of a connection, the pool or a context.
func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, goredis.ErrPoolTimeout) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// passing is the error of a server that may be there a moment later.
type passing struct{ error }

func (p passing) Unwrap() error { return p.error }

// IsPassing reports whether err, of Open, is what a server gives that is starting or on its way
// back: no answer, or one that says so. A wrong password is none, and nor is a server that will
// not do, such as a node of a cluster.
func IsPassing(err error) bool {
	_, ok := errors.AsType[passing](err)
	return ok
}

// plain returns err without the host, the port and whatever the server quotes of a command.
// What isTimeout holds for stays so, and what IsPassing has to hold for is marked.
func plain(err error) error {
	var answer goredis.Error
	var lookup *net.DNSError
	var operation *net.OpError
	var system *os.SyscallError
	var verification *tls.CertificateVerificationError
	switch {
	case err == nil, isTimeout(err):
		return err
	case errors.Is(err, goredis.ErrClosed):
		return errClosed
	case errors.Is(err, io.EOF):
		return passing{errors.New("the server closed the connection")}
	case errors.As(err, &answer):
		return plainAnswer(answer)
	case errors.As(err, &verification):
		return distrust(verification)
	case errors.As(err, &lookup):
		return passing{errors.New("look up the server: " + lookup.Err)}
	case errors.As(err, &operation):
		if isAlert(operation) {
			return operation.Err
		}
		return passing{operation.Err}
	case errors.As(err, &system): // of the driver's look at a connection before it is used
		return passing{system}
	}
	return err
}

func plainAnswer(answer goredis.Error) error {
	if goredis.HasErrorPrefix(answer, "NOAUTH") {
		return errors.New("the server wants a password")
	}
	text, _, _ := strings.Cut(answer.Error(), ", with args beginning with")
	err := errors.New("the server says: " + text)
	switch {
	case goredis.IsLoadingError(answer), // it reads its data
		goredis.IsMasterDownError(answer), // a replica whose primary is gone, before it takes over
		goredis.IsNoReplicasError(answer),
		goredis.IsMaxClientsError(answer),
		goredis.HasErrorPrefix(answer, "BUSY "): // a script of somebody else runs for long
		return passing{err}
	}
	return err
}

// distrust says what is wrong with a certificate. The text of the error has names in it.
func distrust(err *tls.CertificateVerificationError) error {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &name):
		return errors.New("the server's certificate is for another name than that of the host")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return errors.New("the server's certificate has expired or is not valid yet")
	}
	return errors.New("the server's certificate is not trusted: it is of no authority that this machine knows")
}

// isAlert reports whether it is TLS that failed, and not the network below it. crypto/tls has
// no type for that.
func isAlert(err *net.OpError) bool { return err.Op == "remote error" || err.Op == "local error" }
