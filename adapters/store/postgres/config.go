package postgres

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Config says where the database is and how it is used.
type Config struct {
	// ConnectionString is a postgres:// URL or keyword=value pairs
	// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING), instead
	// of Host to Password. What it leaves out comes from PGHOST and its like, ~/.pgpass and
	// so on, as with all clients of PostgreSQL. It may name several hosts: the first that
	// takes writes is used, unless target_session_attrs says otherwise.
	//
	// default_query_exec_mode=exec is for PgBouncer in transaction mode: nothing is prepared
	// and the session asks for none of the settings that PgBouncer would refuse, which are
	// default_transaction_isolation, statement_timeout and idle_in_transaction_session_timeout.
	ConnectionString string

	Host     string // a name, an address, or the folder of a Unix socket
	Port     int    // default 5432
	Database string
	User     string
	Password string

	// TLS is how connections are encrypted; nil: not at all, or by the sslmode of
	// ConnectionString. ServerName may be empty: then it is the host. With TLS, an
	// unencrypted connection is never made, whatever sslmode says, save to a Unix socket.
	TLS *tls.Config

	// MinConnections is how many connections Open makes, so that the first requests do not
	// wait for them. MaxConnections, default 10, is the most that there are at once, beside
	// two while migrating. One that nobody has used for three minutes is closed.
	MinConnections, MaxConnections int

	// Timeout ends an attempt to connect, each statement and each unit of work with its
	// commit; default 5s. A migration takes as long as it takes.
	Timeout time.Duration

	// Migrate lets Open bring an older schema up to date.
	Migrate bool
}

const (
	defaultPort           = 5432
	defaultMaxConnections = 10
	defaultTimeout        = 5 * time.Second

	// idleTime is shorter than that of the load balancers and firewalls which forget a
	// connection without telling its ends.
	idleTime = 3 * time.Minute

	applicationName = "sallyport"
)

// complete returns c with its defaults. What is complete stays as it is.
func (c Config) complete() (Config, error) {
	fields := c.Host != "" || c.Port != 0 || c.Database != "" || c.User != "" || c.Password != ""
	switch {
	case c.ConnectionString != "" && fields:
		return c, errors.New("there is a connection string, and host, port, database, user or password beside it")
	case c.ConnectionString == "" && (c.Host == "" || c.Database == "" || c.User == ""):
		return c, errors.New("host, database or user is missing")
	case strings.ContainsRune(c.ConnectionString+c.Host+c.Database+c.User+c.Password, 0):
		return c, errors.New("the connection holds a NUL")
	}
	if c.ConnectionString == "" && c.Port == 0 {
		c.Port = defaultPort
	}
	if c.Port < 0 || c.Port > 65535 {
		return c, fmt.Errorf("port %d is out of range", c.Port)
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = max(defaultMaxConnections, c.MinConnections)
	}
	if c.MinConnections < 0 || c.MaxConnections < 1 || c.MinConnections > c.MaxConnections {
		return c, fmt.Errorf("%d to %d connections make no pool", c.MinConnections, c.MaxConnections)
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Timeout < time.Millisecond {
		return c, fmt.Errorf("timeout of %s is shorter than 1ms", c.Timeout)
	}
	return c, nil
}

// purpose is what a connection is for.
type purpose int

const (
	forRequests purpose = iota
	forMigrations
)

// settings returns how the driver connects.
func (c Config) settings(use purpose) (*pgx.ConnConfig, error) {
	s, err := c.parse()
	if err != nil {
		return nil, err
	}
	if c.TLS != nil {
		encrypt(s, c.TLS)
	}
	hosts := addresses(s)
	if len(hosts) > 1 && s.ValidateConnect == nil {
		s.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	// All attempts together have the time of one.
	perHost := c.Timeout / time.Duration(len(hosts))
	if s.ConnectTimeout == 0 || s.ConnectTimeout > perHost {
		s.ConnectTimeout = perHost
	}
	defaults := map[string]string{"application_name": applicationName, "client_encoding": "UTF8"}
	if use == forRequests && !pooled(s) {
		maps.Copy(defaults, c.session())
	}
	maps.Copy(defaults, s.RuntimeParams)
	s.RuntimeParams = defaults
	return s, nil
}

// session are the settings for which the server is asked. The times are for the case that
// this program is gone and the server has not heard of it: its transaction would keep its
// locks for hours. They are longer than ours, so that it is we who give up first.
func (c Config) session() map[string]string {
	gone := strconv.FormatInt(max(2*c.Timeout, time.Second).Milliseconds(), 10)
	return map[string]string{
		"default_transaction_isolation":       "read committed",
		"statement_timeout":                   gone,
		"idle_in_transaction_session_timeout": gone,
	}
}

// parse returns what the connection string or the fields say. The errors of the driver quote
// the string.
func (c Config) parse() (*pgx.ConnConfig, error) {
	if c.ConnectionString != "" {
		s, err := pgx.ParseConfig(c.ConnectionString)
		if err != nil {
			return nil, errors.New("the connection string is neither a postgres:// URL nor keyword=value pairs, or has a value that is not allowed")
		}
		return s, nil
	}
	return c.parseFields()
}

// parseFields takes nothing from the environment, unlike the driver.
func (c Config) parseFields() (*pgx.ConnConfig, error) {
	s, err := pgx.ParseConfig("sslmode=disable sslnegotiation=postgres target_session_attrs=any " +
		"require_auth='' channel_binding=prefer min_protocol_version=3.0 max_protocol_version=3.0")
	if err != nil {
		return nil, errors.New("PGSERVICE or another variable of the environment for clients of PostgreSQL cannot be understood: unset it")
	}
	s.Host, s.Port, s.Fallbacks = c.Host, uint16(c.Port), nil
	s.Database, s.User, s.Password = c.Database, c.User, c.Password
	s.TLSConfig = nil
	s.ConnectTimeout = 0
	s.RuntimeParams = map[string]string{}
	return s, nil
}

// encrypt replaces what sslmode has made of each host.
func encrypt(s *pgx.ConnConfig, t *tls.Config) {
	var hosts []*pgconn.FallbackConfig
	for _, host := range addresses(s) {
		hosts = append(hosts, &pgconn.FallbackConfig{Host: host.Host, Port: host.Port, TLSConfig: tlsFor(host, t)})
	}
	s.Host, s.Port, s.TLSConfig = hosts[0].Host, hosts[0].Port, hosts[0].TLSConfig
	s.Fallbacks = hosts[1:]
}

func tlsFor(host pgconn.FallbackConfig, t *tls.Config) *tls.Config {
	if network, _ := pgconn.NetworkAddress(host.Host, host.Port); network == "unix" {
		return nil
	}
	own := t.Clone()
	if own.ServerName == "" {
		own.ServerName = host.Host
	}
	return own
}

// addresses returns each host once: sslmode lists those that it would try in two ways twice.
func addresses(s *pgx.ConnConfig) []pgconn.FallbackConfig {
	list := []pgconn.FallbackConfig{{Host: s.Host, Port: s.Port}}
	for _, f := range s.Fallbacks {
		if last := list[len(list)-1]; f.Host != last.Host || f.Port != last.Port {
			list = append(list, pgconn.FallbackConfig{Host: f.Host, Port: f.Port})
		}
	}
	return list
}

// pooled reports whether another client's session may follow ours on the same connection.
func pooled(s *pgx.ConnConfig) bool {
	return s.DefaultQueryExecMode == pgx.QueryExecModeExec || s.DefaultQueryExecMode == pgx.QueryExecModeSimpleProtocol
}
