// Package memory keeps everything in the memory of the process, for demonstrations and
// tests. It keeps every promise of the ports but outlives nothing: when the process ends,
// everybody is logged out and every account is gone.
//
// Rate limits and events are bounded, so that strangers cannot fill the memory, and the core
// bounds the letters; users, roles, sessions and one-time tokens are bounded by those who may
// make them. Units of work run one after the other and never keep readers waiting.
package memory

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.Store = (*Store)(nil)

// errClosed is the answer of a store after Close. It is no sentinel of the port.
var errClosed = errors.New("store is closed")

// Config bounds what strangers can make the store keep. The zero value is ready to use.
type Config struct {
	// LimiterKeys is the greatest number of keys of the rate limiter; default 100000. When
	// it is reached, a new key takes the place of one whose bucket is full again; if there
	// is none it is refused with an error, since to forget a bucket with attempts missing
	// would be to hand them out again.
	LimiterKeys int

	// Events is the greatest number of events; default 10000. When it is reached, each new
	// event takes the place of the one with the smallest ID, which is the oldest.
	Events int
}

const (
	defaultLimiterKeys = 100_000
	defaultEvents      = 10_000
)

// Store is a port.Store in memory.
type Store struct {
	closed   atomic.Bool
	accounts *accounts
	sessions *sessions
	limiter  *limiter
	events   *events
	keys     *signingKeys
}

// Open returns an empty store.
func Open(ctx context.Context, c Config) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, failed("open", err)
	}
	if c.LimiterKeys < 0 || c.Events < 0 {
		return nil, fmt.Errorf("memory: open: bounds of %d limiter keys and %d events: none may be negative",
			c.LimiterKeys, c.Events)
	}
	if c.LimiterKeys == 0 {
		c.LimiterKeys = defaultLimiterKeys
	}
	if c.Events == 0 {
		c.Events = defaultEvents
	}
	s := &Store{}
	s.accounts = newAccounts()
	s.sessions = newSessions(s)
	s.limiter = &limiter{store: s, buckets: newDeadlines[string](), bound: c.LimiterKeys}
	s.events = &events{store: s, bound: c.Events}
	s.keys = &signingKeys{store: s}
	return s, nil
}

// Repos returns repositories that commit each call by itself.
func (s *Store) Repos() port.Repos { return reposOn(direct{s}) }

// Sessions returns the sessions of this store.
func (s *Store) Sessions() port.Sessions { return s.sessions }

// Limiter returns the rate limiter of this store.
func (s *Store) Limiter() port.RateLimiter { return s.limiter }

// Events returns the audit trail of this store.
func (s *Store) Events() port.Events { return s.events }

// SigningKeys returns the keys of access tokens of this store.
func (s *Store) SigningKeys() port.SigningKeys { return s.keys }

// Ping returns nil until the store is closed.
func (s *Store) Ping(ctx context.Context) error { return failed("ping", s.usable(ctx)) }

// Close makes every later call fail. Closing twice is no error.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}

// usable returns the error of a method that must not do anything.
func (s *Store) usable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed.Load() {
		return errClosed
	}
	return nil
}

// failed names what was being done.
func failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("memory: %s: %w", what, err)
}
