package refstore

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type users struct{ run runner }

func (r users) Create(ctx context.Context, u domain.User) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckUser(u); err != nil {
			return err
		}
		if _, taken := t.users[u.ID]; taken || t.emailOfAnother(u) || t.tokenOfAnother(u) {
			return port.ErrConflict
		}
		u = copyUser(u)
		u.Version = 1
		t.users[u.ID] = u
		return nil
	})
	return wrap("create user", err)
}

func (r users) ByID(ctx context.Context, id domain.UserID) (domain.User, error) {
	var found domain.User
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		u, ok := t.users[id]
		if !ok {
			return port.ErrNotFound
		}
		found = copyUser(u)
		return nil
	})
	return found, wrap("user by id", err)
}

func (r users) ByEmail(ctx context.Context, e domain.Email) (domain.User, error) {
	var found domain.User
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(e)); err != nil {
			return err
		}
		for _, u := range t.users {
			if u.Email.Key() == e.Key() {
				found = copyUser(u)
				return nil
			}
		}
		return port.ErrNotFound
	})
	return found, wrap("user by e-mail", err)
}

func (r users) ByStaticToken(ctx context.Context, h domain.SecretHash) (domain.User, error) {
	var found domain.User
	err := r.run(ctx, func(t *tables) error {
		for _, u := range t.users {
			if u.StaticToken != nil && *u.StaticToken == h {
				found = copyUser(u)
				return nil
			}
		}
		return port.ErrNotFound
	})
	return found, wrap("user by static token", err)
}

func (r users) Find(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
	var all []domain.User
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckUserQuery(q); err != nil {
			return err
		}
		for _, u := range t.users {
			all = append(all, copyUser(u))
		}
		return nil
	})
	return q.Page(all), wrap("find users", err)
}

func (r users) Count(ctx context.Context, f port.UserFilter) (int, error) {
	n := 0
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckUserFilter(f); err != nil {
			return err
		}
		for _, u := range t.users {
			if f.Matches(u) {
				n++
			}
		}
		return nil
	})
	return n, wrap("count users", err)
}

func (r users) Delete(ctx context.Context, id domain.UserID, version int64) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		old, ok := t.users[id]
		switch {
		case !ok:
			return port.ErrNotFound
		case old.Version != version:
			return port.ErrStale
		}
		delete(t.users, id)
		delete(t.totpSteps, id)
		return nil
	})
	return wrap("delete user", err)
}

func (r users) List(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error) {
	var list []domain.User
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(after)); err != nil {
			return err
		}
		for _, u := range t.users {
			if u.ID > after {
				list = append(list, copyUser(u))
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b domain.User) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return first(limit, list), wrap("list users", err)
}

func (r users) Update(ctx context.Context, u domain.User) (domain.User, error) {
	var stored domain.User
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckUser(u); err != nil {
			return err
		}
		old, ok := t.users[u.ID]
		switch {
		case !ok:
			return port.ErrNotFound
		case old.Version != u.Version:
			return port.ErrStale
		case t.emailOfAnother(u), t.tokenOfAnother(u):
			return port.ErrConflict
		}
		u = copyUser(u)
		u.Version++
		u.CreatedAt, u.LastAccess = old.CreatedAt, old.LastAccess
		t.users[u.ID] = u
		stored = copyUser(u)
		return nil
	})
	return stored, wrap("update user", err)
}

func (r users) Touch(ctx context.Context, id domain.UserID, at time.Time) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		if u, ok := t.users[id]; ok && at.After(u.LastAccess) {
			u.LastAccess = at.UTC()
			t.users[id] = u
		}
		return nil
	})
	return wrap("touch user", err)
}

func (r users) AdvanceTOTP(ctx context.Context, id domain.UserID, step int64) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		if _, ok := t.users[id]; !ok {
			return port.ErrNotFound
		}
		if step <= t.totpSteps[id] {
			return port.ErrStale
		}
		t.totpSteps[id] = step
		return nil
	})
	return wrap("advance TOTP", err)
}

// emailOfAnother reports whether somebody but u has u's address.
func (t *tables) emailOfAnother(u domain.User) bool {
	for _, other := range t.users {
		if other.ID != u.ID && other.Email.Key() == u.Email.Key() {
			return true
		}
	}
	return false
}

// tokenOfAnother reports whether somebody but u has u's static token.
func (t *tables) tokenOfAnother(u domain.User) bool {
	for _, other := range t.users {
		if other.ID != u.ID && other.StaticToken != nil && u.StaticToken != nil && *other.StaticToken == *u.StaticToken {
			return true
		}
	}
	return false
}

// copyUser returns u without memory in common with it, and with its times in UTC.
func copyUser(u domain.User) domain.User {
	if u.StaticToken != nil {
		hash := *u.StaticToken
		u.StaticToken = &hash
	}
	u.TOTP = bytes.Clone(u.TOTP)
	u.RecoveryCodes = slices.Clone(u.RecoveryCodes)
	u.Preferences = bytes.Clone(u.Preferences)
	u.CreatedAt, u.LastAccess = u.CreatedAt.UTC(), u.LastAccess.UTC()
	return u
}

// first returns the first limit elements of list, and none when limit is below 1.
func first[T any](limit int, list []T) []T {
	return list[:min(max(limit, 0), len(list))]
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("refstore: %s: %w", doing, err)
}
