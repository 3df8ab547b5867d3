package sqlite

import (
	"context"
	"errors"
	"testing"

	"modernc.org/sqlite"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/core/port"
)

// WriterSynchronous returns SQLite's number for what the writing connection waits for.
func WriterSynchronous(t testing.TB, s *Store) int {
	t.Helper()
	var level int
	err := s.writes.Transact(t.Context(), func(tx sqlstore.Tx) error {
		return tx.Get(t.Context(), &level, `PRAGMA synchronous`)
	})
	if err != nil {
		t.Fatal(err)
	}
	return level
}

// WriteOnReader tries to write on a connection of the reading pool.
func WriteOnReader(ctx context.Context, s *Store) error {
	_, err := s.reader.ExecContext(ctx, `DELETE FROM users`)
	return err
}

// ReadersInUse returns how many connections read at the moment.
func ReadersInUse(s *Store) int { return s.reader.Stats().InUse }

// OpenOneByOne opens the database at c.Path, which must exist, without groups: each write has
// a commit of its own.
func OpenOneByOne(c Config) (port.Store, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	writer, err := connect(c.writerDSN(), 1)
	if err != nil {
		return nil, err
	}
	reader, err := connect(c.readerDSN(), c.Readers)
	if err != nil {
		return nil, err
	}
	return sqlstore.New(reader, sqlstore.Pool(writer, nil), dialect{}), nil
}

// Transact runs fn as a member of a group, below the ports.
func Transact(ctx context.Context, s *Store, fn func(sqlstore.Tx) error) error {
	return s.writes.Transact(ctx, fn)
}

// Execute runs a statement as a member of a group, below the ports.
func Execute(ctx context.Context, s *Store, query string) error {
	_, err := s.writes.Exec(ctx, query)
	return err
}

// ExecutePanic runs a member that panics on the group's own goroutine, after query.
func ExecutePanic(ctx context.Context, s *Store, query string, with any) error {
	m, err := s.writes.join(ctx, func(t *turn) error {
		if _, err := t.Exec(ctx, query); err != nil {
			return err
		}
		panic(with)
	})
	if err != nil {
		return err
	}
	return <-m.answer
}

// IsPanic reports whether err makes its caller panic.
func IsPanic(err error) bool {
	_, ok := errors.AsType[*panicked](err)
	return ok
}

// HoldWrite runs begin, which lets something be written by another goroutine, and holds the
// first write that comes of it. It is not begun before release.
func HoldWrite(ctx context.Context, s *Store, begin func()) (release func(), err error) {
	var held *member
	err = s.writes.Transact(ctx, func(sqlstore.Tx) error { // so that the group takes nobody else
		begin()
		select {
		case held = <-s.writes.queue:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return func() { s.writes.queue <- held }, err
}

// OnCommit calls hook at each COMMIT of a group; it is refused when hook returns false. It
// is forgotten with the connection.
func OnCommit(t testing.TB, s *Store, hook func() bool) {
	t.Helper()
	onConnection(t, s, func(c any) {
		c.(interface{ RegisterCommitHook(sqlite.CommitHookFn) }).RegisterCommitHook(func() int32 {
			if hook() {
				return 0
			}
			return 1
		})
	})
}

// OnRow calls hook before each row that a statement writes.
func OnRow(t testing.TB, s *Store, hook func()) {
	t.Helper()
	onConnection(t, s, func(c any) {
		c.(interface {
			RegisterPreUpdateHook(sqlite.PreUpdateHookFn)
		}).RegisterPreUpdateHook(func(sqlite.SQLitePreUpdateData) { hook() })
	})
}

// BreakSavepoints makes each later SAVEPOINT of the connection fail. It may be called by a
// member of a group only.
func BreakSavepoints(s *Store) error {
	whole, broken := s.writes.statements[beginMember], `ROLLBACK TO nobody`
	if _, err := s.writes.prepared(broken); err != nil {
		return err
	}
	s.writes.statements[beginMember] = s.writes.statements[broken]
	return whole.Close()
}

// RefuseCommit makes the COMMIT of its group fail.
func RefuseCommit(ctx context.Context, s *Store) error {
	return withConnection(ctx, s, func(c any) {
		c.(interface{ RegisterCommitHook(sqlite.CommitHookFn) }).RegisterCommitHook(func() int32 { return 1 })
	})
}

func onConnection(t testing.TB, s *Store, use func(driverConn any)) {
	t.Helper()
	if err := withConnection(t.Context(), s, use); err != nil {
		t.Fatal(err)
	}
}

// withConnection gives use the driver's writing connection.
func withConnection(ctx context.Context, s *Store, use func(driverConn any)) error {
	// While fn runs, the group does not use its connection.
	return s.writes.Transact(ctx, func(sqlstore.Tx) error {
		return s.writes.conn.Raw(func(c any) error {
			use(c)
			return nil
		})
	})
}

// The bounds of a group.
const (
	MaxMembers   = maxMembers
	LongestGroup = longestGroup
)

var (
	// ErrSlow is the error of a member that has used its time up.
	ErrSlow = errSlow
	// ErrOver is the error of a statement that comes after its transaction.
	ErrOver = errOver
)
