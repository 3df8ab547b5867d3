package auth

import (
	"context"
	"sync"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// watched returns the ports in such a way that whatever ends a token on this instance, in which
// use case ever, makes visitors forget who showed it. They forget when the store has been asked,
// whatever it answers: a commit whose answer was lost may have happened.
func watched(p Ports, v *visitors) Ports {
	p.Sessions = watchedSessions{p.Sessions, v}
	p.Repos.Users = watchedUsers{p.Repos.Users, v.forgetUser}
	p.Work = watchedWork{p.Work, v}
	return p
}

func (v *visitors) forgetUser(id domain.UserID) {
	v.forget(func(p Principal) bool { return p.User.ID == id || p.Enrolling.ID == id })
}

func (v *visitors) forgetSession(id domain.SessionID) {
	v.forget(func(p Principal) bool { return p.Session.ID == id })
}

type watchedSessions struct {
	port.Sessions
	visitors *visitors
}

func (w watchedSessions) EndReused(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
	defer w.visitors.forgetSession(id)
	return w.Sessions.EndReused(ctx, id, presented)
}

func (w watchedSessions) Delete(ctx context.Context, id domain.SessionID) error {
	defer w.visitors.forgetSession(id)
	return w.Sessions.Delete(ctx, id)
}

func (w watchedSessions) DeleteUser(ctx context.Context, id domain.UserID, except domain.SessionID) error {
	defer w.visitors.forgetUser(id)
	return w.Sessions.DeleteUser(ctx, id, except)
}

type watchedUsers struct {
	port.Users
	changed func(domain.UserID)
}

func (w watchedUsers) Update(ctx context.Context, u domain.User) (domain.User, error) {
	defer w.changed(u.ID)
	return w.Users.Update(ctx, u)
}

func (w watchedUsers) Delete(ctx context.Context, id domain.UserID, version int64) error {
	defer w.changed(id)
	return w.Users.Delete(ctx, id, version)
}

type watchedWork struct {
	port.UnitOfWork
	visitors *visitors
}

// Do forgets whom the unit has changed once it is over: before the commit they would be found
// as they were.
func (w watchedWork) Do(ctx context.Context, fn func(ctx context.Context, r port.Repos) error) error {
	var mu sync.Mutex
	changed := map[domain.UserID]bool{}
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		for id := range changed {
			w.visitors.forgetUser(id)
		}
	}()
	return w.UnitOfWork.Do(ctx, func(ctx context.Context, r port.Repos) error {
		r.Users = watchedUsers{r.Users, func(id domain.UserID) {
			mu.Lock()
			defer mu.Unlock()
			changed[id] = true
		}}
		return fn(ctx, r)
	})
}
