package faulty

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// rotating plants a fault in Rotate alone. generation is that of the session at login.
func rotating(rotate func(ctx context.Context, inner port.Sessions, r port.Rotation, generation int64) (domain.Session, error)) func(port.Store) port.Store {
	return inSessions(func(inner port.Sessions) sessions {
		var m remembered
		return sessions{
			Sessions: inner,
			create:   m.create(inner),
			rotate: func(ctx context.Context, r port.Rotation) (domain.Session, error) {
				s, _ := m.sessions.get(r.ID)
				return rotate(ctx, inner, r, s.Generation)
			},
		}
	})
}

// afterwards plants a fault in what Get shows of a session that has been rotated once.
func afterwards(change func(s *domain.Session, created domain.Session)) func(port.Store) port.Store {
	return inSessions(func(inner port.Sessions) sessions {
		var m remembered
		return sessions{
			Sessions: inner,
			create:   m.create(inner),
			get: func(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error) {
				s, err := inner.Get(ctx, id, now)
				if created, ok := m.sessions.get(id); ok && s.Generation == created.Generation+1 {
					change(&s, created)
				}
				return s, err
			},
		}
	})
}

// stillLive makes Rotate work at the very instant that end names.
func stillLive(end func(s domain.Session) time.Time) func(port.Store) port.Store {
	return rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, _ int64) (domain.Session, error) {
		s, err := inner.Rotate(ctx, r)
		if old, readErr := stored(ctx, inner, r.ID); errors.Is(err, port.ErrNotFound) && readErr == nil && end(old).Equal(r.Now) {
			r.Now = r.Now.Add(-time.Microsecond)
			return inner.Rotate(ctx, r)
		}
		return s, err
	})
}

