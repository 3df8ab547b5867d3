// Package redis keeps sessions and rate limits in Redis 7 or later, or Valkey. Each
// operation is one Lua script, which the server runs alone, so several instances of the
// service can share a server.
package redis

import (
	"context"
	"errors"
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-auth/sallyport/core/port"
)

// Store is a port.Sessions and a port.RateLimiter on one server.
type Store struct {
	client   *goredis.Client
	sessions port.Sessions
	limiter  port.RateLimiter
}

// Open connects to the server at c.URL and makes sure that it can be used.
func Open(ctx context.Context, c Config) (*Store, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("redis: open: %w", err)
	}
	options, err := c.options()
	if err != nil {
		return nil, fmt.Errorf("redis: open: %w", err)
	}
	return &Store{client: goredis.NewClient(options)}, nil
}

// Sessions returns the sessions of this store.
func (s *Store) Sessions() port.Sessions { return s.sessions }

// Limiter returns the rate limiter of this store.
func (s *Store) Limiter() port.RateLimiter { return s.limiter }

// Ping returns nil if the server answers and would take a write.
func (s *Store) Ping(ctx context.Context) error { return errors.New("redis: not yet") }

// Warnings returns what an operator should know about how the server is set up, in words
// with the remedy.
func (s *Store) Warnings(ctx context.Context) ([]string, error) {
	return nil, errors.New("redis: not yet")
}

// Close closes the connections. Every later call fails. Closing twice is no error.
func (s *Store) Close() error { return s.client.Close() }
