package faulty

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// store is a port.Store with some of its parts replaced. Faults of a part are planted
// outside transactions only, so that they leave the rules of units of work alone.
type store struct {
	port.Store
	repos    port.Repos
	sessions port.Sessions
	limiter  port.RateLimiter
	events   port.Events
	signing  port.SigningKeys
	do       func(ctx context.Context, fn func(ctx context.Context, r port.Repos) error) error
	ping     func(ctx context.Context) error
	close    func() error
}

// around returns inner as a store of which parts can be replaced.
func around(inner port.Store) store {
	return store{
		Store: inner, repos: inner.Repos(), sessions: inner.Sessions(),
		limiter: inner.Limiter(), events: inner.Events(), signing: inner.SigningKeys(),
		do: inner.Do, ping: inner.Ping, close: inner.Close,
	}
}

func (s store) Repos() port.Repos              { return s.repos }
func (s store) Sessions() port.Sessions        { return s.sessions }
func (s store) Limiter() port.RateLimiter      { return s.limiter }
func (s store) Events() port.Events            { return s.events }
func (s store) SigningKeys() port.SigningKeys  { return s.signing }
func (s store) Ping(ctx context.Context) error { return s.ping(ctx) }
func (s store) Close() error                   { return s.close() }
func (s store) Do(ctx context.Context, fn func(ctx context.Context, r port.Repos) error) error {
	return s.do(ctx, fn)
}

// inUsers plants a fault in the users of a store; so do its siblings in other parts.
func inUsers(plant func(inner port.Users) users) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		s.repos.Users = plant(inner.Repos().Users)
		return s
	}
}

func inRoles(plant func(inner port.Roles) roles) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		s.repos.Roles = plant(inner.Repos().Roles)
		return s
	}
}

func inSessions(plant func(inner port.Sessions) sessions) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		s.sessions = plant(inner.Sessions())
		return s
	}
}

func inLimiter(plant func(inner port.RateLimiter) limiter) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		s.limiter = plant(inner.Limiter())
		return s
	}
}

func inEvents(plant func(inner port.Events) events) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		s.events = plant(inner.Events())
		return s
	}
}

func inTokens(plant func(inner port.OneTimeTokens) oneTimeTokens) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		tokens := plant(inner.Repos().OneTimeTokens)
		tokens.OneTimeTokens = inner.Repos().OneTimeTokens
		s.repos.OneTimeTokens = tokens
		return s
	}
}

func inQueue(plant func(inner port.MailQueue) mailQueue) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		queue := plant(inner.Repos().MailQueue)
		queue.MailQueue = inner.Repos().MailQueue
		s.repos.MailQueue = queue
		return s
	}
}

// users is a port.Users of which single methods can be replaced; so are its siblings.
type users struct {
	port.Users
	create  func(ctx context.Context, u domain.User) error
	byID    func(ctx context.Context, id domain.UserID) (domain.User, error)
	byEmail func(ctx context.Context, e domain.Email) (domain.User, error)
	byToken func(ctx context.Context, h domain.SecretHash) (domain.User, error)
	list    func(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error)
	find    func(ctx context.Context, q port.UserQuery) ([]domain.User, error)
	count   func(ctx context.Context, f port.UserFilter) (int, error)
	delete  func(ctx context.Context, id domain.UserID, version int64) error
	update  func(ctx context.Context, u domain.User) (domain.User, error)
	touch   func(ctx context.Context, id domain.UserID, at time.Time) error
	advance func(ctx context.Context, id domain.UserID, step int64) error
}

func (r users) Create(ctx context.Context, u domain.User) error {
	if r.create != nil {
		return r.create(ctx, u)
	}
	return r.Users.Create(ctx, u)
}

func (r users) ByID(ctx context.Context, id domain.UserID) (domain.User, error) {
	if r.byID != nil {
		return r.byID(ctx, id)
	}
	return r.Users.ByID(ctx, id)
}

func (r users) ByEmail(ctx context.Context, e domain.Email) (domain.User, error) {
	if r.byEmail != nil {
		return r.byEmail(ctx, e)
	}
	return r.Users.ByEmail(ctx, e)
}

func (r users) ByStaticToken(ctx context.Context, h domain.SecretHash) (domain.User, error) {
	if r.byToken != nil {
		return r.byToken(ctx, h)
	}
	return r.Users.ByStaticToken(ctx, h)
}

func (r users) Find(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
	if r.find != nil {
		return r.find(ctx, q)
	}
	return r.Users.Find(ctx, q)
}

func (r users) Count(ctx context.Context, f port.UserFilter) (int, error) {
	if r.count != nil {
		return r.count(ctx, f)
	}
	return r.Users.Count(ctx, f)
}

func (r users) Delete(ctx context.Context, id domain.UserID, version int64) error {
	if r.delete != nil {
		return r.delete(ctx, id, version)
	}
	return r.Users.Delete(ctx, id, version)
}

func (r users) List(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error) {
	if r.list != nil {
		return r.list(ctx, after, limit)
	}
	return r.Users.List(ctx, after, limit)
}

func (r users) Update(ctx context.Context, u domain.User) (domain.User, error) {
	if r.update != nil {
		return r.update(ctx, u)
	}
	return r.Users.Update(ctx, u)
}

func (r users) Touch(ctx context.Context, id domain.UserID, at time.Time) error {
	if r.touch != nil {
		return r.touch(ctx, id, at)
	}
	return r.Users.Touch(ctx, id, at)
}

