package mysql

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

// lease is a lock for migrations. It is a row, since GET_LOCK holds on one node of a cluster
// only. Its holder changes the row all the time; whoever waits takes it over when it has not
// changed for long. Each measures by its own clock, so that no two clocks have to agree.
//
// A statement that is under way when its holder is cut off may still run on the server after
// the take-over. Migrations can be repeated, and a change of a table waits for another.
type lease struct {
	db      *sql.DB
	timeout time.Duration // for each statement

	poll   time.Duration // how often a waiter looks
	beat   time.Duration // how often the holder changes the row
	giveUp time.Duration // how long without a change until the holder takes itself for none
	expiry time.Duration // how long without a change until a waiter takes over
}

func newLease(db *sql.DB, timeout time.Duration) *lease {
	return &lease{
		db: db, timeout: timeout,
		poll: 200 * time.Millisecond, beat: 2 * time.Second, giveUp: 10 * time.Second, expiry: 20 * time.Second,
	}
}

var errLeaseLost = fmt.Errorf("%w: the database did not answer in time, or another has taken it", migration.ErrLockLost)

const (
	createLease = `CREATE TABLE IF NOT EXISTS migration_lease (
			id     SMALLINT NOT NULL PRIMARY KEY,
			holder VARBINARY(254) NOT NULL,
			beat   BIGINT NOT NULL
		) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`
	takeLease     = `INSERT INTO migration_lease (id, holder, beat) VALUES (1, ?, 0)`
	lookAtLease   = `SELECT holder, beat FROM migration_lease WHERE id = 1`
	takeOverLease = `UPDATE migration_lease SET holder = ?, beat = 0 WHERE id = 1 AND holder = ? AND beat = ?`
	keepLease     = `UPDATE migration_lease SET beat = beat + 1 WHERE id = 1 AND holder = ?`
	endLease      = `DELETE FROM migration_lease WHERE id = 1 AND holder = ?`
)

// alone is a migration.Lock.
func (l *lease) alone(ctx context.Context, fn func(ctx context.Context) error) error {
	holder := rand.Text()
	if _, err := l.exec(ctx, createLease); err != nil {
		return err
	}
	// Also when it is not known whether the lease was taken.
	defer l.end(ctx, holder)
	taken, err := l.take(ctx, holder)
	if err != nil {
		return err
	}

	held, lose := context.WithCancelCause(ctx)
	// What runs may take its time to stop when ctx is done: the lease is kept until it has.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	beaten := make(chan struct{})
	go func() {
		defer close(beaten)
		lose(l.keep(running, holder, taken))
	}()
	err = fn(held)
	if lost := context.Cause(held); errors.Is(lost, errLeaseLost) {
		err = errors.Join(lost, err)
	}
	stop()
	<-beaten
	return err
}

// take waits until the lease is holder's. It returns a time at which it was.
func (l *lease) take(ctx context.Context, holder string) (time.Time, error) {
	again := time.NewTicker(l.poll)
	defer again.Stop()
	var seen row
	var since time.Time
	for {
		now := time.Now()
		taken, err := l.changed(ctx, takeLease, holder)
		if err == nil && !taken {
			var found row
			if found, err = l.look(ctx); found != seen {
				seen, since = found, now
			}
			if err == nil && seen.holder != "" && now.Sub(since) >= l.expiry {
				taken, err = l.changed(ctx, takeOverLease, holder, seen.holder, seen.beat)
			}
		}
		if err != nil || taken {
			return now, err
		}
		select {
		case <-ctx.Done():
			return now, ctx.Err()
		case <-again.C:
		}
	}
}

// row is who has the lease, and a number that changes as long as he lives.
type row struct {
	holder string
	beat   int64
}

// look returns who has the lease; nobody when it has just become free.
func (l *lease) look(ctx context.Context) (found row, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	err = l.db.QueryRowContext(ctx, lookAtLease).Scan(&found.holder, &found.beat)
	if errors.Is(err, sql.ErrNoRows) || (dialect{}).IsRetryable(err) {
		err = nil
	}
	return found, err
}

// keep changes the row, which was holder's at last, until ctx is done. It returns earlier, and
// says so, when the lease may be another's.
func (l *lease) keep(ctx context.Context, holder string, last time.Time) error {
	again := time.NewTicker(l.beat)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
		begun := time.Now()
		bounded, cancel := context.WithDeadline(ctx, last.Add(l.giveUp))
		rows, err := l.exec(bounded, keepLease, holder)
		cancel()
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil && rows == 0:
			return errLeaseLost
		case err == nil:
			last = begun
		case time.Since(last) >= l.giveUp:
			return errLeaseLost
		}
	}
}

// end lets the next one have the lease at once. If it cannot, the next one waits until the
// lease has expired.
func (l *lease) end(ctx context.Context, holder string) {
	_, _ = l.exec(context.WithoutCancel(ctx), endLease, holder)
}

// changed reports whether the statement has changed the row. Where another was faster it has
// not.
func (l *lease) changed(ctx context.Context, query string, args ...any) (bool, error) {
	rows, err := l.exec(ctx, query, args...)
	if d := (dialect{}); d.IsDuplicate(err) || d.IsRetryable(err) {
		return false, nil
	}
	return rows == 1, err
}

func (l *lease) exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	result, err := l.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
