// Package refstore is the reference port.Store: one lock, plain maps, each rule written
// down as literally as Go allows. It is the oracle that the contract kit is proven against
// and a store for tests of the core. It bounds nothing and keeps nothing, so it serves no
// users; the memory adapter does.
package refstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.Store = (*Store)(nil)

// Store keeps everything in maps behind one lock. The zero value is not usable: see New.
type Store struct {
	lock   chan struct{} // holds one element while somebody is inside
	closed bool

	tables   tables
	sessions map[domain.SessionID]domain.Session
	arrivals map[string]time.Time // of the limiter: key to theoretical arrival time
	events   map[string]domain.Event
	keys     map[string]domain.SigningKey
}

// New returns an empty store.
func New() *Store {
	return &Store{
		lock: make(chan struct{}, 1),
		tables: tables{
			users:         map[domain.UserID]domain.User{},
			totpSteps:     map[domain.UserID]int64{},
			identities:    map[account]domain.Identity{},
			roles:         map[domain.RoleID]domain.Role{},
			permissions:   map[domain.PermissionID]domain.Permission{},
			oneTimeTokens: map[domain.SecretHash]oneTimeToken{},
			letters:       map[string]letter{},
		},
		sessions: map[domain.SessionID]domain.Session{},
		arrivals: map[string]time.Time{},
		events:   map[string]domain.Event{},
		keys:     map[string]domain.SigningKey{},
	}
}

// Repos returns repositories that commit each call by itself.
func (s *Store) Repos() port.Repos { return repos(s.alone) }

// Sessions returns the logins.
func (s *Store) Sessions() port.Sessions { return sessions{s} }

// Limiter returns the counter of attempts.
func (s *Store) Limiter() port.RateLimiter { return limiter{s} }

// Events returns the audit trail.
func (s *Store) Events() port.Events { return events{s} }

// SigningKeys returns the keys of access tokens.
func (s *Store) SigningKeys() port.SigningKeys { return signingKeys{s} }

// Ping returns nil while the store is open.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.inside(ctx, func() error { return nil }); err != nil {
		return fmt.Errorf("refstore: ping: %w", err)
	}
	return nil
}

// Close makes every later call fail. It waits for the call that is under way.
func (s *Store) Close() error {
	s.lock <- struct{}{}
	defer func() { <-s.lock }()
	s.closed = true
	return nil
}

// Do runs fn on a copy of the tables, which replaces them at the commit. Everybody else
// waits meanwhile.
func (s *Store) Do(ctx context.Context, fn func(ctx context.Context, r port.Repos) error) error {
	return s.inside(ctx, func() error {
		tx := &transaction{tables: s.tables.clone()}
		defer tx.end()
		if err := fn(ctx, repos(tx.do)); err != nil {
			return err
		}
		if err := tx.end(); err != nil {
			return fmt.Errorf("refstore: rolled back: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("refstore: rolled back: %w", err)
		}
		s.tables = tx.tables
		return nil
	})
}

// inside runs f under the lock, unless ctx is done or the store is closed.
func (s *Store) inside(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.lock <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.lock }()
	if s.closed {
		return errors.New("the store is closed")
	}
	return f()
}

// alone runs one call of a repository outside any transaction.
func (s *Store) alone(ctx context.Context, f func(*tables) error) error {
	return s.inside(ctx, func() error { return f(&s.tables) })
}

// tables is what a transaction can touch.
type tables struct {
	users         map[domain.UserID]domain.User
	totpSteps     map[domain.UserID]int64 // the latest that each has spent
	roles         map[domain.RoleID]domain.Role
	permissions   map[domain.PermissionID]domain.Permission
	identities    map[account]domain.Identity
	oneTimeTokens map[domain.SecretHash]oneTimeToken
	letters       map[string]letter
}

// clone copies the maps. Records need no copying: repositories replace them whole.
func (t tables) clone() tables {
	return tables{
		users: maps.Clone(t.users), totpSteps: maps.Clone(t.totpSteps), roles: maps.Clone(t.roles), permissions: maps.Clone(t.permissions), identities: maps.Clone(t.identities),
		oneTimeTokens: maps.Clone(t.oneTimeTokens), letters: maps.Clone(t.letters),
	}
}

// runner runs one call of a repository on the tables that it may see.
type runner func(ctx context.Context, f func(*tables) error) error

func repos(run runner) port.Repos {
	return port.Repos{
		Users: users{run}, Roles: roles{run}, Permissions: permissions{run}, Identities: identities{run},
		OneTimeTokens: oneTimeTokens{run}, MailQueue: mailQueue{run},
	}
}