func (r users) AdvanceTOTP(ctx context.Context, id domain.UserID, step int64) error {
	if r.advance != nil {
		return r.advance(ctx, id, step)
	}
	return r.Users.AdvanceTOTP(ctx, id, step)
}

type roles struct {
	port.Roles
	create  func(ctx context.Context, r domain.Role) error
	reserve func(ctx context.Context, id domain.RoleID) error
	byID    func(ctx context.Context, id domain.RoleID) (domain.Role, error)
	list    func(ctx context.Context) ([]domain.Role, error)
	update  func(ctx context.Context, r domain.Role) error
	delete  func(ctx context.Context, id domain.RoleID) error
}

func (r roles) Create(ctx context.Context, role domain.Role) error {
	if r.create != nil {
		return r.create(ctx, role)
	}
	return r.Roles.Create(ctx, role)
}

func (r roles) Reserve(ctx context.Context, id domain.RoleID) error {
	if r.reserve != nil {
		return r.reserve(ctx, id)
	}
	return r.Roles.Reserve(ctx, id)
}

func (r roles) ByID(ctx context.Context, id domain.RoleID) (domain.Role, error) {
	if r.byID != nil {
		return r.byID(ctx, id)
	}
	return r.Roles.ByID(ctx, id)
}

type sessions struct {
	port.Sessions
	create     func(ctx context.Context, s domain.Session) error
	get        func(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error)
	list       func(ctx context.Context, user domain.UserID, now time.Time, limit int) ([]domain.Session, error)
	rotate     func(ctx context.Context, r port.Rotation) (domain.Session, error)
	endReused  func(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error)
	delete     func(ctx context.Context, id domain.SessionID) error
	deleteUser func(ctx context.Context, id domain.UserID, except domain.SessionID) error
	prune      func(ctx context.Context, now time.Time, limit int) (int, error)
}

func (r sessions) Create(ctx context.Context, s domain.Session) error {
	if r.create != nil {
		return r.create(ctx, s)
	}
	return r.Sessions.Create(ctx, s)
}

func (r sessions) Get(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error) {
	if r.get != nil {
		return r.get(ctx, id, now)
	}
	return r.Sessions.Get(ctx, id, now)
}

func (r sessions) List(ctx context.Context, user domain.UserID, now time.Time, limit int) ([]domain.Session, error) {
	if r.list != nil {
		return r.list(ctx, user, now, limit)
	}
	return r.Sessions.List(ctx, user, now, limit)
}

func (r sessions) Rotate(ctx context.Context, q port.Rotation) (domain.Session, error) {
	if r.rotate != nil {
		return r.rotate(ctx, q)
	}
	return r.Sessions.Rotate(ctx, q)
}

func (r sessions) EndReused(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
	if r.endReused != nil {
		return r.endReused(ctx, id, presented)
	}
	return r.Sessions.EndReused(ctx, id, presented)
}

func (r sessions) Delete(ctx context.Context, id domain.SessionID) error {
	if r.delete != nil {
		return r.delete(ctx, id)
	}
	return r.Sessions.Delete(ctx, id)
}

func (r sessions) DeleteUser(ctx context.Context, id domain.UserID, except domain.SessionID) error {
	if r.deleteUser != nil {
		return r.deleteUser(ctx, id, except)
	}
	return r.Sessions.DeleteUser(ctx, id, except)
}

func (r sessions) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	if r.prune != nil {
		return r.prune(ctx, now, limit)
	}
	return r.Sessions.Prune(ctx, now, limit)
}

type limiter struct {
	port.RateLimiter
	take   func(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error)
	refund func(ctx context.Context, key string, l port.Limit, now time.Time) error
	reset  func(ctx context.Context, key string) error
	prune  func(ctx context.Context, now time.Time, limit int) (int, error)
}

func (r limiter) Take(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
	if r.take != nil {
		return r.take(ctx, key, l, now)
	}
	return r.RateLimiter.Take(ctx, key, l, now)
}

func (r limiter) Refund(ctx context.Context, key string, l port.Limit, now time.Time) error {
	if r.refund != nil {
		return r.refund(ctx, key, l, now)
	}
	return r.RateLimiter.Refund(ctx, key, l, now)
}

func (r limiter) Reset(ctx context.Context, key string) error {
	if r.reset != nil {
		return r.reset(ctx, key)
	}
	return r.RateLimiter.Reset(ctx, key)
}

func (r limiter) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	if r.prune != nil {
		return r.prune(ctx, now, limit)
	}
	return r.RateLimiter.Prune(ctx, now, limit)
}

type events struct {
	port.Events
	record func(ctx context.Context, e domain.Event) error
	list   func(ctx context.Context, after string, limit int) ([]domain.Event, error)
	latest func(ctx context.Context, f port.EventFilter, offset, limit int) ([]domain.Event, error)
	prune  func(ctx context.Context, before time.Time, limit int) (int, error)
}

func (r events) Latest(ctx context.Context, f port.EventFilter, offset, limit int) ([]domain.Event, error) {
	if r.latest != nil {
		return r.latest(ctx, f, offset, limit)
	}
	return r.Events.Latest(ctx, f, offset, limit)
}

func (r events) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	if r.prune != nil {
		return r.prune(ctx, before, limit)
	}
	return r.Events.Prune(ctx, before, limit)
}

func (r events) Record(ctx context.Context, e domain.Event) error {
	if r.record != nil {
		return r.record(ctx, e)
	}
	return r.Events.Record(ctx, e)
}

func (r events) List(ctx context.Context, after string, limit int) ([]domain.Event, error) {
	if r.list != nil {
		return r.list(ctx, after, limit)
	}
	return r.Events.List(ctx, after, limit)
}
