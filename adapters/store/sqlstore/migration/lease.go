package migration

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrLockLost is why a migration was ended: the lock could not be kept, so that another may
// be at work.
var ErrLockLost = errors.New("the lock against other migrations is lost")

// Lease is a lock in a table, for databases whose own locks end at one node of a cluster, as
// those of Galera do, or outlive their holder. Whoever has it counts up again and again.
// Others take it over when they have not seen that for Silence by their own clocks: no clocks
// are compared, and the database is not asked for its.
//
// Each step is one guarded statement, written with ? for arguments. The table is
// migration_lock.
type Lease struct {
	DB *sql.DB // needs a connection beside the one that migrates

	// Silence is how long a lease outlives its holder; default 15s.
	Silence time.Duration

	// IsRetryable is that of the dialect.
	IsRetryable func(error) bool
}

const defaultSilence = 15 * time.Second

// What the times of a lease are parts of.
const (
	beatsPerSilence = 5
	looksPerSilence = 60
)

const (
	createLock = `CREATE TABLE IF NOT EXISTS migration_lock
		(id INTEGER NOT NULL PRIMARY KEY, holder VARCHAR(64) NOT NULL, beat BIGINT NOT NULL)`
	readLock    = `SELECT holder, beat FROM migration_lock WHERE id = 1`
	firstLock   = `INSERT INTO migration_lock (id, holder, beat) VALUES (1, '', 0)`
	takeLock    = `UPDATE migration_lock SET holder = ?, beat = beat + 1 WHERE id = 1 AND holder = ? AND beat = ?`
	beatLock    = `UPDATE migration_lock SET beat = beat + 1 WHERE id = 1 AND holder = ?`
	releaseLock = `UPDATE migration_lock SET holder = '', beat = beat + 1 WHERE id = 1 AND holder = ?`
)

// Alone is a Lock.
func (l Lease) Alone(ctx context.Context, fn func(ctx context.Context) error) error {
	if l.Silence == 0 {
		l.Silence = defaultSilence
	}
	me := rand.Text()
	if err := l.take(ctx, me); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	defer l.release(ctx, me)

	held, lose := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.keep(held, me, lose)
	}()
	err := fn(held)
	if errors.Is(context.Cause(held), ErrLockLost) {
		err = errors.Join(ErrLockLost, err)
	}
	lose(nil)
	<-ended
	return err
}

// state is what a waiting starter has seen.
type state struct {
	holder string
	beat   int64
}

func (l Lease) take(ctx context.Context, me string) error {
	if _, err := l.DB.ExecContext(ctx, createLock); err != nil {
		return err
	}
	look := time.NewTicker(l.Silence / looksPerSilence)
	defer look.Stop()
	var seen state
	since := time.Now()
	for {
		now, err := l.read(ctx)
		if err != nil {
			return err
		}
		if now != seen {
			seen, since = now, time.Now()
		}
		if seen.holder == "" || time.Since(since) >= l.Silence {
			taken, err := l.change(ctx, takeLock, me, seen.holder, seen.beat)
			if taken || err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
	}
}

// read returns the one row, and makes it when it is missing.
func (l Lease) read(ctx context.Context) (s state, err error) {
	err = l.DB.QueryRowContext(ctx, readLock).Scan(&s.holder, &s.beat)
	if !errors.Is(err, sql.ErrNoRows) {
		return s, err
	}
	_, insertErr := l.DB.ExecContext(ctx, firstLock)
	// Another may have been first: what counts is that the row is there.
	err = l.DB.QueryRowContext(ctx, readLock).Scan(&s.holder, &s.beat)
	if err != nil {
		return s, errors.Join(insertErr, err)
	}
	return s, nil
}

// change reports whether the statement has changed the row. A database that asks for a
// repetition has not done it: the caller looks again anyway.
func (l Lease) change(ctx context.Context, query string, args ...any) (bool, error) {
	result, err := l.DB.ExecContext(ctx, query, args...)
	if err != nil {
		if l.IsRetryable != nil && l.IsRetryable(err) {
			return false, nil
		}
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows == 1, err
}

// keep counts until ctx is done. It calls lose well before the others may take over: when
// they have, or when the database has not answered for three beats.
func (l Lease) keep(ctx context.Context, me string, lose context.CancelCauseFunc) {
	interval := l.Silence / beatsPerSilence
	beat := time.NewTicker(interval)
	defer beat.Stop()
	for failures := 0; failures < 3; {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		kept, err := l.beat(ctx, me, interval)
		switch {
		case kept:
			failures = 0
		case err == nil && !l.holds(ctx, me, interval):
			lose(ErrLockLost)
			return
		default:
			failures++
		}
	}
	lose(ErrLockLost)
}

func (l Lease) beat(ctx context.Context, me string, timeout time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return l.change(ctx, beatLock, me)
}

// holds tells a lease that is lost from a statement that has to be repeated.
func (l Lease) holds(ctx context.Context, me string, timeout time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	s, err := l.read(ctx)
	return err == nil && s.holder == me
}

// release also goes on when ctx is done. When it fails the others wait for Silence.
func (l Lease) release(ctx context.Context, me string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.Silence)
	defer cancel()
	for {
		if released, err := l.change(ctx, releaseLock, me); released || err != nil || !l.holds(ctx, me, l.Silence) {
			return
		}
	}
}
