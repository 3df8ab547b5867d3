// Package redis keeps sessions and rate limits in Redis 7 or later, or Valkey. Each
// operation is one Lua script, which the server runs alone, so several instances of the
// service can share a server.
//
// What the server has acknowledged outlives its end only as far as it writes to its disk
// before it answers: with appendonly yes and appendfsync always. Warnings says when that is
// not so. A server that is flushed, or loses its data, ends all sessions and forgets all
// limits: users log in again.
//
// It is one server, which may have replicas: the scripts use keys that no one node of a
// Redis Cluster has. Keys expire some time after the sessions and limits that they hold, but
// what is live is decided by the times that the methods are given, never by the server's
// clock.
//
// An account of its own needs no more than what the scripts do:
//
//	ACL SETUSER sallyport on >PASSWORD ~sallyport:* +eval +evalsha +exists +del +pttl +pexpire
//	    +hmget +hset +hincrby +get +set +sadd +srem +smembers +zadd +zrem +zrange
//
// With +config|get and +hello as well, Warnings sees how the server is set up, and Open that
// it is one that will do; with +select it may use another database than 0.
package redis

import (
	"context"
	"fmt"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"github.com/sallyport-auth/sallyport/core/port"
)

var (
	_ port.Sessions    = (*sessions)(nil)
	_ port.RateLimiter = (*limiter)(nil)
)

// Store is a port.Sessions and a port.RateLimiter on one server. When the server is lost,
// every call fails, after Config.Timeout at the latest, and works again soon after the server
// does. A write whose answer is lost may have been done; it is not sent again.
type Store struct {
	server   *server
	sessions *sessions
	limiter  *limiter
	ping     script
}

// Open connects to the server at c.URL and makes sure that it can be used: that it can be
// reached, knows the scripts, and is no node of a cluster. IsPassing tells which errors may be
// gone a moment later. It turns off the log of the driver, which is one for the whole program:
// it says nothing that the errors do not, and names addresses.
func Open(ctx context.Context, c Config) (*Store, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("redis: open: %w", err)
	}
	options, err := c.options()
	if err != nil {
		return nil, fmt.Errorf("redis: open: %w", err)
	}
	logging.Disable()
	server := &server{client: goredis.NewClient(options), prefix: c.Prefix, timeout: c.Timeout}
	s := &Store{
		server:   server,
		sessions: newSessions(server),
		limiter:  newLimiter(server),
		ping:     newScript(writes, "ping"),
	}
	if err := server.call(ctx, "open", s.check); err != nil {
		_ = server.close() // nothing was written
		return nil, err
	}
	return s, nil
}

// Sessions returns the sessions of this store.
func (s *Store) Sessions() port.Sessions { return s.sessions }

// Limiter returns the rate limiter of this store.
func (s *Store) Limiter() port.RateLimiter { return s.limiter }

// Ping returns nil if the server answers and would do a write: it is no replica, has memory
// left and can write to its disk. Nothing is written.
func (s *Store) Ping(ctx context.Context) error {
	return s.server.call(ctx, "ping", func(ctx context.Context) error {
		_, err := s.server.count(ctx, s.ping)
		return err
	})
}

// Close closes the connections. Every later call fails. Closing twice is no error.
func (s *Store) Close() error {
	if err := s.server.close(); err != nil {
		return fmt.Errorf("redis: close: %w", plain(err))
	}
	return nil
}
