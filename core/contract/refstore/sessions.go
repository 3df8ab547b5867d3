package refstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type sessions struct{ *Store }

func (r sessions) Create(ctx context.Context, s domain.Session) error {
	err := r.inside(ctx, func() error {
		if err := port.CheckSession(s); err != nil {
			return err
		}
		if _, taken := r.sessions[s.ID]; taken {
			return port.ErrConflict
		}
		s.CreatedAt, s.RotatedAt = s.CreatedAt.UTC(), s.RotatedAt.UTC()
		s.ExpiresAt, s.EndsAt = s.ExpiresAt.UTC(), s.EndsAt.UTC()
		r.sessions[s.ID] = s
		return nil
	})
	return wrap("create session", err)
}

func (r sessions) Get(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error) {
	var found domain.Session
	err := r.inside(ctx, func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		s, ok := r.sessions[id]
		if !ok || !s.LiveAt(now) {
			return port.ErrNotFound
		}
		found = s
		return nil
	})
	return found, wrap("get session", err)
}

func (r sessions) List(ctx context.Context, user domain.UserID, now time.Time, limit int) ([]domain.Session, error) {
	var list []domain.Session
	err := r.inside(ctx, func() error {
		if err := port.CheckKey(string(user)); err != nil {
			return err
		}
		for _, s := range r.sessions {
			if s.UserID == user && s.LiveAt(now) {
				list = append(list, s)
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b domain.Session) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return first(limit, list), wrap("list sessions", err)
}

func (r sessions) Rotate(ctx context.Context, q port.Rotation) (current domain.Session, err error) {
	err = r.inside(ctx, func() error {
		if err := port.CheckRotation(q); err != nil {
			return err
		}
		s, ok := r.sessions[q.ID]
		if !ok || !s.LiveAt(q.Now) {
			return port.ErrNotFound
		}
		if s.Secret != q.Old {
			current = s
			return port.ErrStale
		}
		s.Secret = q.Next
		s.Generation++
		s.RotatedAt, s.ExpiresAt = q.Now.UTC(), q.ExpiresAt.UTC()
		s.Client = q.Client
		r.sessions[q.ID] = s
		return nil
	})
	return current, wrap("rotate session", err)
}

func (r sessions) EndReused(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
	var ended bool
	err := r.inside(ctx, func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		s, ok := r.sessions[id]
		if ok && s.Secret != presented {
			delete(r.sessions, id)
			ended = true
		}
		return nil
	})
	return ended, wrap("end reused session", err)
}

func (r sessions) Delete(ctx context.Context, id domain.SessionID) error {
	err := r.inside(ctx, func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		delete(r.sessions, id)
		return nil
	})
	return wrap("delete session", err)
}

func (r sessions) DeleteUser(ctx context.Context, id domain.UserID, except domain.SessionID) error {
	err := r.inside(ctx, func() error {
		if err := port.CheckKey(string(id), string(except)); err != nil {
			return err
		}
		for _, s := range r.sessions {
			if s.UserID == id && s.ID != except {
				delete(r.sessions, s.ID)
			}
		}
		return nil
	})
	return wrap("delete sessions of a user", err)
}

func (r sessions) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	removed := 0
	err := r.inside(ctx, func() error {
		for _, s := range r.sessions {
			if removed < limit && !s.LiveAt(now) {
				delete(r.sessions, s.ID)
				removed++
			}
		}
		return nil
	})
	return removed, wrap("prune sessions", err)
}
