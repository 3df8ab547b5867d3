package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// described returns an error of the driver with a text that may be shown.
func described(err error) error {
	if err == nil {
		return nil
	}
	return sqlstore.Described(err, describe(err))
}

// describe says what has happened in our own words: those of the driver have addresses, users
// and databases in them, and those of the server may have values.
func describe(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		if words := meaning(e.Code); words != "" {
			return fmt.Sprintf("%s (SQLSTATE %s)", words, e.Code)
		}
		return fmt.Sprintf("the server refuses with SQLSTATE %s", e.Code)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return "cannot connect: " + network(err)
	}
	return network(err)
}

// lacksRight is insufficient_privilege of
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
const lacksRight = "42501"

// meaning returns what whoever runs the service can do something about.
func meaning(code string) string {
	switch code {
	case "28P01":
		return "the password is wrong or the user does not exist"
	case "28000":
		return "the server does not let this user in from this host, or wants TLS"
	case "3D000":
		return "the database does not exist"
	case lacksRight:
		return "the user lacks a right"
	case "42P01", "42703":
		return "a table or column is missing"
	case "25006":
		return "the server only reads"
	case "53300":
		return "the server has no connection left"
	case "53100":
		return "the server's disk is full"
	case "57P01", "57P02", "57P05":
		return "the server has closed the connection"
	case "57P03":
		return "the server is starting or stopping"
	case "57014":
		return "the statement was cancelled"
	case serializationFailure, deadlockDetected:
		return "another transaction was in the way"
	case "08P01":
		return "the server or pooler does not understand"
	}
	return ""
}

// network describes what did not come from the server.
func network(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled.Error()
	case errors.Is(err, context.DeadlineExceeded), pgconn.Timeout(err), isTimeout(err):
		return "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, pgconn.ErrConnClosed), errors.Is(err, driver.ErrBadConn):
		return "the connection is lost"
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return "the commit became a roll-back"
	}
	// Of these the driver makes no type.
	for known, words := range map[string]string{
		"server refused TLS connection": "the server does not encrypt",
		"read only connection":          "no server takes writes",
	} {
		if strings.Contains(err.Error(), known) {
			return words
		}
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "the host is not known"
	}
	if verification, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return distrust(verification)
	}
	if what, ok := alert(err); ok {
		return what.Error()
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number.Error()
	}
	// Whatever it says may quote a value.
	return fmt.Sprintf("unexpected error of type %T", root(err))
}

// distrust says what is wrong with a certificate. The text of the error has names in it.
func distrust(err *tls.CertificateVerificationError) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the server's certificate is for another name than that of the host"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "the server's certificate has expired or is not valid yet"
	}
	return "the server's certificate is not trusted: it is of no authority that this service knows"
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// root returns the first error of the chain that is not known to be a mere wrapper.
func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
