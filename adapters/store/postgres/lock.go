package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

const (
	// lockKey is an advisory lock of its own in each database: "sallypor" in ASCII.
	lockKey = 0x73616c6c79706f72

	// lockPoll is how often a starter that waits for another's migration looks again.
	lockPoll = 100 * time.Millisecond

	// lockSilence is how long the server waits for a sign of life from whoever has the lock.
	lockSilence = 15 * time.Second

	// lockBeats is how often there is one in that time. The holder takes the lock for lost
	// one of them before the server does.
	lockBeats = 5
)

// advisory is how a migrator shuts out the others.
type advisory struct {
	db      *sql.DB       // with a connection beside the one that migrates
	timeout time.Duration // of each statement
	silence time.Duration // after which the server ends a lock
}

// alone runs fn while no other migrates the database. The lock is one of a transaction: it
// ends with the connection, and also works where a pooler hands each transaction another one.
// A holder whose machine is gone says nothing to the server, and the connection would live on
// for hours: therefore the holder speaks now and then, and the server listens for that.
func (a advisory) alone(ctx context.Context, fn func(context.Context) error) error {
	lock, err := a.acquire(ctx)
	if err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	defer lock.release(ctx)

	held, lose := context.WithCancelCause(ctx)
	// What runs may take its time to stop when ctx is done: the lock is kept until it has.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		lock.keep(running, lose)
	}()
	err = fn(held)
	if errors.Is(context.Cause(held), migration.ErrLockLost) {
		err = errors.Join(migration.ErrLockLost, err)
	}
	stop()
	<-ended
	lose(nil)
	return err
}

// lock is a transaction that others wait for. It is no sql.Tx, which would be rolled back as
// soon as a context is done, while fn is still about to stop.
type lock struct {
	advisory
	conn  *sql.Conn
	heard time.Time // when the server had heard of the holder at least
}

// acquire asks again and again, rather than wait in the server, where a wait would look like
// a server that does not answer.
func (a advisory) acquire(ctx context.Context) (*lock, error) {
	again := time.NewTicker(lockPoll)
	defer again.Stop()
	for {
		l, err := a.try(ctx)
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err() // the driver has other words for it
		}
		if l != nil || err != nil {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-again.C:
		}
	}
}

// try returns nil, and no error, when another has the lock.
func (a advisory) try(ctx context.Context) (*lock, error) {
	connecting, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	conn, err := a.db.Conn(connecting)
	if err != nil {
		return nil, err
	}
	l := &lock{advisory: a, conn: conn}
	held, err := l.begin(ctx)
	if err != nil || !held {
		l.release(ctx)
		return nil, err
	}
	return l, nil
}

func (l *lock) begin(ctx context.Context) (held bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	if _, err := l.conn.ExecContext(ctx, `BEGIN ISOLATION LEVEL READ COMMITTED`); err != nil {
		return false, err
	}
	listen := fmt.Sprintf(`SET LOCAL idle_in_transaction_session_timeout = %d`, l.silence.Milliseconds())
	if _, err := l.conn.ExecContext(ctx, listen); err != nil {
		return false, err
	}
	l.heard = time.Now()
	err = l.conn.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock($1)`, int64(lockKey)).Scan(&held)
	return held, err
}

// keep speaks to the server until ctx is done. It calls lose as soon as the connection is lost,
// or the server may soon have waited for too long.
func (l *lock) keep(ctx context.Context, lose context.CancelCauseFunc) {
	beat := time.NewTicker(l.silence / lockBeats)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		begun := time.Now()
		if err := l.speak(ctx, l.heard.Add(l.silence-l.silence/lockBeats)); err != nil && ctx.Err() == nil {
			lose(migration.ErrLockLost)
			return
		}
		l.heard = begun
	}
}

// speak must not be interrupted, which would end the connection. For the same reason it is
// given as long as there is, rather than tried again.
func (l *lock) speak(ctx context.Context, until time.Time) error {
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), until)
	defer cancel()
	_, err := l.conn.ExecContext(ctx, `SELECT 1`)
	return err
}

// release also goes on when ctx is done. A failure ends the connection, and the lock with it.
func (l *lock) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
	defer cancel()
	_, _ = l.conn.ExecContext(ctx, `ROLLBACK`)
	_ = l.conn.Close()
}
