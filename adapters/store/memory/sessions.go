package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type sessions struct {
	store *Store

	mu     sync.Mutex
	byID   map[domain.SessionID]domain.Session
	byUser map[domain.UserID]map[domain.SessionID]struct{}
	ends   *deadlines[domain.SessionID] // microseconds at which a session is no longer live
}

func newSessions(s *Store) *sessions {
	return &sessions{
		store:  s,
		byID:   map[domain.SessionID]domain.Session{},
		byUser: map[domain.UserID]map[domain.SessionID]struct{}{},
		ends:   newDeadlines[domain.SessionID](),
	}
}

// alone runs fn as the body of a method, while no other runs.
func (s *sessions) alone(ctx context.Context, what string, fn func() error) error {
	if err := s.store.usable(ctx); err != nil {
		return failed(what, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return failed(what, fn())
}

func (s *sessions) Create(ctx context.Context, n domain.Session) error {
	return s.alone(ctx, "create session", func() error {
		if err := port.CheckSession(n); err != nil {
			return err
		}
		if _, taken := s.byID[n.ID]; taken {
			return port.ErrConflict
		}
		n.CreatedAt, n.RotatedAt = n.CreatedAt.UTC(), n.RotatedAt.UTC()
		n.ExpiresAt, n.EndsAt = n.ExpiresAt.UTC(), n.EndsAt.UTC()
		s.put(n)
		return nil
	})
}

func (s *sessions) Get(ctx context.Context, id domain.SessionID, now time.Time) (found domain.Session, err error) {
	err = s.alone(ctx, "get session", func() (err error) {
		found, err = s.live(id, now)
		return err
	})
	return found, err
}

func (s *sessions) List(ctx context.Context, user domain.UserID, now time.Time, limit int) (list []domain.Session, err error) {
	err = s.alone(ctx, "list sessions", func() error {
		if err := port.CheckKey(string(user)); err != nil {
			return err
		}
		for id := range s.byUser[user] {
			if one := s.byID[id]; one.LiveAt(now) {
				list = append(list, one)
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b domain.Session) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return list[:min(max(limit, 0), len(list))], err
}

func (s *sessions) Rotate(ctx context.Context, r port.Rotation) (current domain.Session, err error) {
	err = s.alone(ctx, "rotate session", func() error {
		if err := port.CheckRotation(r); err != nil {
			return err
		}
		found, err := s.live(r.ID, r.Now)
		if err != nil {
			return err
		}
		if found.Secret != r.Old {
			current = found
			return port.ErrStale
		}
		found.Secret = r.Next
		found.Generation++
		found.RotatedAt, found.ExpiresAt = r.Now.UTC(), r.ExpiresAt.UTC()
		found.Client = r.Client
		s.put(found)
		return nil
	})
	return current, err
}

func (s *sessions) EndReused(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (ended bool, err error) {
	err = s.alone(ctx, "end reused session", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		if current, ok := s.byID[id]; ok && current.Secret != presented {
			s.remove(id)
			ended = true
		}
		return nil
	})
	return ended, err
}

func (s *sessions) Delete(ctx context.Context, id domain.SessionID) error {
	return s.alone(ctx, "delete session", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		s.remove(id)
		return nil
	})
}

func (s *sessions) DeleteUser(ctx context.Context, id domain.UserID, except domain.SessionID) error {
	return s.alone(ctx, "delete sessions of user", func() error {
		if err := port.CheckKey(string(id), string(except)); err != nil {
			return err
		}
		for one := range s.byUser[id] {
			if one != except {
				s.remove(one)
			}
		}
		return nil
	})
}

func (s *sessions) Prune(ctx context.Context, now time.Time, limit int) (pruned int, err error) {
	err = s.alone(ctx, "prune sessions", func() error {
		for ; pruned < limit; pruned++ {
			id, ok := s.ends.first(now.UnixMicro())
			if !ok {
				break
			}
			s.remove(id)
		}
		return nil
	})
	return pruned, err
}

// live returns the session under a key that can be used, or port.ErrNotFound.
func (s *sessions) live(id domain.SessionID, now time.Time) (domain.Session, error) {
	if err := port.CheckKey(string(id)); err != nil {
		return domain.Session{}, err
	}
	found, ok := s.byID[id]
	if !ok || !found.LiveAt(now) {
		return domain.Session{}, port.ErrNotFound
	}
	return found, nil
}

func (s *sessions) put(n domain.Session) {
	s.byID[n.ID] = n
	s.ends.set(n.ID, min(n.ExpiresAt.UnixMicro(), n.EndsAt.UnixMicro()))
	of, ok := s.byUser[n.UserID]
	if !ok {
		of = map[domain.SessionID]struct{}{}
		s.byUser[n.UserID] = of
	}
	of[n.ID] = struct{}{}
}

func (s *sessions) remove(id domain.SessionID) {
	old, ok := s.byID[id]
	if !ok {
		return
	}
	delete(s.byID, id)
	s.ends.remove(id)
	delete(s.byUser[old.UserID], id)
	if len(s.byUser[old.UserID]) == 0 {
		delete(s.byUser, old.UserID)
	}
}
