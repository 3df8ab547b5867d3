package memory

import (
	"bytes"
	"context"
	"math"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type users struct{ access }

func (s *users) Create(ctx context.Context, u domain.User) error {
	return s.write(ctx, "create user", func(d *draft) error {
		if err := port.CheckUser(u); err != nil {
			return err
		}
		if _, taken := d.user(u.ID); taken {
			return port.ErrConflict
		}
		if _, taken := d.userOf(u.Email.Key()); taken || d.tokenOfAnother(u) {
			return port.ErrConflict
		}
		u.Version = 1
		d.putUser(copyUser(u))
		return nil
	})
}

func (s *users) ByID(ctx context.Context, id domain.UserID) (domain.User, error) {
	return s.find(ctx, "user by id", string(id), func(d *draft) (domain.User, bool) { return d.user(id) })
}

func (s *users) ByEmail(ctx context.Context, e domain.Email) (domain.User, error) {
	return s.find(ctx, "user by e-mail", string(e), func(d *draft) (domain.User, bool) { return d.userOf(e.Key()) })
}

func (s *users) find(ctx context.Context, what, key string, in func(*draft) (domain.User, bool)) (found domain.User, err error) {
	err = s.read(ctx, what, func(d *draft) error {
		if err := port.CheckKey(key); err != nil {
			return err
		}
		u, ok := in(d)
		if !ok {
			return port.ErrNotFound
		}
		found = copyUser(u)
		return nil
	})
	return found, err
}

func (s *users) ByStaticToken(ctx context.Context, h domain.SecretHash) (domain.User, error) {
	return s.find(ctx, "user by static token", "", func(d *draft) (domain.User, bool) { return d.userWithToken(h) })
}

func (s *users) Find(ctx context.Context, q port.UserQuery) (page []domain.User, err error) {
	err = s.read(ctx, "find users", func(d *draft) error {
		if err := port.CheckUserQuery(q); err != nil {
			return err
		}
		page = q.Page(d.usersAfter("", math.MaxInt))
		for i := range page {
			page[i] = copyUser(page[i])
		}
		return nil
	})
	return page, err
}

func (s *users) Count(ctx context.Context, f port.UserFilter) (n int, err error) {
	err = s.read(ctx, "count users", func(d *draft) error {
		if err := port.CheckUserFilter(f); err != nil {
			return err
		}
		for _, u := range d.usersAfter("", math.MaxInt) {
			if f.Matches(u) {
				n++
			}
		}
		return nil
	})
	return n, err
}

func (s *users) Delete(ctx context.Context, id domain.UserID, version int64) error {
	return s.write(ctx, "delete user", func(d *draft) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		old, ok := d.user(id)
		switch {
		case !ok:
			return port.ErrNotFound
		case old.Version != version:
			return port.ErrStale
		}
		d.removeUser(old)
		return nil
	})
}

func (s *users) List(ctx context.Context, after domain.UserID, limit int) (page []domain.User, err error) {
	err = s.read(ctx, "list users", func(d *draft) error {
		if err := port.CheckKey(string(after)); err != nil || limit < 1 {
			return err
		}
		page = d.usersAfter(after, limit)
		for i := range page {
			page[i] = copyUser(page[i])
		}
		return nil
	})
	return page, err
}

func (s *users) Update(ctx context.Context, u domain.User) (stored domain.User, err error) {
	err = s.write(ctx, "update user", func(d *draft) error {
		if err := port.CheckUser(u); err != nil {
			return err
		}
		old, ok := d.user(u.ID)
		switch owner, taken := d.userOf(u.Email.Key()); {
		case !ok:
			return port.ErrNotFound
		case old.Version != u.Version:
			return port.ErrStale
		case taken && owner.ID != u.ID, d.tokenOfAnother(u):
			return port.ErrConflict
		}
		u.Version++
		u.CreatedAt, u.LastAccess = old.CreatedAt, old.LastAccess
		d.putUser(copyUser(u))
		stored = copyUser(u)
		return nil
	})
	return stored, err
}

func (s *users) Touch(ctx context.Context, id domain.UserID, at time.Time) error {
	return s.write(ctx, "touch user", func(d *draft) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		if u, ok := d.user(id); ok && at.After(u.LastAccess) {
			u.LastAccess = at.UTC()
			d.putUser(u)
		}
		return nil
	})
}

func (s *users) AdvanceTOTP(ctx context.Context, id domain.UserID, step int64) error {
	return s.write(ctx, "advance TOTP", func(d *draft) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		if _, ok := d.user(id); !ok {
			return port.ErrNotFound
		}
		if spent, _ := d.totpSteps.get(id); step <= spent {
			return port.ErrStale
		}
		d.totpSteps.put(id, step)
		return nil
	})
}

// copyUser returns u with nothing in it that the caller could change under us.
func copyUser(u domain.User) domain.User {
	if u.StaticToken != nil {
		token := *u.StaticToken
		u.StaticToken = &token
	}
	u.TOTP = bytes.Clone(u.TOTP)
	u.RecoveryCodes = slices.Clone(u.RecoveryCodes)
	u.Preferences = bytes.Clone(u.Preferences)
	u.CreatedAt, u.LastAccess = u.CreatedAt.UTC(), u.LastAccess.UTC()
	return u
}
