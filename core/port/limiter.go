package port

import (
	"context"
	"time"
)

// Limit allows Burst attempts at once and gives one back every Every:
// "10/15m" is Burst 10, Every 90 s. The zero Limit is no limit; it is never passed to a
// RateLimiter.
type Limit struct {
	Burst int
	Every time.Duration
}

// RateLimiter counts attempts. A limit that CheckLimit refuses is ErrInvalid and spends
// nothing.
type RateLimiter interface {
	// Take spends one attempt of key and returns 0, or spends nothing and
	// returns how long to wait. Keys do not affect each other. Of n+k concurrent
	// takes on a full bucket of n, exactly n succeed.
	Take(ctx context.Context, key string, l Limit, now time.Time) (wait time.Duration, err error)

	// Refund gives back one attempt, never more than were taken.
	Refund(ctx context.Context, key string, l Limit, now time.Time) error

	// Reset forgets key. Only an operator's command calls it.
	Reset(ctx context.Context, key string) error

	// Prune forgets at most limit keys whose bucket is full again at now, and returns
	// how many. A bucket with attempts missing is never forgotten.
	Prune(ctx context.Context, now time.Time, limit int) (int, error)
}
