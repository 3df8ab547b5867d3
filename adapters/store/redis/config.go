package redis

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/sallyport-auth/sallyport/core/port"
)

// Config says where the server is. Only URL has no default.
type Config struct {
	// URL of the server: redis://USER:PASSWORD@HOST:PORT/DB, rediss://... for TLS, with a
	// certificate that this machine trusts, or unix://USER:PASSWORD@/PATH?db=DB. All but the
	// scheme, the host and the path of a socket may be left out. It has no other options.
	URL string

	// Password in place of the one in URL, if it is not empty.
	Password string

	// Prefix of every key; default "sallyport:". Services that share a database of a server
	// need prefixes of their own, none of which begins with another.
	Prefix string

	// MaxConnections is the greatest number of connections; default 32. Calls that find none
	// free wait for one. Calls that come at the same time share a wait for the server's
	// disk, so a few more connections than processors are of use. One that nobody has used
	// for three minutes is closed.
	MaxConnections int

	// Timeout is the longest that one call may take, with the wait for a connection, dialing
	// and the server's answer; default 5s. A context that is done ends the call earlier.
	Timeout time.Duration
}

const (
	defaultPrefix         = "sallyport:"
	defaultMaxConnections = 32
	defaultTimeout        = 5 * time.Second

	// idleTime is shorter than that of the load balancers and firewalls which forget a
	// connection without telling its ends.
	idleTime = 3 * time.Minute
)

// complete returns c with its defaults.
func (c Config) complete() (Config, error) {
	if c.Prefix == "" {
		c.Prefix = defaultPrefix
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = defaultMaxConnections
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if err := port.CheckKey(c.Prefix); err != nil {
		return c, fmt.Errorf("prefix of keys: %w", err)
	}
	if c.MaxConnections < 0 {
		return c, fmt.Errorf("%d connections are too few", c.MaxConnections)
	}
	if c.Timeout < time.Millisecond {
		return c, fmt.Errorf("timeout of %s is shorter than 1ms", c.Timeout)
	}
	return c, nil
}

// errURL quotes nothing: a URL that cannot be read may hold a password anywhere.
var errURL = errors.New("the URL cannot be used: want redis://USER:PASSWORD@HOST:PORT/DB, rediss:// for TLS, or unix:///PATH?db=DB, and no other options")

// options returns what the driver is told, for a c that is complete.
func (c Config) options() (*goredis.Options, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, errURL
	}
	for name := range u.Query() {
		// The driver would also read timeouts, retries and the like from here, some of
		// which would break a promise.
		if name != "db" {
			return nil, errURL
		}
	}
	o, err := goredis.ParseURL(c.URL)
	if err != nil || o.DB < 0 || u.Scheme != "unix" && u.Hostname() == "" {
		return nil, errURL
	}
	if c.Password != "" {
		o.Password = c.Password
	}

	// A write that is sent again after its answer was lost would be done twice: the second
	// rotation would find the secret spent.
	o.MaxRetries = -1
	o.DialerRetries = 1

	// Nothing but requests and their answers on a connection.
	o.Protocol = 2
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

	o.ContextTimeoutEnabled = true
	o.DialTimeout = c.Timeout
	o.ReadTimeout = c.Timeout
	o.WriteTimeout = c.Timeout
	o.PoolTimeout = c.Timeout
	o.PoolSize = c.MaxConnections
	o.PipelinePoolSize = -1
	o.ConnMaxIdleTime = idleTime
	return o, nil
}
