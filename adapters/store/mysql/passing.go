package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/go-sql-driver/mysql"
)

// IsPassing reports whether err, of Open or OpenMigrator, is what a server gives that is
// starting or on its way back: no answer, or one that says so. A wrong password is none, and
// nor is TLS on which the two do not agree.
func IsPassing(err error) bool {
	if answered := number(err); answered != 0 {
		return passes(answered)
	}
	// An alert is an error of the network by its type.
	if isAlert(err) {
		return false
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, lost := range []error{
		context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, mysql.ErrInvalidConn,
	} {
		if errors.Is(err, lost) {
			return true
		}
	}
	return false
}

func passes(number uint16) bool {
	switch number {
	case tooManyConnections, notReady, shutdown,
		lockWaitTimeout: // another starter has a lock
		return true
	}
	return false
}

// isAlert reports whether it is TLS that failed, and not the network below it. crypto/tls has
// no type for that.
func isAlert(err error) bool {
	operation, ok := errors.AsType[*net.OpError](err)
	return ok && (operation.Op == "remote error" || operation.Op == "local error")
}
