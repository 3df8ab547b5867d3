package sqlite_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// endless is what a table is replaced by so that no read of it ever ends by itself.
const endless = ` AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT `

// openWithEndlessTables opens a new database of which users and letters can be read for ever.
func openWithEndlessTables(t testing.TB, readers int) *sqlite.Store {
	t.Helper()
	path := newPath(t)
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Migrate: true, Readers: readers})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	_, err = raw(t, path).ExecContext(t.Context(), `
		DROP TABLE users;
		CREATE VIEW users`+endless+`i AS id, i AS email, i AS password, i AS status, i AS role_id, i AS first_name,
			i AS last_name, i AS language, i AS static_token, i AS totp_secret, i AS epoch, i AS version,
			i AS created_at, i AS last_access, i AS preferences, i AS email_proven FROM n WHERE i < 0;
		DROP TABLE letters;
		CREATE VIEW letters`+endless+`i AS id, 'password-reset' AS kind FROM n WHERE i < 0`)
	must(t, err)
	return s
}

func TestBusyReaders(t *testing.T) {
	const readers = 2

	// occupy lets lists have all connections until the test ends, or release is called.
	occupy := func(t *testing.T, s *sqlite.Store) (release func()) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		var lists sync.WaitGroup
		ended := make(chan struct{}, readers)
		for range readers {
			lists.Go(func() {
				defer func() { ended <- struct{}{} }()
				if _, err := s.Repos().Users.List(ctx, "", 1); !errors.Is(err, context.Canceled) {
					t.Errorf("got error %v from a list, want %v", err, context.Canceled)
				}
			})
		}
		release = sync.OnceFunc(func() { cancel(); lists.Wait() })
		t.Cleanup(release)
		again := time.NewTicker(time.Millisecond)
		defer again.Stop()
		for sqlite.ReadersInUse(s) < readers {
			select {
			case <-again.C:
			case <-ended:
				t.Fatal("got the end of a list that has none")
			}
		}
		return release
	}
	reads := map[string]func(context.Context, *sqlite.Store) error{
		"a row": func(ctx context.Context, s *sqlite.Store) error {
			_, err := s.Sessions().Get(ctx, "nobody", t0)
			return err
		},
		"another row, read before": func(ctx context.Context, s *sqlite.Store) error {
			_, err := s.Repos().Roles.ByID(ctx, "nobody")
			return err
		},
		"a list": func(ctx context.Context, s *sqlite.Store) error {
			_, err := s.Repos().Users.List(ctx, "", 1)
			return err
		},
		"a count": func(ctx context.Context, s *sqlite.Store) error {
			_, err := s.Repos().MailQueue.Waiting(ctx, domain.LetterPasswordReset, 1)
			return err
		},
	}
	for name, read := range reads {
		t.Run("are not waited for beyond the context of "+name, func(t *testing.T) {
			s := openWithEndlessTables(t, readers)
			if _, err := s.Repos().Roles.ByID(t.Context(), "nobody"); !errors.Is(err, port.ErrNotFound) {
				t.Fatalf("got error %v, want %v", err, port.ErrNotFound)
			}
			release := occupy(t, s)
			wantDeadline(t, func(ctx context.Context) error { return read(ctx, s) })
			release()
			if _, err := s.Sessions().Get(t.Context(), "nobody", t0); !errors.Is(err, port.ErrNotFound) {
				t.Errorf("got error %v once they are free again, want %v", err, port.ErrNotFound)
			}
		})
	}

	t.Run("look at many rows for no longer than the context", func(t *testing.T) {
		s := openWithEndlessTables(t, readers)
		wantDeadline(t, func(ctx context.Context) error {
			_, err := s.Repos().MailQueue.Waiting(ctx, domain.LetterPasswordReset, 1)
			return err
		})
	})
}

// wantDeadline wants read to end with its context.
func wantDeadline(t testing.TB, read func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- read(ctx) }()
	select {
	case err := <-ended:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
		}
	case <-time.After(10 * time.Second):
		t.Error("still reads 10s later, want it ended after 100ms")
	}
}
