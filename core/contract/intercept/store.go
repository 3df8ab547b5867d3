package intercept

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Store returns s with hooks around every method that it and its parts have.
func Store(s port.Store, h Hooks) port.Store { return store{s, h} }

type store struct {
	inner port.Store
	hooks Hooks
}

func (s store) Repos() port.Repos { return repos(s.inner.Repos(), s.hooks) }

func (s store) Sessions() port.Sessions { return sessions{s.inner.Sessions(), s.hooks} }

func (s store) Limiter() port.RateLimiter { return limiter{s.inner.Limiter(), s.hooks} }

func (s store) Events() port.Events { return events{s.inner.Events(), s.hooks} }

func (s store) SigningKeys() port.SigningKeys { return signingKeys{s.inner.SigningKeys(), s.hooks} }

func (s store) Ping(ctx context.Context) error {
	return called(ctx, s.hooks, "Store.Ping", func() error { return s.inner.Ping(ctx) })
}

func (s store) Close() error {
	return called(context.Background(), s.hooks, "Store.Close", s.inner.Close)
}

func (s store) Do(ctx context.Context, fn func(ctx context.Context, r port.Repos) error) error {
	return called(ctx, s.hooks, "UnitOfWork.Do", func() error {
		return s.inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
			var d doomed
			if err := fn(ctx, repos(r, d.watch(s.hooks))); err != nil {
				return err
			}
			return d.reason()
		})
	})
}

func repos(r port.Repos, h Hooks) port.Repos {
	return port.Repos{
		Users: users{r.Users, h}, Roles: roles{r.Roles, h}, Permissions: permissions{r.Permissions, h}, Identities: identities{r.Identities, h},
		OneTimeTokens: oneTimeTokens{r.OneTimeTokens, h}, MailQueue: mailQueue{r.MailQueue, h},
	}
}

type users struct {
	inner port.Users
	hooks Hooks
}

func (r users) Create(ctx context.Context, u domain.User) error {
	return called(ctx, r.hooks, "Users.Create", func() error { return r.inner.Create(ctx, u) })
}

func (r users) ByID(ctx context.Context, id domain.UserID) (domain.User, error) {
	return asked(ctx, r.hooks, "Users.ByID", func() (domain.User, error) { return r.inner.ByID(ctx, id) })
}

func (r users) ByEmail(ctx context.Context, e domain.Email) (domain.User, error) {
	return asked(ctx, r.hooks, "Users.ByEmail", func() (domain.User, error) { return r.inner.ByEmail(ctx, e) })
}

func (r users) ByStaticToken(ctx context.Context, h domain.SecretHash) (domain.User, error) {
	return asked(ctx, r.hooks, "Users.ByStaticToken", func() (domain.User, error) { return r.inner.ByStaticToken(ctx, h) })
}

func (r users) Find(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
	return asked(ctx, r.hooks, "Users.Find", func() ([]domain.User, error) { return r.inner.Find(ctx, q) })
}

func (r users) Count(ctx context.Context, f port.UserFilter) (int, error) {
	return asked(ctx, r.hooks, "Users.Count", func() (int, error) { return r.inner.Count(ctx, f) })
}

func (r users) Delete(ctx context.Context, id domain.UserID, version int64) error {
	return called(ctx, r.hooks, "Users.Delete", func() error { return r.inner.Delete(ctx, id, version) })
}

func (r users) List(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error) {
	return asked(ctx, r.hooks, "Users.List", func() ([]domain.User, error) { return r.inner.List(ctx, after, limit) })
}

func (r users) Update(ctx context.Context, u domain.User) (domain.User, error) {
	return asked(ctx, r.hooks, "Users.Update", func() (domain.User, error) { return r.inner.Update(ctx, u) })
}

func (r users) Touch(ctx context.Context, id domain.UserID, at time.Time) error {
	return called(ctx, r.hooks, "Users.Touch", func() error { return r.inner.Touch(ctx, id, at) })
}

func (r users) AdvanceTOTP(ctx context.Context, id domain.UserID, step int64) error {
	return called(ctx, r.hooks, "Users.AdvanceTOTP", func() error { return r.inner.AdvanceTOTP(ctx, id, step) })
}

type roles struct {
	inner port.Roles
	hooks Hooks
}

func (r roles) Create(ctx context.Context, role domain.Role) error {
	return called(ctx, r.hooks, "Roles.Create", func() error { return r.inner.Create(ctx, role) })
}

