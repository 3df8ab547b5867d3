package contract

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func sessionsKeyed() keyed[port.Sessions] {
	type call = func(ctx context.Context, sessions port.Sessions, s string) error
	create := func(change func(x *domain.Session, s string)) call {
		return func(ctx context.Context, sessions port.Sessions, s string) error {
			x := sampleSession("laptop", "id-of-ann")
			change(&x, s)
			return sessions.Create(ctx, x)
		}
	}
	rotate := func(change func(r *port.Rotation, s string)) call {
		return func(ctx context.Context, sessions port.Sessions, s string) error {
			r := rotation(sampleSession("laptop", "id-of-ann"), domain.HashSecret("next"))
			change(&r, s)
			return errorOf(sessions.Rotate(ctx, r))
		}
	}
	return keyed[port.Sessions]{
		port: "sessions",
		put: func(ctx context.Context, sessions port.Sessions, key string) error {
			s := sampleSession("any", "id-of-ann")
			s.ID = domain.SessionID(key)
			return sessions.Create(ctx, s)
		},
		has: func(ctx context.Context, sessions port.Sessions, key string) (bool, error) {
			s, err := sessions.Get(ctx, domain.SessionID(key), at(0))
			if errors.Is(err, port.ErrNotFound) {
				return false, nil
			}
			return string(s.ID) == key, err
		},
		keys: []func(ctx context.Context, sessions port.Sessions, key string) error{
			create(func(x *domain.Session, s string) { x.ID = domain.SessionID(s) }),
			create(func(x *domain.Session, s string) { x.UserID = domain.UserID(s) }),
			rotate(func(r *port.Rotation, s string) { r.ID = domain.SessionID(s) }),
			func(ctx context.Context, sessions port.Sessions, key string) error {
				return errorOf(sessions.Get(ctx, domain.SessionID(key), at(0)))
			},
			func(ctx context.Context, sessions port.Sessions, key string) error {
				return errorOf(sessions.List(ctx, domain.UserID(key), at(0), 10))
			},
			func(ctx context.Context, sessions port.Sessions, key string) error {
				return errorOf(sessions.EndReused(ctx, domain.SessionID(key), domain.SecretHash{}))
			},
			func(ctx context.Context, sessions port.Sessions, key string) error {
				return sessions.Delete(ctx, domain.SessionID(key))
			},
			func(ctx context.Context, sessions port.Sessions, key string) error {
				return sessions.DeleteUser(ctx, domain.UserID(key), "")
			},
			func(ctx context.Context, sessions port.Sessions, key string) error {
				return sessions.DeleteUser(ctx, "id-of-ann", domain.SessionID(key))
			},
		},
		texts: []func(ctx context.Context, sessions port.Sessions, text string) error{
			create(func(x *domain.Session, s string) { x.Mode = domain.Mode(s) }),
			create(func(x *domain.Session, s string) { x.Client.IP = s }),
			create(func(x *domain.Session, s string) { x.Client.UserAgent = s }),
			create(func(x *domain.Session, s string) { x.Client.Origin = s }),
			rotate(func(r *port.Rotation, s string) { r.Client.IP = s }),
			rotate(func(r *port.Rotation, s string) { r.Client.UserAgent = s }),
			rotate(func(r *port.Rotation, s string) { r.Client.Origin = s }),
		},
	}
}

func sessionsMethods() methods[port.Sessions] {
	ended := sampleSession("ended", "id-of-bob")
	ended.ExpiresAt = at(-time.Minute)
	return methods[port.Sessions]{
		port: "sessions",
		seed: func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			must(t, sessions.Create(t.Context(), ended))
		},
		untouched: func(t testing.TB, sessions port.Sessions) {
			t.Helper()
			wantEqual(t, value(sessions.Get(t.Context(), "id-of-laptop", at(0)))(t), sampleSession("laptop", "id-of-ann"))
			wantEqual(t, value(sessions.Get(t.Context(), ended.ID, at(-time.Hour)))(t), ended)
			wantGone(t, sessions, "id-of-phone", at(0))
		},
		list: []method[port.Sessions]{
			{"Create", func(ctx context.Context, sessions port.Sessions) error {
				return sessions.Create(ctx, sampleSession("phone", "id-of-ann"))
			}},
			{"Get", func(ctx context.Context, sessions port.Sessions) error {
				return errorOf(sessions.Get(ctx, "id-of-laptop", at(0)))
			}},
			{"List", func(ctx context.Context, sessions port.Sessions) error {
				return errorOf(sessions.List(ctx, "id-of-ann", at(0), 10))
			}},
			{"Rotate", func(ctx context.Context, sessions port.Sessions) error {
				return errorOf(sessions.Rotate(ctx, rotation(sampleSession("laptop", "id-of-ann"), domain.HashSecret("next"))))
			}},
			{"EndReused", func(ctx context.Context, sessions port.Sessions) error {
				return errorOf(sessions.EndReused(ctx, "id-of-laptop", domain.HashSecret("old")))
			}},
			{"Delete", func(ctx context.Context, sessions port.Sessions) error {
				return sessions.Delete(ctx, "id-of-laptop")
			}},
			{"DeleteUser", func(ctx context.Context, sessions port.Sessions) error {
				return sessions.DeleteUser(ctx, "id-of-ann", "")
			}},
			{"Prune", func(ctx context.Context, sessions port.Sessions) error {
				return errorOf(sessions.Prune(ctx, at(0), 10))
			}},
		},
	}
}
