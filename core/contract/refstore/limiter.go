package refstore

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// limiter is the generic cell rate algorithm (ITU-T I.371): of each key it keeps the
// theoretical arrival time, at which the bucket will be full again. Every attempt that is
// missing puts it one Every further into the future.
type limiter struct{ *Store }

func (r limiter) Take(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
	var wait time.Duration
	err := r.inside(ctx, func() error {
		if err := port.CheckBucket(key, l); err != nil {
			return err
		}
		full := r.arrivals[key]
		if full.Before(now) {
			full = now
		}
		next := full.Add(l.Every)
		if wait = next.Add(-time.Duration(l.Burst) * l.Every).Sub(now); wait > 0 {
			return nil
		}
		wait = 0
		r.arrivals[key] = next
		return nil
	})
	return wait, wrap("take an attempt", err)
}

func (r limiter) Refund(ctx context.Context, key string, l port.Limit, now time.Time) error {
	err := r.inside(ctx, func() error {
		if err := port.CheckBucket(key, l); err != nil {
			return err
		}
		if full, ok := r.arrivals[key]; ok && full.After(now) {
			r.arrivals[key] = full.Add(-l.Every)
		}
		return nil
	})
	return wrap("refund an attempt", err)
}

func (r limiter) Reset(ctx context.Context, key string) error {
	err := r.inside(ctx, func() error {
		if err := port.CheckKey(key); err != nil {
			return err
		}
		delete(r.arrivals, key)
		return nil
	})
	return wrap("reset a limit", err)
}

func (r limiter) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	removed := 0
	err := r.inside(ctx, func() error {
		for key, full := range r.arrivals {
			if removed < limit && !full.After(now) {
				delete(r.arrivals, key)
				removed++
			}
		}
		return nil
	})
	return removed, wrap("prune limits", err)
}
