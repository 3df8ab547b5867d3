package faulty

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// long before every session of the kit ends, so that Get shows what is stored.
func longBefore() time.Time { return time.Date(1800, time.January, 1, 0, 0, 0, 0, time.UTC) }

// stored reads a session whether it is live or not.
func stored(ctx context.Context, inner port.Sessions, id domain.SessionID) (domain.Session, error) {
	return inner.Get(ctx, id, longBefore())
}

// got plants a fault in Get alone.
func got(get func(ctx context.Context, inner port.Sessions, id domain.SessionID, now time.Time) (domain.Session, error)) func(port.Store) port.Store {
	return inSessions(func(inner port.Sessions) sessions {
		return sessions{Sessions: inner, get: func(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error) {
			return get(ctx, inner, id, now)
		}}
	})
}

// shown changes the sessions that Get returns.
func shown(change func(s *domain.Session)) func(port.Store) port.Store {
	return got(func(ctx context.Context, inner port.Sessions, id domain.SessionID, now time.Time) (domain.Session, error) {
		s, err := inner.Get(ctx, id, now)
		if err == nil {
			change(&s)
		}
		return s, err
	})
}

// lastsTooLong makes Get return a session at the very instant that end names.
func lastsTooLong(end func(s domain.Session) time.Time) func(port.Store) port.Store {
	return got(func(ctx context.Context, inner port.Sessions, id domain.SessionID, now time.Time) (domain.Session, error) {
		s, err := inner.Get(ctx, id, now)
		if old, readErr := stored(ctx, inner, id); errors.Is(err, port.ErrNotFound) && readErr == nil && end(old).Equal(now) {
			return old, nil
		}
		return s, err
	})
}

func idleEnd(s domain.Session) time.Time { return s.ExpiresAt }

func absoluteEnd(s domain.Session) time.Time { return s.EndsAt }

func sessionsFaults() []Fault {
	return []Fault{
		{
			Name: "session-conflict-unwrapped", Turns: []string{"sessions/create/duplicate-is-conflict"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return sessions{Sessions: inner, create: func(ctx context.Context, s domain.Session) error {
					return replaceError(inner.Create(ctx, s), port.ErrConflict, driverError())
				}}
			}),
		},
		{
			Name: "session-conflict-overwrites", Turns: []string{"sessions/create/conflict-stores-nothing"},
			Store: inSessions(func(inner port.Sessions) sessions {
				var mu sync.Mutex
				return sessions{Sessions: inner, create: func(ctx context.Context, s domain.Session) error {
					mu.Lock()
					defer mu.Unlock()
					err := inner.Create(ctx, s)
					if errors.Is(err, port.ErrConflict) {
						_ = inner.Delete(ctx, s.ID)
						_ = inner.Create(ctx, s)
					}
					return err
				}}
			}),
		},
		{
			Name: "session-check-then-insert", Turns: []string{"sessions/create/one-winner"},
			Store: inSessions(func(inner port.Sessions) sessions {
				var o overlap
				return sessions{Sessions: inner, create: func(ctx context.Context, s domain.Session) error {
					return o.unnoticed(func() error { return inner.Create(ctx, s) })
				}}
			}),
		},
		{
			Name: "session-not-found-is-nil", Turns: []string{"sessions/get/missing-is-not-found"},
			Store: got(func(ctx context.Context, inner port.Sessions, id domain.SessionID, now time.Time) (domain.Session, error) {
				s, err := inner.Get(ctx, id, now)
				if _, readErr := stored(ctx, inner, id); readErr != nil {
					return s, replaceError(err, port.ErrNotFound, nil)
				}
				return s, err
			}),
		},
		{
			Name: "ended-is-expired", Turns: []string{"sessions/get/ended-is-not-found"},
			Store: got(func(ctx context.Context, inner port.Sessions, id domain.SessionID, now time.Time) (domain.Session, error) {
				s, err := inner.Get(ctx, id, now)
				if _, readErr := stored(ctx, inner, id); readErr == nil {
					return s, replaceError(err, port.ErrNotFound, port.ErrExpired)
				}
				return s, err
			}),
		},
		{
			Name: "session-expiry-inclusive", Turns: []string{"sessions/expiry/boundary"},
			Store: lastsTooLong(idleEnd),
		},
		{
			Name: "session-end-inclusive", Turns: []string{"sessions/expiry/absolute-boundary"},
			Store: lastsTooLong(absoluteEnd),
		},
		{
			Name: "session-own-clock", Turns: []string{"sessions/expiry/time-is-an-argument"},
			Store: got(func(ctx context.Context, inner port.Sessions, id domain.SessionID, now time.Time) (domain.Session, error) {
				s, err := inner.Get(ctx, id, now)
				if err == nil && s.ExpiresAt.Before(time.Now().AddDate(-50, 0, 0)) {
					return domain.Session{}, port.ErrNotFound
				}
				return s, err
			}),
		},
		{
			Name: "session-mode-forgotten", Turns: []string{"sessions/values/come-back-equal"},
			Store: shown(func(s *domain.Session) {
				if s.Mode == domain.ModeSession {
					s.Mode = domain.ModeCookie
				}
			}),
		},
		{
			Name: "empty-client-is-unknown", Turns: []string{"sessions/values/empty-stays-empty"},
			Store: shown(func(s *domain.Session) {
				if s.Client.UserAgent == "" {
					s.Client.UserAgent = "unknown"
				}
			}),
		},
		{
			Name: "agent-in-three-bytes", Turns: []string{"sessions/values/odd-texts"},
			Store: shown(func(s *domain.Session) { s.Client.UserAgent = threeByteRunes(s.Client.UserAgent) }),
		},
		{
			Name: "agent-cut-at-64k", Turns: []string{"sessions/values/long-texts"},
			Store: shown(func(s *domain.Session) { s.Client.UserAgent = cutAt64K(s.Client.UserAgent) }),
		},
		{
			Name: "session-time-truncated", Turns: []string{"sessions/times/microseconds"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return sessions{Sessions: inner, create: func(ctx context.Context, s domain.Session) error {
					s.CreatedAt, s.RotatedAt = s.CreatedAt.Truncate(time.Millisecond), s.RotatedAt.Truncate(time.Millisecond)
					return inner.Create(ctx, s)
				}}
			}),
		},
		{
			Name: "session-time-local", Turns: []string{"sessions/times/utc"},
			Store: shown(func(s *domain.Session) { s.CreatedAt = s.CreatedAt.In(elsewhere()) }),
		},
	}
}
