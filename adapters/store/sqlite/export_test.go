package sqlite

import (
	"context"
	"testing"
)

// WriterSynchronous returns SQLite's number for what the writing connection waits for.
func WriterSynchronous(t testing.TB, s *Store) int {
	t.Helper()
	var level int
	if err := s.writer.GetContext(t.Context(), &level, `PRAGMA synchronous`); err != nil {
		t.Fatal(err)
	}
	return level
}

// WriteOnReader tries to write on a connection of the reading pool.
func WriteOnReader(ctx context.Context, s *Store) error {
	_, err := s.reader.ExecContext(ctx, `DELETE FROM users`)
	return err
}
