package mysql_test

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

	driverpkg "github.com/go-sql-driver/mysql"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

func TestIsPassing(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"too many connections":     {&driverpkg.MySQLError{Number: 1040}, true},
		"a node that is cut off":   {&driverpkg.MySQLError{Number: 1047}, true},
		"a server that stops":      {&driverpkg.MySQLError{Number: 1053}, true},
		"a lock of another":        {&driverpkg.MySQLError{Number: 1205}, true},
		"a wrong password":         {&driverpkg.MySQLError{Number: 1045}, false},
		"no such database":         {&driverpkg.MySQLError{Number: 1049}, false},
		"an invalid connection":    {driverpkg.ErrInvalidConn, true},
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
		if got := mysql.IsPassing(err); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}
