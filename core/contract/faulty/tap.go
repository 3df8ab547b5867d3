package faulty

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// tap changes the context that goes into each call and the error that comes out.
type tap struct {
	ctx func(ctx context.Context, method string) context.Context
	err func(method string, err error) error
}

// tapped makes one call through t.
func tapped[T any](ctx context.Context, t tap, method string, call func(ctx context.Context) (T, error)) (T, error) {
	v, err := call(t.ctx(ctx, method))
	return v, t.err(method, err)
}

// tappedError makes one call through t that returns nothing but an error.
func (t tap) tappedError(ctx context.Context, method string, call func(ctx context.Context) error) error {
	return t.err(method, call(t.ctx(ctx, method)))
}

// store returns inner with t in every method that takes a context.
func (t tap) store(inner port.Store) store {
	s := around(inner)
	s.repos.Users = t.users(inner.Repos().Users)
	s.repos.Roles = t.roles(inner.Repos().Roles)
	s.repos.Permissions = t.permissions(inner.Repos().Permissions)
	s.repos.Identities = t.identities(inner.Repos().Identities)
	s.repos.OneTimeTokens = t.tokens(inner.Repos().OneTimeTokens)
	s.repos.MailQueue = t.queue(inner.Repos().MailQueue)
	s.sessions = t.sessions(inner.Sessions())
	s.limiter = t.limiter(inner.Limiter())
	s.events = t.events(inner.Events())
	s.signing = t.signingKeys(inner.SigningKeys())
	s.do = func(ctx context.Context, fn flow) error {
		return t.tappedError(ctx, "uow.do", func(ctx context.Context) error { return inner.Do(ctx, fn) })
	}
	s.ping = func(ctx context.Context) error { return t.tappedError(ctx, "store.ping", inner.Ping) }
	return s
}

func (t tap) users(inner port.Users) users {
	return users{
		Users: inner,
		create: func(ctx context.Context, u domain.User) error {
			return t.tappedError(ctx, "users.create", func(ctx context.Context) error { return inner.Create(ctx, u) })
		},
		byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
			return tapped(ctx, t, "users.by-id", func(ctx context.Context) (domain.User, error) { return inner.ByID(ctx, id) })
		},
		byEmail: func(ctx context.Context, e domain.Email) (domain.User, error) {
			return tapped(ctx, t, "users.by-email", func(ctx context.Context) (domain.User, error) { return inner.ByEmail(ctx, e) })
		},
		byToken: func(ctx context.Context, h domain.SecretHash) (domain.User, error) {
			return tapped(ctx, t, "users.by-static-token", func(ctx context.Context) (domain.User, error) { return inner.ByStaticToken(ctx, h) })
		},
		find: func(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
			return tapped(ctx, t, "users.find", func(ctx context.Context) ([]domain.User, error) { return inner.Find(ctx, q) })
		},
		count: func(ctx context.Context, f port.UserFilter) (int, error) {
			return tapped(ctx, t, "users.count", func(ctx context.Context) (int, error) { return inner.Count(ctx, f) })
		},
		delete: func(ctx context.Context, id domain.UserID, version int64) error {
			return t.tappedError(ctx, "users.delete", func(ctx context.Context) error { return inner.Delete(ctx, id, version) })
		},
		list: func(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error) {
			return tapped(ctx, t, "users.list", func(ctx context.Context) ([]domain.User, error) { return inner.List(ctx, after, limit) })
		},
		update: func(ctx context.Context, u domain.User) (domain.User, error) {
			return tapped(ctx, t, "users.update", func(ctx context.Context) (domain.User, error) { return inner.Update(ctx, u) })
		},
		touch: func(ctx context.Context, id domain.UserID, at time.Time) error {
			return t.tappedError(ctx, "users.touch", func(ctx context.Context) error { return inner.Touch(ctx, id, at) })
		},
		advance: func(ctx context.Context, id domain.UserID, step int64) error {
			return t.tappedError(ctx, "users.advance-totp", func(ctx context.Context) error { return inner.AdvanceTOTP(ctx, id, step) })
		},
	}
}

