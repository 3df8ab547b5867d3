package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// IsPassing reports whether err, of Open or OpenMigrator, is what a server gives that is
// starting or on its way back: no answer, or one that says so. A wrong password is none, and
// nor is TLS on which the two do not agree.
func IsPassing(err error) bool {
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		return passes(answer.Code)
	}
	// An alert is an error of the network by its type.
	if _, ok := alert(err); ok {
		return false
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, lost := range []error{
		context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, pgconn.ErrConnClosed,
	} {
		if errors.Is(err, lost) {
			return true
		}
	}
	return false
}

// passes is about an answer of the server.
func passes(code string) bool {
	switch code {
	case "53300", // too many connections
		"57P01", "57P02", // the server is stopped
		"57P03": // the server is starting
		return true
	}
	return false
}

// alert returns what TLS has failed for, when it is that and not the network below it.
// crypto/tls has no type for it.
func alert(err error) (what error, ok bool) {
	operation, ok := errors.AsType[*net.OpError](err)
	if !ok || operation.Op != "remote error" && operation.Op != "local error" {
		return nil, false
	}
	return operation.Err, true
}
