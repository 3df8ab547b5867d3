// Package fakes holds stand-ins for ports, for tests of anyone: quick, deterministic where
// the port allows it, and true to every sentence of the port, which the contract kit checks.
package fakes

import (
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.Clock = (*Clock)(nil)

// Clock stands still until somebody moves it. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows t, in UTC and without anything finer than a
// microsecond.
func NewClock(t time.Time) *Clock {
	c := &Clock{}
	c.Set(t)
	return c
}

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d, back when d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d).Truncate(time.Microsecond)
}

// Set makes the clock show t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t.UTC().Truncate(time.Microsecond)
}
