package redis

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// limiter is the generic cell rate algorithm (ITU-T I.371, annex A): of each bucket one
// time is kept, at which it will be full again. An attempt moves it by Every; it is refused
// while the time is more than Burst-1 attempts ahead. lua/limit.lua says how buckets are kept.
type limiter struct {
	server *server

	take, refund, reset, prune script
}

func newLimiter(s *server) *limiter {
	on := func(flags, name string) script { return newScript(flags, "index", "limit", "limit_"+name) }
	return &limiter{
		server: s,
		take:   on(writes, "take"),
		refund: on(writes, "refund"),
		reset:  on(frees, "reset"),
		prune:  on(frees, "prune"),
	}
}

func (l *limiter) Take(ctx context.Context, key string, limit port.Limit, now time.Time) (wait time.Duration, err error) {
	err = l.server.call(ctx, "take from limiter", func(ctx context.Context) error {
		if err := port.CheckBucket(key, limit); err != nil {
			return err
		}
		every := limit.Every.Microseconds()
		window := int64(limit.Burst) * every
		latest := now.UnixMicro() + window - every // the last time that leaves room for an attempt
		full, err := l.server.text(ctx, l.take,
			key, digits(now), digitsOf(latest), span(every), ttl(durationOf(window)))
		if err != nil || full == "" {
			return err
		}
		at, err := microsOf(full)
		wait = durationOf(at - latest)
		return err
	})
	return wait, err
}

func (l *limiter) Refund(ctx context.Context, key string, limit port.Limit, now time.Time) error {
	return l.server.call(ctx, "refund to limiter", func(ctx context.Context) error {
		if err := port.CheckBucket(key, limit); err != nil {
			return err
		}
		_, err := l.server.count(ctx, l.refund, key, digits(now), span(limit.Every.Microseconds()))
		return err
	})
}

func (l *limiter) Reset(ctx context.Context, key string) error {
	return l.server.call(ctx, "reset limiter", func(ctx context.Context) error {
		if err := port.CheckKey(key); err != nil {
			return err
		}
		_, err := l.server.count(ctx, l.reset, key)
		return err
	})
}

func (l *limiter) Prune(ctx context.Context, now time.Time, limit int) (pruned int, err error) {
	err = l.server.call(ctx, "prune limiter", func(ctx context.Context) error {
		if limit < 1 {
			return nil // to Redis a negative limit is none at all
		}
		pruned, err = l.server.count(ctx, l.prune, digits(now), limit)
		return err
	})
	return pruned, err
}

// durationOf returns microseconds as a duration, or the longest that there is.
func durationOf(micros int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Microsecond)
	return time.Duration(min(micros, most)) * time.Microsecond
}
