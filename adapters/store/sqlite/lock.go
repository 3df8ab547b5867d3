package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofrs/flock"
)

// ErrServed says that another process serves the database file.
var ErrServed = errors.New("another process serves this database file")

// Lock claims the database at path for a process that serves it, until release is called
// or the process ends. It returns ErrServed, at once, when another has claimed it. The
// claim is a lock on the file PATH.lock, which stays behind; whoever opens the database
// without asking for the lock is not kept out.
func Lock(path string) (release func() error, err error) {
	path, err = realPath(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: lock database: %w", err)
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("sqlite: lock database: %w", errors.Join(err, lock.Close()))
	}
	if !held {
		return nil, fmt.Errorf("sqlite: lock %s: %w", path, errors.Join(ErrServed, lock.Close()))
	}
	return lock.Close, nil
}

// lockPoll is how often a starter that waits for another's migration looks again.
const lockPoll = 25 * time.Millisecond

// alone runs fn while no other process migrates the database at path. A lock inside the
// database would not do: each migration is a transaction of its own.
func alone(ctx context.Context, path string, fn func(context.Context) error) (err error) {
	lock := flock.New(path+".migrate.lock", flock.SetPermissions(0o600))
	defer func() { err = errors.Join(err, lock.Close()) }()
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	return fn(ctx)
}
