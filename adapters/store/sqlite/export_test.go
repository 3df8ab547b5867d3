package sqlite

import (
	"context"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
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