func rotateFaults() []Fault {
	return []Fault{
		{
			Name: "rotate-keeps-the-secret", Turns: []string{"sessions/rotate/replaces-the-secret"},
			Store: afterwards(func(s *domain.Session, created domain.Session) { s.Secret = created.Secret }),
		},
		{
			Name: "rotate-keeps-the-generation", Turns: []string{"sessions/rotate/raises-generation"},
			Store: afterwards(func(s *domain.Session, created domain.Session) { s.Generation = created.Generation }),
		},
		{
			Name: "rotate-keeps-the-expiry", Turns: []string{"sessions/rotate/sets-the-times"},
			Store: afterwards(func(s *domain.Session, created domain.Session) { s.ExpiresAt = created.ExpiresAt }),
		},
		{
			Name: "rotate-keeps-the-client", Turns: []string{"sessions/rotate/sets-the-client"},
			Store: afterwards(func(s *domain.Session, created domain.Session) {
				s.Client.IP, s.Client.Origin = created.Client.IP, created.Client.Origin
			}),
		},
		{
			Name: "rotate-moves-the-absolute-end", Turns: []string{"sessions/rotate/leaves-the-rest-alone"},
			Store: afterwards(func(s *domain.Session, created domain.Session) { s.EndsAt = created.EndsAt.Add(time.Hour) }),
		},
		{
			Name: "first-secret-stays-good", Turns: []string{"sessions/rotate/again-and-again"},
			Store: inSessions(func(inner port.Sessions) sessions {
				var m remembered
				return sessions{
					Sessions: inner,
					create:   m.create(inner),
					rotate: func(ctx context.Context, r port.Rotation) (domain.Session, error) {
						s, err := inner.Rotate(ctx, r)
						created, ok := m.sessions.get(r.ID)
						if errors.Is(err, port.ErrStale) && ok && r.Old == created.Secret && s.Generation > created.Generation+1 {
							r.Old = s.Secret
							return inner.Rotate(ctx, r)
						}
						return s, err
					},
				}
			}),
		},
		{
			Name: "wrong-secret-is-not-found", Turns: []string{"sessions/rotate/wrong-secret-is-stale"},
			Store: rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, generation int64) (domain.Session, error) {
				s, err := inner.Rotate(ctx, r)
				if s.Generation == generation {
					return s, replaceError(err, port.ErrStale, port.ErrNotFound)
				}
				return s, err
			}),
		},
		{
			Name: "stale-shows-nothing", Turns: []string{"sessions/rotate/stale-shows-the-session"},
			Store: rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, generation int64) (domain.Session, error) {
				s, err := inner.Rotate(ctx, r)
				if errors.Is(err, port.ErrStale) && s.Generation == generation {
					return domain.Session{}, err
				}
				return s, err
			}),
		},
		{
			Name: "stale-still-writes", Turns: []string{"sessions/rotate/stale-changes-nothing"},
			Store: rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, generation int64) (domain.Session, error) {
				s, err := inner.Rotate(ctx, r)
				if errors.Is(err, port.ErrStale) && s.Generation == generation {
					r.Old, r.Next = s.Secret, s.Secret
					_, _ = inner.Rotate(ctx, r)
				}
				return s, err
			}),
		},
		{
			Name: "rotate-ignores-old",
			Turns: []string{
				"sessions/rotate/wrong-secret-is-stale", "sessions/rotate/stale-shows-the-session",
				"sessions/rotate/stale-changes-nothing",
			},
			Store: rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, generation int64) (domain.Session, error) {
				s, err := inner.Rotate(ctx, r)
				if errors.Is(err, port.ErrStale) && s.Generation == generation {
					r.Old = s.Secret
					return inner.Rotate(ctx, r)
				}
				return s, err
			}),
		},
		{
			Name: "rotate-missing-is-stale", Turns: []string{"sessions/rotate/missing-is-not-found"},
			Store: rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, _ int64) (domain.Session, error) {
				s, err := inner.Rotate(ctx, r)
				if _, readErr := stored(ctx, inner, r.ID); errors.Is(readErr, port.ErrNotFound) {
					return s, replaceError(err, port.ErrNotFound, port.ErrStale)
				}
				return s, err
			}),
		},
		{
			Name: "rotate-expiry-inclusive", Turns: []string{"sessions/rotate/ended-is-not-found/idle"},
			Store: stillLive(idleEnd),
		},
		{
			Name: "rotate-end-inclusive", Turns: []string{"sessions/rotate/ended-is-not-found/absolute"},
			Store: stillLive(absoluteEnd),
		},
		{
			Name: "rotate-ends-early", Turns: []string{"sessions/rotate/last-moment"},
			Store: rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, _ int64) (domain.Session, error) {
				if s, err := stored(ctx, inner, r.ID); err == nil && s.LiveAt(r.Now) && !s.LiveAt(r.Now.Add(time.Millisecond)) {
					return domain.Session{}, port.ErrNotFound
				}
				return inner.Rotate(ctx, r)
			}),
		},
		{
			Name: "rotate-shows-what-it-made", Turns: []string{"sessions/rotate/shows-only-what-is-stale"},
			Store: rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, _ int64) (domain.Session, error) {
				s, err := inner.Rotate(ctx, r)
				if err == nil {
					s, _ = stored(ctx, inner, r.ID)
				}
				return s, err
			}),
		},
		{
			Name: "rotate-shows-what-has-ended", Turns: []string{"sessions/rotate/shows-only-what-is-stale"},
			Store: rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, _ int64) (domain.Session, error) {
				s, err := inner.Rotate(ctx, r)
				if errors.Is(err, port.ErrNotFound) {
					s, _ = stored(ctx, inner, r.ID)
				}
				return s, err
			}),
		},
		{
			Name: "rotate-not-atomic", Turns: []string{"sessions/rotate/one-winner"},
			Store: inSessions(func(inner port.Sessions) sessions {
				var o overlap
				return sessions{Sessions: inner, rotate: func(ctx context.Context, r port.Rotation) (s domain.Session, err error) {
					err = o.during(func(shared bool) error {
						var err error
						if s, err = inner.Rotate(ctx, r); shared && errors.Is(err, port.ErrStale) {
							r.Old = s.Secret
							s, err = inner.Rotate(ctx, r)
							return replaceError(err, port.ErrStale, nil)
						}
						return err
					})
					return s, err
				}}
			}),
		},
		{
			Name: "loser-sees-an-old-snapshot", Turns: []string{"sessions/rotate/one-winner"},
			Store: inSessions(func(inner port.Sessions) sessions {
				var m remembered
				return sessions{
					Sessions: inner,
					create:   m.create(inner),
					rotate: func(ctx context.Context, r port.Rotation) (domain.Session, error) {
						s, err := inner.Rotate(ctx, r)
						if created, ok := m.sessions.get(r.ID); ok && errors.Is(err, port.ErrStale) && r.Old == created.Secret {
							return created, err
						}
						return s, err
					},
				}
			}),
		},
		{
			Name: "rotate-reads-what-it-made", Turns: []string{"sessions/rotate/wins-though-ended-at-once"},
			Store: rotating(func(ctx context.Context, inner port.Sessions, r port.Rotation, _ int64) (domain.Session, error) {
				s, err := inner.Rotate(ctx, r)
				for range patience {
					if err != nil {
						break
					}
					_, err = stored(ctx, inner, r.ID)
					runtime.Gosched()
				}
				return s, err
			}),
		},
	}
}
