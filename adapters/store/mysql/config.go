package mysql

import (
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Config says where the database is and how it is used: either by ConnectionString, or by
// Database, User and what else is needed of the fields up to Password.
type Config struct {
	// ConnectionString is a URL (mysql://USER:PASSWORD@HOST:PORT/DATABASE, or mariadb://) or
	// a DSN of the driver (USER:PASSWORD@tcp(HOST:PORT)/DATABASE). A URL takes ?socket=PATH,
	// ?tls= with true, false, skip-verify or preferred, and ?ssl-mode= with DISABLED,
	// PREFERRED, REQUIRED or VERIFY_IDENTITY, as MySQL's own clients have them. What a DSN says
	// of time-outs, character sets and how results are read is overruled; allowOldPasswords,
	// compress, rejectReadOnly and serverPubKey are refused.
	ConnectionString string

	Host     string // default 127.0.0.1
	Port     int    // default 3306
	Socket   string // path of a Unix socket, instead of Host and Port
	Database string
	User     string
	Password string

	// TLS, if it is not nil, makes every connection to the server a TLS connection. Without
	// a ServerName the certificate must be for the host. Nil: no TLS, unless
	// ConnectionString asks for it.
	TLS *tls.Config

	// MinConnections is how many connections Open makes, so that the first requests do not
	// wait for them. MaxConnections, default 16, is the most that there are at once, beside
	// some while migrating; a call waits for one that is free. One that nobody has used for
	// three minutes is closed.
	MinConnections, MaxConnections int

	// Timeout ends an attempt to connect, each statement and each unit of work with its
	// commit, and the wait for a connection; default 5s. A server that does not answer in
	// time is given up with its connection, and a write that it may have done has an unknown
	// outcome. A write that waits for the lock of another transaction is ended by the server
	// before; on MySQL with a Timeout of 2s and more only. A migration takes as long as it
	// takes.
	Timeout time.Duration

	// Migrate lets Open bring an older schema up to date. Several processes may do so at
	// once: one migrates, the others wait for it.
	Migrate bool
}

const (
	defaultHost           = "127.0.0.1"
	defaultPort           = 3306
	defaultMaxConnections = 16
	defaultTimeout        = 5 * time.Second

	// idleTime is shorter than that of the load balancers and firewalls which forget a
	// connection without telling its ends, and than sessionIdle.
	idleTime = 3 * time.Minute
)

// complete returns c with its defaults.
func (c Config) complete() (Config, error) {
	if c.MaxConnections == 0 {
		c.MaxConnections = max(defaultMaxConnections, c.MinConnections)
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	switch {
	case c.Timeout < time.Millisecond:
		return c, fmt.Errorf("timeout of %s is shorter than 1ms", c.Timeout)
	case c.MinConnections < 0 || c.MaxConnections < 1 || c.MinConnections > c.MaxConnections:
		return c, fmt.Errorf("%d to %d connections make no pool", c.MinConnections, c.MaxConnections)
	}
	named := c.Host != "" || c.Port != 0 || c.Socket != "" || c.Database != "" || c.User != "" || c.Password != ""
	switch {
	case c.ConnectionString != "" && named:
		return c, errors.New("both a connection string and parts of one are configured")
	case c.ConnectionString != "":
		return c, nil
	case c.Socket != "" && (c.Host != "" || c.Port != 0):
		return c, errors.New("both a socket and a host or port are configured")
	case c.Socket != "":
		return c, nil
	}
	if c.Host == "" {
		c.Host = defaultHost
	}
	if c.Port == 0 {
		c.Port = defaultPort
	}
	if c.Port < 1 || c.Port > math.MaxUint16 {
		return c, fmt.Errorf("port %d is out of range", c.Port)
	}
	return c, nil
}

// address returns where the server is, as the driver wants it.
func (c Config) address() *mysql.Config {
	d := mysql.NewConfig()
	d.Net, d.Addr = "tcp", net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	if c.Socket != "" {
		d.Net, d.Addr = "unix", c.Socket
	}
	d.DBName, d.User, d.Passwd = c.Database, c.User, c.Password
	return d
}

// isPort reports whether the driver can dial the port, where there is one.
func isPort(d *mysql.Config) bool {
	if d.Net != "tcp" {
		return true
	}
	_, text, err := net.SplitHostPort(d.Addr)
	if err != nil {
		return false
	}
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}

// driverConfig returns what the driver is told. It waits for an answer as long as patience;
// 0 is for ever.
func (c Config) driverConfig(patience time.Duration) (*mysql.Config, error) {
	d := c.address()
	if c.ConnectionString != "" {
		var err error
		if d, err = parseConnectionString(c.ConnectionString); err != nil {
			return nil, err
		}
	}
	switch {
	case d.DBName == "":
		return nil, errors.New("no database is configured")
	case d.User == "":
		return nil, errors.New("no user is configured")
	case !isPort(d):
		return nil, errors.New("the port of the server is out of range")
	}
	if c.TLS != nil {
		d.TLS = c.TLS.Clone()
		d.AllowFallbackToPlaintext = false
	}

	d.Timeout, d.ReadTimeout, d.WriteTimeout = c.Timeout, patience, c.Timeout
	d.ClientFoundRows = true      // a guarded statement that changes nothing has found its row all the same
	d.InterpolateParams = true    // one round trip for a statement instead of three; see session
	d.Logger = &mysql.NopLogger{} // it writes addresses
	return d, nil
}