func (r roles) Reserve(ctx context.Context, id domain.RoleID) error {
	return called(ctx, r.hooks, "Roles.Reserve", func() error { return r.inner.Reserve(ctx, id) })
}

func (r roles) ByID(ctx context.Context, id domain.RoleID) (domain.Role, error) {
	return asked(ctx, r.hooks, "Roles.ByID", func() (domain.Role, error) { return r.inner.ByID(ctx, id) })
}

func (r roles) List(ctx context.Context) ([]domain.Role, error) {
	return asked(ctx, r.hooks, "Roles.List", func() ([]domain.Role, error) { return r.inner.List(ctx) })
}

func (r roles) Update(ctx context.Context, role domain.Role) error {
	return called(ctx, r.hooks, "Roles.Update", func() error { return r.inner.Update(ctx, role) })
}

func (r roles) Delete(ctx context.Context, id domain.RoleID) error {
	return called(ctx, r.hooks, "Roles.Delete", func() error { return r.inner.Delete(ctx, id) })
}

type sessions struct {
	inner port.Sessions
	hooks Hooks
}

func (r sessions) Create(ctx context.Context, s domain.Session) error {
	return called(ctx, r.hooks, "Sessions.Create", func() error { return r.inner.Create(ctx, s) })
}

func (r sessions) Get(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error) {
	return asked(ctx, r.hooks, "Sessions.Get", func() (domain.Session, error) { return r.inner.Get(ctx, id, now) })
}

func (r sessions) List(ctx context.Context, user domain.UserID, now time.Time, limit int) ([]domain.Session, error) {
	return asked(ctx, r.hooks, "Sessions.List", func() ([]domain.Session, error) { return r.inner.List(ctx, user, now, limit) })
}

func (r sessions) Rotate(ctx context.Context, q port.Rotation) (domain.Session, error) {
	return asked(ctx, r.hooks, "Sessions.Rotate", func() (domain.Session, error) { return r.inner.Rotate(ctx, q) })
}

func (r sessions) EndReused(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
	return asked(ctx, r.hooks, "Sessions.EndReused", func() (bool, error) { return r.inner.EndReused(ctx, id, presented) })
}

func (r sessions) Delete(ctx context.Context, id domain.SessionID) error {
	return called(ctx, r.hooks, "Sessions.Delete", func() error { return r.inner.Delete(ctx, id) })
}

func (r sessions) DeleteUser(ctx context.Context, id domain.UserID, except domain.SessionID) error {
	return called(ctx, r.hooks, "Sessions.DeleteUser", func() error { return r.inner.DeleteUser(ctx, id, except) })
}

func (r sessions) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	return asked(ctx, r.hooks, "Sessions.Prune", func() (int, error) { return r.inner.Prune(ctx, now, limit) })
}

type limiter struct {
	inner port.RateLimiter
	hooks Hooks
}

func (r limiter) Take(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
	return asked(ctx, r.hooks, "Limiter.Take", func() (time.Duration, error) { return r.inner.Take(ctx, key, l, now) })
}

func (r limiter) Refund(ctx context.Context, key string, l port.Limit, now time.Time) error {
	return called(ctx, r.hooks, "Limiter.Refund", func() error { return r.inner.Refund(ctx, key, l, now) })
}

func (r limiter) Reset(ctx context.Context, key string) error {
	return called(ctx, r.hooks, "Limiter.Reset", func() error { return r.inner.Reset(ctx, key) })
}

func (r limiter) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	return asked(ctx, r.hooks, "Limiter.Prune", func() (int, error) { return r.inner.Prune(ctx, now, limit) })
}

type events struct {
	inner port.Events
	hooks Hooks
}

func (r events) Record(ctx context.Context, e domain.Event) error {
	return called(ctx, r.hooks, "Events.Record", func() error { return r.inner.Record(ctx, e) })
}

func (r events) List(ctx context.Context, after string, limit int) ([]domain.Event, error) {
	return asked(ctx, r.hooks, "Events.List", func() ([]domain.Event, error) { return r.inner.List(ctx, after, limit) })
}

func (r events) Latest(ctx context.Context, f port.EventFilter, offset, limit int) ([]domain.Event, error) {
	return asked(ctx, r.hooks, "Events.Latest", func() ([]domain.Event, error) { return r.inner.Latest(ctx, f, offset, limit) })
}

func (r events) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	return asked(ctx, r.hooks, "Events.Prune", func() (int, error) { return r.inner.Prune(ctx, before, limit) })
}
