package postgres_test

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

func TestIsPassing(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"too many connections":     {&pgconn.PgError{Code: "53300"}, true},
		"a server that stops":      {&pgconn.PgError{Code: "57P01"}, true},
		"a server that crashes":    {&pgconn.PgError{Code: "57P02"}, true},
		"a server that starts":     {&pgconn.PgError{Code: "57P03"}, true},
		"a wrong password":         {&pgconn.PgError{Code: "28P01"}, false},
		"no such database":         {&pgconn.PgError{Code: "3D000"}, false},
		"a closed connection":      {pgconn.ErrConnClosed, true},
		"nobody who listens":       {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		"a host that is not known": {&net.DNSError{Name: "db"}, true},
		"no answer in time":        {context.DeadlineExceeded, true},
		"a connection that ends":   {io.ErrUnexpectedEOF, true},
		"a connection of no use":   {driver.ErrBadConn, true},
		"an alert of the server":   {&net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, false},
		"an alert of ours":         {&net.OpError{Op: "local error", Err: errors.New("tls: bad record MAC")}, false},
		"a wrong certificate":      {&tls.CertificateVerificationError{Err: errors.New("x")}, false},
		"a newer schema":           {migration.ErrSchemaNewer, false},
		"the end of the program":   {context.Canceled, false},
		"something else":           {errors.New("x"), false},
		"nothing":                  {nil, false},
	} {
		err := c.err
		if err != nil {
			err = fmt.Errorf("open: %w", err)
		}
		if got := postgres.IsPassing(err); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}
