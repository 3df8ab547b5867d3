package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestRotate(t *testing.T) {
	t.Run("of 200 at once has one winner while others read", func(t *testing.T) {
		s := open(t, newPath(t))
		first := session("s")
		must(t, s.Sessions().Create(t.Context(), first))

		var over atomic.Bool
		var readers, rotators sync.WaitGroup
		var wrong atomic.Int64
		for range 4 {
			readers.Go(func() {
				for !over.Load() {
					got, err := s.Sessions().Get(t.Context(), first.ID, t0)
					if err != nil || got.Generation > 1 || (got.Generation == 1) == (got.Secret == first.Secret) {
						wrong.Add(1)
					}
				}
			})
		}
		errs := make([]error, 200)
		sessions := make([]domain.Session, len(errs))
		for i := range errs {
			rotators.Go(func() {
				sessions[i], errs[i] = s.Sessions().Rotate(t.Context(), port.Rotation{
					ID: first.ID, Old: first.Secret, Next: domain.HashSecret(fmt.Sprint("next ", i)),
					Now: t0, ExpiresAt: t0.Add(2 * time.Hour),
				})
			})
		}
		rotators.Wait()
		over.Store(true)
		readers.Wait()

		winner, won, stale := -1, 0, 0
		for i, err := range errs {
			switch {
			case err == nil:
				winner, won = i, won+1
			case errors.Is(err, port.ErrStale):
				stale++
			default:
				t.Errorf("got error %v, want none or %v", err, port.ErrStale)
			}
		}
		if won != 1 || stale != len(errs)-1 {
			t.Fatalf("got %d winners and %d stale, want 1 and %d", won, stale, len(errs)-1)
		}
		if wrong.Load() > 0 {
			t.Errorf("got %d wrong reads, want none", wrong.Load())
		}
		want := domain.HashSecret(fmt.Sprint("next ", winner))
		for i, got := range sessions {
			if i != winner && (got.Secret != want || got.Generation != 1) {
				t.Errorf("call %d: got another session than the winner's", i)
			}
		}
	})
}

func TestBusyDatabase(t *testing.T) {
	// occupy holds the write lock, as another process would, until the test ends.
	occupy := func(t *testing.T, path string) {
		t.Helper()
		db := raw(t, path)
		db.SetMaxOpenConns(1)
		_, err := db.ExecContext(t.Context(), `BEGIN IMMEDIATE`)
		must(t, err)
	}
	writes := map[string]func(context.Context, *sqlite.Store) error{
		"a statement": func(ctx context.Context, s *sqlite.Store) error {
			return s.Repos().Users.Create(ctx, user("ann"))
		},
		"a unit of work": func(ctx context.Context, s *sqlite.Store) error {
			return s.Do(ctx, func(ctx context.Context, r port.Repos) error {
				return r.Users.Create(ctx, user("ann"))
			})
		},
		"a ping": func(ctx context.Context, s *sqlite.Store) error { return s.Ping(ctx) },
	}
	for name, write := range writes {
		t.Run(name+" fails when its context ends", func(t *testing.T) {
			path := newPath(t)
			s := open(t, path)
			occupy(t, path)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			begun := time.Now()
			if err := write(ctx, s); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
			}
			if took := time.Since(begun); took > 4*time.Second {
				t.Errorf("took %v, want less than the busy timeout of 5s", took)
			}
			wantNobody(t, s)
		})

		t.Run(name+" fails after the busy timeout", func(t *testing.T) {
			path := newPath(t)
			s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Migrate: true, BusyTimeout: 50 * time.Millisecond})
			must(t, err)
			t.Cleanup(func() { must(t, s.Close()) })
			occupy(t, path)
			begun := time.Now()
			err = write(t.Context(), s)
			if err == nil {
				t.Fatal("got no error, want one")
			}
			if took := time.Since(begun); took > 4*time.Second {
				t.Errorf("took %v, want less than the default busy timeout of 5s", took)
			}
			for _, sentinel := range []error{port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrInvalid} {
				if errors.Is(err, sentinel) {
					t.Errorf("got error %v, want no answer", err)
				}
			}
			wantNobody(t, s)
		})
	}

	t.Run("still is read", func(t *testing.T) {
		path := newPath(t)
		s := open(t, path)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		occupy(t, path)
		_, err := s.Repos().Users.ByEmail(t.Context(), "ann@example.com")
		must(t, err)
	})
}

func wantNobody(t testing.TB, s *sqlite.Store) {
	t.Helper()
	list, err := s.Repos().Users.List(t.Context(), "", 1)
	if err != nil || len(list) != 0 {
		t.Errorf("got %d users and error %v, want nothing written", len(list), err)
	}
}
