package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// limiter is the generic cell rate algorithm (ITU-T I.371, annex A): of each bucket one
// number is kept, its theoretical arrival time (tat), at which it will be full again. An
// attempt moves tat by Every; it is refused while tat is more than Burst-1 attempts ahead.
type limiter struct{ repo }

const (
	bucketTAT = `SELECT tat FROM rate_limits WHERE bucket = ?`

	spendFromBucket = `UPDATE rate_limits SET tat = CASE WHEN tat > ? THEN tat ELSE ? END + ?
		WHERE bucket = ? AND tat <= ?`

	openBucket = `INSERT INTO rate_limits (bucket, tat) VALUES (?, ?)`
)

// Take reads first, so that an attacker who is refused costs no write. The read never
// allows: that is up to one guarded update or, for a new key, the unique index. An upsert
// would be one statement, but MySQL's count of rows cannot tell a refusal from an insertion
// when it counts found rows.
func (s *limiter) Take(ctx context.Context, key string, l port.Limit, now time.Time) (wait time.Duration, err error) {
	err = s.call(ctx, "take from limiter", func() error {
		if err := port.CheckBucket(key, l); err != nil {
			return err
		}
		every := l.Every.Microseconds()
		at := micros(now)
		latest := at + int64(l.Burst-1)*every // the last tat that leaves room for an attempt
		for range maxTakes {
			tat, err := s.tat(ctx, key)
			var taken bool
			switch {
			case errors.Is(err, port.ErrNotFound):
				taken, err = s.open(ctx, key, at+every)
			case err == nil && tat > latest:
				wait = time.Duration(tat-latest) * time.Microsecond
				return nil
			case err == nil:
				var rows int64
				rows, err = s.exec(ctx, spendFromBucket, at, at, every, key, latest)
				taken = rows == 1
			}
			if err != nil || taken {
				return err
			}
		}
		return errors.New("too many others took at the same time")
	})
	return wait, err
}

// maxTakes bounds how often Take looks again after others have changed the bucket between
// its read and its write. Each of them moves tat, so a burst is over long before.
const maxTakes = 100

func (s *limiter) tat(ctx context.Context, key string) (tat int64, err error) {
	err = s.get(ctx, &tat, bucketTAT, key)
	return tat, err
}

// open starts the bucket of a key that has none, and reports whether it was first.
func (s *limiter) open(ctx context.Context, key string, tat int64) (bool, error) {
	_, err := s.exec(ctx, openBucket, key, tat)
	if errors.Is(err, port.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

const refundToBucket = `UPDATE rate_limits SET tat = tat - ? WHERE bucket = ? AND tat > ?`

func (s *limiter) Refund(ctx context.Context, key string, l port.Limit, now time.Time) error {
	return s.call(ctx, "refund to limiter", func() error {
		if err := port.CheckBucket(key, l); err != nil {
			return err
		}
		_, err := s.exec(ctx, refundToBucket, l.Every.Microseconds(), key, micros(now))
		return err
	})
}

const resetBucket = `DELETE FROM rate_limits WHERE bucket = ?`

func (s *limiter) Reset(ctx context.Context, key string) error {
	return s.call(ctx, "reset limiter", func() error {
		if err := port.CheckKey(key); err != nil {
			return err
		}
		_, err := s.exec(ctx, resetBucket, key)
		return err
	})
}

// In the form of pruneExpiredSessions, for the same reasons.
const pruneBuckets = `DELETE FROM rate_limits
	WHERE bucket IN (SELECT bucket FROM (
		SELECT bucket FROM rate_limits WHERE tat <= ? LIMIT ?) AS filled)
	AND tat <= ?`

func (s *limiter) Prune(ctx context.Context, now time.Time, limit int) (int, error) {
	var pruned int64
	err := s.call(ctx, "prune limiter", func() (err error) {
		if limit < 1 {
			return nil
		}
		pruned, err = s.exec(ctx, pruneBuckets, micros(now), limit, micros(now))
		return err
	})
	return int(pruned), err
}

func limiterQueries() []string {
	return []string{bucketTAT, spendFromBucket, openBucket, refundToBucket, resetBucket, pruneBuckets}
}
