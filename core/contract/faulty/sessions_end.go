package faulty

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func sessionsEndFaults() []Fault {
	return []Fault{
		{
			Name: "end-reused-denies-it", Turns: []string{"sessions/end-reused/ends"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return sessions{Sessions: inner, endReused: func(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
					_, err := inner.EndReused(ctx, id, presented)
					return false, err
				}}
			}),
		},
		{
			Name: "end-reused-ignores-secret", Turns: []string{"sessions/end-reused/spares-the-current-secret"},
			Store: inSessions(func(inner port.Sessions) sessions {
				var begun memo[domain.SessionID, int64] // the generation at login
				return sessions{
					Sessions: inner,
					create: func(ctx context.Context, s domain.Session) error {
						begun.set(s.ID, s.Generation)
						return inner.Create(ctx, s)
					},
					endReused: func(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
						ended, err := inner.EndReused(ctx, id, presented)
						s, readErr := stored(ctx, inner, id)
						if generation, _ := begun.get(id); err == nil && readErr == nil && s.Generation == generation {
							return true, inner.Delete(ctx, id)
						}
						return ended, err
					},
				}
			}),
		},
		{
			Name: "end-reused-of-nothing", Turns: []string{"sessions/end-reused/missing-is-false"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return sessions{Sessions: inner, endReused: func(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
					_, readErr := stored(ctx, inner, id)
					ended, err := inner.EndReused(ctx, id, presented)
					return ended || err == nil && errors.Is(readErr, port.ErrNotFound), err
				}}
			}),
		},
		{
			Name: "end-reused-reads-then-deletes", Turns: []string{"sessions/end-reused/never-an-honest-session"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return sessions{
					Sessions: inner,
					endReused: func(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
						s, err := stored(ctx, inner, id)
						if err != nil || s.Secret == presented {
							return inner.EndReused(ctx, id, presented)
						}
						untilRotated(ctx, inner, s)
						return true, inner.Delete(ctx, id)
					},
				}
			}),
		},
		{
			Name: "delete-does-nothing", Turns: []string{"sessions/delete/removes"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return sessions{Sessions: inner, delete: func(ctx context.Context, id domain.SessionID) error {
					s, readErr := stored(ctx, inner, id)
					err := inner.Delete(ctx, id)
					if err == nil && readErr == nil {
						return inner.Create(ctx, s)
					}
					return err
				}}
			}),
		},
		{
			Name: "delete-missing-errors", Turns: []string{"sessions/delete/idempotent"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return sessions{Sessions: inner, delete: func(ctx context.Context, id domain.SessionID) error {
					_, readErr := stored(ctx, inner, id)
					if err := inner.Delete(ctx, id); err != nil {
						return err
					}
					return readErr
				}}
			}),
		},
		{
			Name: "delete-user-takes-two", Turns: []string{"sessions/delete-user/removes-all"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return counting(inner, func(ctx context.Context, all []domain.Session, id domain.UserID, except domain.SessionID) error {
					left := 2
					for _, s := range all {
						if s.UserID == id && s.ID != except && left > 0 {
							left--
							if err := inner.Delete(ctx, s.ID); err != nil {
								return err
							}
						}
					}
					return nil
				})
			}),
		},
		{
			Name: "except-ignored", Turns: []string{"sessions/delete-user/spares-except"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return counting(inner, func(ctx context.Context, _ []domain.Session, id domain.UserID, _ domain.SessionID) error {
					return inner.DeleteUser(ctx, id, "")
				})
			}),
		},
		{
			Name: "delete-user-hits-others", Turns: []string{"sessions/delete-user/only-that-user"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return counting(inner, func(ctx context.Context, all []domain.Session, id domain.UserID, except domain.SessionID) error {
					for _, s := range all {
						if strings.EqualFold(string(s.UserID), string(id)) && s.ID != except {
							if err := inner.Delete(ctx, s.ID); err != nil {
								return err
							}
						}
					}
					return nil
				})
			}),
		},
		{
			Name: "delete-user-missing-errors", Turns: []string{"sessions/delete-user/missing-is-no-error"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return counting(inner, func(ctx context.Context, all []domain.Session, id domain.UserID, except domain.SessionID) error {
					if len(all) == 0 {
						return port.ErrNotFound
					}
					return inner.DeleteUser(ctx, id, except)
				})
			}),
		},
		{
			Name: "prune-forgets-the-absolute-end", Turns: []string{"sessions/prune/removes", "sessions/prune/boundary", "sessions/prune/limit"},
			Store: pruned(func(ctx context.Context, inner port.Sessions, all []domain.Session, now time.Time, limit int) (int, error) {
				n := 0
				for _, s := range all {
					if !now.Before(s.ExpiresAt) && n < limit {
						n++
						if err := inner.Delete(ctx, s.ID); err != nil {
							return n, err
						}
					}
				}
				return n, nil
			}),
		},
		{
			Name: "prune-exclusive", Turns: []string{"sessions/prune/boundary"},
			Store: pruned(func(ctx context.Context, inner port.Sessions, _ []domain.Session, now time.Time, limit int) (int, error) {
				return inner.Prune(ctx, now.Add(-time.Microsecond), limit)
			}),
		},
		{
			Name: "prune-inclusive", Turns: []string{"sessions/prune/boundary"},
			Store: pruned(func(ctx context.Context, inner port.Sessions, _ []domain.Session, now time.Time, limit int) (int, error) {
				return inner.Prune(ctx, now.Add(time.Microsecond), limit)
			}),
		},
		{
			Name: "prune-removes-the-idle", Turns: []string{"sessions/prune/keeps-live", "sessions/prune/boundary"},
			Store: pruned(func(ctx context.Context, inner port.Sessions, all []domain.Session, now time.Time, limit int) (int, error) {
				n, err := inner.Prune(ctx, now, limit)
				for _, s := range all {
					if s.LiveAt(now) && err == nil {
						err = inner.Delete(ctx, s.ID)
					}
				}
				return n, err
			}),
		},
		{
			Name: "prune-ignores-limit", Turns: []string{"sessions/prune/limit"},
			Store: pruned(func(ctx context.Context, inner port.Sessions, _ []domain.Session, now time.Time, _ int) (int, error) {
				return inner.Prune(ctx, now, 1000)
			}),
		},
	}
}

