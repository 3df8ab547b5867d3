package memory

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// errFull is the answer to a new key when there is no room for it. It is no sentinel of the
// port: whether the attempt is within its limit could not be found out.
var errFull = errors.New("the limiter is full of keys with attempts missing")

// limiter is the generic cell rate algorithm (ITU-T I.371, annex A): of each bucket one
// number is kept, the microsecond at which it will be full again. An attempt moves it by
// Every; it is refused while the number is more than Burst-1 attempts ahead.
type limiter struct {
	store *Store
	bound int

	mu      sync.Mutex
	buckets *deadlines[string]
}

// alone runs fn as the body of a method, while no other runs.
func (s *limiter) alone(ctx context.Context, what string, fn func() error) error {
	if err := s.store.usable(ctx); err != nil {
		return failed(what, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return failed(what, fn())
}

func (s *limiter) Take(ctx context.Context, key string, l port.Limit, now time.Time) (wait time.Duration, err error) {
	err = s.alone(ctx, "take from limiter", func() error {
		if err := port.CheckBucket(key, l); err != nil {
			return err
		}
		every := l.Every.Microseconds()
		at := now.UnixMicro()
		fullAt, known := s.buckets.get(key)
		if !known {
			if err := s.makeRoom(at); err != nil {
				return err
			}
		}
		latest := at + int64(l.Burst-1)*every // the last number that leaves room for an attempt
		if known && fullAt > latest {
			wait = time.Duration(fullAt-latest) * time.Microsecond
			return nil
		}
		if !known || fullAt < at {
			fullAt = at
		}
		s.buckets.set(key, fullAt+every)
		return nil
	})
	return wait, err
}

// makeRoom lets one more key in, if need be in place of one that is full again.
func (s *limiter) makeRoom(now int64) error {
	if s.buckets.len() < s.bound {
		return nil
	}
	key, ok := s.buckets.first(now)
	if !ok {
		return errFull
	}
	s.buckets.remove(key)
	return nil
}

func (s *limiter) Refund(ctx context.Context, key string, l port.Limit, now time.Time) error {
	return s.alone(ctx, "refund to limiter", func() error {
		if err := port.CheckBucket(key, l); err != nil {
			return err
		}
		every := l.Every.Microseconds()
		if fullAt, known := s.buckets.get(key); known && fullAt > now.UnixMicro() {
			s.buckets.set(key, fullAt-every)
		}
		return nil
	})
}

func (s *limiter) Reset(ctx context.Context, key string) error {
	return s.alone(ctx, "reset limiter", func() error {
		if err := port.CheckKey(key); err != nil {
			return err
		}
		s.buckets.remove(key)
		return nil
	})
}

func (s *limiter) Prune(ctx context.Context, now time.Time, limit int) (pruned int, err error) {
	err = s.alone(ctx, "prune limiter", func() error {
		for ; pruned < limit; pruned++ {
			key, ok := s.buckets.first(now.UnixMicro())
			if !ok {
				break
			}
			s.buckets.remove(key)
		}
		return nil
	})
	return pruned, err
}