func (t tap) roles(inner port.Roles) roles {
	return roles{
		Roles: inner,
		create: func(ctx context.Context, role domain.Role) error {
			return t.tappedError(ctx, "roles.create", func(ctx context.Context) error { return inner.Create(ctx, role) })
		},
		reserve: func(ctx context.Context, id domain.RoleID) error {
			return t.tappedError(ctx, "roles.reserve", func(ctx context.Context) error { return inner.Reserve(ctx, id) })
		},
		byID: func(ctx context.Context, id domain.RoleID) (domain.Role, error) {
			return tapped(ctx, t, "roles.by-id", func(ctx context.Context) (domain.Role, error) { return inner.ByID(ctx, id) })
		},
		list: func(ctx context.Context) ([]domain.Role, error) {
			return tapped(ctx, t, "roles.list", inner.List)
		},
		update: func(ctx context.Context, role domain.Role) error {
			return t.tappedError(ctx, "roles.update", func(ctx context.Context) error { return inner.Update(ctx, role) })
		},
		delete: func(ctx context.Context, id domain.RoleID) error {
			return t.tappedError(ctx, "roles.delete", func(ctx context.Context) error { return inner.Delete(ctx, id) })
		},
	}
}

func (t tap) sessions(inner port.Sessions) sessions {
	return sessions{
		Sessions: inner,
		create: func(ctx context.Context, s domain.Session) error {
			return t.tappedError(ctx, "sessions.create", func(ctx context.Context) error { return inner.Create(ctx, s) })
		},
		get: func(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error) {
			return tapped(ctx, t, "sessions.get", func(ctx context.Context) (domain.Session, error) { return inner.Get(ctx, id, now) })
		},
		list: func(ctx context.Context, user domain.UserID, now time.Time, limit int) ([]domain.Session, error) {
			return tapped(ctx, t, "sessions.list", func(ctx context.Context) ([]domain.Session, error) {
				return inner.List(ctx, user, now, limit)
			})
		},
		rotate: func(ctx context.Context, q port.Rotation) (domain.Session, error) {
			return tapped(ctx, t, "sessions.rotate", func(ctx context.Context) (domain.Session, error) { return inner.Rotate(ctx, q) })
		},
		endReused: func(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
			return tapped(ctx, t, "sessions.end-reused", func(ctx context.Context) (bool, error) { return inner.EndReused(ctx, id, presented) })
		},
		delete: func(ctx context.Context, id domain.SessionID) error {
			return t.tappedError(ctx, "sessions.delete", func(ctx context.Context) error { return inner.Delete(ctx, id) })
		},
		deleteUser: func(ctx context.Context, id domain.UserID, except domain.SessionID) error {
			return t.tappedError(ctx, "sessions.delete-user", func(ctx context.Context) error { return inner.DeleteUser(ctx, id, except) })
		},
		prune: func(ctx context.Context, now time.Time, limit int) (int, error) {
			return tapped(ctx, t, "sessions.prune", func(ctx context.Context) (int, error) { return inner.Prune(ctx, now, limit) })
		},
	}
}

func (t tap) limiter(inner port.RateLimiter) limiter {
	return limiter{
		RateLimiter: inner,
		take: func(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
			return tapped(ctx, t, "limiter.take", func(ctx context.Context) (time.Duration, error) { return inner.Take(ctx, key, l, now) })
		},
		refund: func(ctx context.Context, key string, l port.Limit, now time.Time) error {
			return t.tappedError(ctx, "limiter.refund", func(ctx context.Context) error { return inner.Refund(ctx, key, l, now) })
		},
		reset: func(ctx context.Context, key string) error {
			return t.tappedError(ctx, "limiter.reset", func(ctx context.Context) error { return inner.Reset(ctx, key) })
		},
		prune: func(ctx context.Context, now time.Time, limit int) (int, error) {
			return tapped(ctx, t, "limiter.prune", func(ctx context.Context) (int, error) { return inner.Prune(ctx, now, limit) })
		},
	}
}

func (t tap) events(inner port.Events) events {
	return events{
		Events: inner,
		record: func(ctx context.Context, e domain.Event) error {
			return t.tappedError(ctx, "events.record", func(ctx context.Context) error { return inner.Record(ctx, e) })
		},
		list: func(ctx context.Context, after string, limit int) ([]domain.Event, error) {
			return tapped(ctx, t, "events.list", func(ctx context.Context) ([]domain.Event, error) { return inner.List(ctx, after, limit) })
		},
		latest: func(ctx context.Context, f port.EventFilter, offset, limit int) ([]domain.Event, error) {
			return tapped(ctx, t, "events.latest", func(ctx context.Context) ([]domain.Event, error) {
				return inner.Latest(ctx, f, offset, limit)
			})
		},
		prune: func(ctx context.Context, before time.Time, limit int) (int, error) {
			return tapped(ctx, t, "events.prune", func(ctx context.Context) (int, error) { return inner.Prune(ctx, before, limit) })
		},
	}
}