// untilRotated gives way to others until s has another secret, but not forever.
func untilRotated(ctx context.Context, inner port.Sessions, s domain.Session) {
	for begun := time.Now(); time.Since(begun) < 20*time.Millisecond; runtime.Gosched() {
		if now, err := stored(ctx, inner, s.ID); err != nil || now.Secret != s.Secret {
			return
		}
	}
}

// remembered is every session that was ever created, in no order.
type remembered struct {
	sessions memo[domain.SessionID, domain.Session]
}

func (m *remembered) create(inner port.Sessions) func(ctx context.Context, s domain.Session) error {
	return func(ctx context.Context, s domain.Session) error {
		err := inner.Create(ctx, s)
		if err == nil {
			m.sessions.set(s.ID, s)
		}
		return err
	}
}

// all returns those that are still there, as they are now.
func (m *remembered) all(ctx context.Context, inner port.Sessions) []domain.Session {
	var list []domain.Session
	for _, id := range m.sessions.keys() {
		if s, err := stored(ctx, inner, id); err == nil {
			list = append(list, s)
		}
	}
	return list
}

// counting plants a fault in DeleteUser, which knows all sessions.
func counting(inner port.Sessions, deleteUser func(ctx context.Context, all []domain.Session, id domain.UserID, except domain.SessionID) error) sessions {
	m := &remembered{}
	return sessions{
		Sessions: inner,
		create:   m.create(inner),
		deleteUser: func(ctx context.Context, id domain.UserID, except domain.SessionID) error {
			if err := port.CheckKey(string(id), string(except)); err != nil {
				return err
			}
			if _, err := inner.Prune(ctx, longBefore(), 0); err != nil {
				return err // the store is closed, or ctx is done
			}
			return deleteUser(ctx, m.all(ctx, inner), id, except)
		},
	}
}

// pruned plants a fault in Prune, which knows all sessions.
func pruned(prune func(ctx context.Context, inner port.Sessions, all []domain.Session, now time.Time, limit int) (int, error)) func(port.Store) port.Store {
	return inSessions(func(inner port.Sessions) sessions {
		m := &remembered{}
		return sessions{
			Sessions: inner,
			create:   m.create(inner),
			prune: func(ctx context.Context, now time.Time, limit int) (int, error) {
				if _, err := inner.Prune(ctx, now, 0); err != nil {
					return 0, err
				}
				return prune(ctx, inner, m.all(ctx, inner), now, limit)
			},
		}
	})
}
