package wiring

import "github.com/sallyport-auth/sallyport/core/port"

// chooseSessions returns the sessions of Redis where SESSIONS_URL names one, and those of
// the database elsewhere.
func chooseSessions(store port.Store, r Redis) port.Sessions {
	if r.sessions == nil {
		return store.Sessions()
	}
	return r.sessions.Sessions()
}
