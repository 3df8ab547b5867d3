package wiring

import "github.com/sallyport-auth/sallyport/core/port"

// chooseLimiter returns the limiter of Redis where RATE_LIMITER_STORE says so, and that of
// the database elsewhere. Both hold across all instances.
func chooseLimiter(store port.Store, r Redis) port.RateLimiter {
	if r.limiter == nil {
		return store.Limiter()
	}
	return r.limiter.Limiter()
}
