package memory

import (
	"context"
	"errors"
	"sync"

	"github.com/sallyport-auth/sallyport/core/port"
)

// access is how repositories reach the accounts: each call by itself, or in a unit of work.
type access interface {
	// read runs fn on what the caller may see; fn changes nothing.
	read(ctx context.Context, what string, fn func(*draft) error) error
	// write runs fn on a draft, which counts only when fn returns nil.
	write(ctx context.Context, what string, fn func(*draft) error) error
}

func reposOn(a access) port.Repos {
	return port.Repos{
		Users: &users{a}, Roles: &roles{a}, Permissions: &permissions{a}, Identities: &identities{a},
		OneTimeTokens: &oneTimeTokens{a}, MailQueue: &mailQueue{a},
	}
}

// direct commits each call by itself.
type direct struct{ *Store }

func (d direct) read(ctx context.Context, what string, fn func(*draft) error) error {
	if err := d.usable(ctx); err != nil {
		return failed(what, err)
	}
	d.accounts.mu.RLock()
	defer d.accounts.mu.RUnlock()
	return failed(what, fn(d.accounts.view()))
}

func (d direct) write(ctx context.Context, what string, fn func(*draft) error) error {
	release, err := d.takeTurn(ctx)
	if err != nil {
		return failed(what, err)
	}
	defer release()
	draft := d.accounts.draft()
	if err := fn(draft); err != nil {
		return failed(what, err)
	}
	draft.commit()
	return nil
}

// takeTurn waits until nobody else writes.
func (s *Store) takeTurn(ctx context.Context) (release func(), err error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	select {
	case s.accounts.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	release = func() { <-s.accounts.turn }
	if err := s.usable(ctx); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// errEnded is the answer of repositories that are used after their unit of work.
var errEnded = errors.New("the unit of work is over")

// unit is one unit of work.
type unit struct {
	store *Store
	draft *draft

	mu   sync.Mutex
	doom error // the first error but ErrNotFound; nothing of the unit counts any more
}

func (u *unit) read(ctx context.Context, what string, fn func(*draft) error) error {
	return u.write(ctx, what, fn)
}

func (u *unit) write(ctx context.Context, what string, fn func(*draft) error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	err := u.doom
	if err == nil {
		err = u.store.usable(ctx)
	}
	if err == nil {
		err = fn(u.draft)
	}
	err = failed(what, err)
	if err != nil && u.doom == nil && !errors.Is(err, port.ErrNotFound) {
		u.doom = err
	}
	return err
}

// end makes the repositories of the unit useless, and returns what has doomed it before.
func (u *unit) end() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	doom := u.doom
	u.doom = errEnded
	return doom
}

// Do runs fn on a draft, which nobody else sees before the commit; see port.UnitOfWork. fn
// is called once. Other writers of users and roles wait meanwhile, readers do not.
func (s *Store) Do(ctx context.Context, fn func(ctx context.Context, r port.Repos) error) error {
	release, err := s.takeTurn(ctx)
	if err != nil {
		return failed("unit of work", err)
	}
	defer release()
	u := &unit{store: s, draft: s.accounts.draft()}
	defer func() { _ = u.end() }() // also when fn panics

	err = fn(ctx, reposOn(u))
	if doom := u.end(); err == nil {
		err = failed("unit of work rolled back", doom)
	}
	if err != nil {
		return err
	}
	if err := s.usable(ctx); err != nil {
		return failed("unit of work rolled back", err)
	}
	u.draft.commit()
	return nil
}
