package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var (
	t0  = time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)
	ann = domain.User{ID: "id-of-ann", Email: "ann@example.com", CreatedAt: t0, LastAccess: t0}
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantWords(t testing.TB, s *script, want string) {
	t.Helper()
	if got := s.words(); got != want {
		t.Errorf("got statements %q, want %q", got, want)
	}
}

func wantError(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("got error %v, want one that matches %v", err, target)
	}
}

// sessionRow is the row of a session in the order of its columns.
func sessionRow(secret string, expires time.Time) []driver.Value {
	hash := domain.HashSecret(secret)
	return []driver.Value{
		"s", "id-of-ann", "json", int64(0), int64(1), hash[:], t0.UnixMicro(), t0.UnixMicro(),
		expires.UnixMicro(), t0.Add(time.Hour).UnixMicro(), "", "", "",
	}
}

var rotation = port.Rotation{
	ID: "s", Old: domain.HashSecret("old"), Next: domain.HashSecret("next"),
	Now: t0, ExpiresAt: t0.Add(time.Minute),
}

func TestStatements(t *testing.T) {
	t.Run("are written as the driver wants them", func(t *testing.T) {
		s := &script{}
		must(t, newStore(t, s).Sessions().Delete(t.Context(), "s"))
		if got, want := s.log[0], "DELETE FROM sessions WHERE id = $1"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})

	t.Run("are done again while the database asks for it", func(t *testing.T) {
		s := &script{fails: map[string][]error{"INSERT": {errDeadlock, errDeadlock, errDeadlock}}}
		must(t, newStore(t, s).Repos().Users.Create(t.Context(), ann))
		wantWords(t, s, "INSERT INSERT INSERT INSERT")
	})

	t.Run("are given up after three repetitions", func(t *testing.T) {
		s := &script{fails: map[string][]error{"INSERT": {errDeadlock, errDeadlock, errDeadlock, errDeadlock}}}
		wantError(t, newStore(t, s).Repos().Users.Create(t.Context(), ann), errDeadlock)
		wantWords(t, s, "INSERT INSERT INSERT INSERT")
	})

	t.Run("are not done again when their outcome is unknown", func(t *testing.T) {
		s := &script{fails: map[string][]error{"UPDATE": {errLost}}}
		_, err := newStore(t, s).Sessions().Rotate(t.Context(), rotation)
		wantError(t, err, errLost)
		wantWords(t, s, "UPDATE")
	})

	t.Run("that meet a taken value conflict, and the error does not repeat the value", func(t *testing.T) {
		s := &script{fails: map[string][]error{"INSERT": {errDuplicate}}}
		err := newStore(t, s).Repos().Users.Create(t.Context(), ann)
		wantError(t, err, port.ErrConflict)
		if strings.Contains(err.Error(), "ann") {
			t.Errorf("got error %q, want one without the address", err)
		}
		wantWords(t, s, "INSERT")
	})

	t.Run("are not begun when a key cannot be one", func(t *testing.T) {
		s := &script{}
		wantError(t, newStore(t, s).Sessions().Delete(t.Context(), "s\x00"), port.ErrInvalid)
		wantWords(t, s, "")
	})

	t.Run("that fail because the context has ended match its error", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &script{before: cancel, fails: map[string][]error{"DELETE": {errLost}}}
		err := newStore(t, s).Sessions().Delete(ctx, "s")
		wantError(t, err, context.Canceled)
		wantError(t, err, errLost)
	})
}

func TestReads(t *testing.T) {
	for name, test := range map[string]struct {
		options []sqlstore.Option
		endable bool
	}{
		"end with their context":                              {nil, true},
		"run to their end once begun where they are prepared": {[]sqlstore.Option{sqlstore.PreparedReads()}, false},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := &script{reads: [][]driver.Value{sessionRow("old", t0.Add(time.Minute))}}
			sessions := newStore(t, s, test.options...).Sessions()
			_, err := sessions.Get(ctx, "s", t0)
			must(t, err)
			if want := []bool{test.endable}; !slices.Equal(s.endable, want) {
				t.Errorf("got contexts that can end %v, want %v", s.endable, want)
			}
			cancel()
			_, err = sessions.Get(ctx, "s", t0)
			wantError(t, err, context.Canceled)
			wantWords(t, s, "SELECT") // and not once more
		})
	}
}

func TestRotate(t *testing.T) {
	t.Run("that wins is one statement", func(t *testing.T) {
		s := &script{}
		_, err := newStore(t, s).Sessions().Rotate(t.Context(), rotation)
		must(t, err)
		wantWords(t, s, "UPDATE")
	})

	t.Run("tells stale from not live by the read", func(t *testing.T) {
		for name, test := range map[string]struct {
			row  []driver.Value
			want error
		}{
			"another secret": {sessionRow("other", t0.Add(time.Minute)), port.ErrStale},
			"expired":        {sessionRow("old", t0), port.ErrNotFound},
			"gone":           {nil, port.ErrNotFound},
		} {
			s := &script{rows: map[string][]int64{"UPDATE": {0}}, reads: [][]driver.Value{test.row}}
			got, err := newStore(t, s).Sessions().Rotate(t.Context(), rotation)
			if !errors.Is(err, test.want) {
				t.Errorf("%s: got error %v, want %v", name, err, test.want)
			}
			if shown := got.ID != ""; shown != errors.Is(test.want, port.ErrStale) {
				t.Errorf("%s: got session %+v", name, got)
			}
			wantWords(t, s, "UPDATE SELECT")
		}
	})

	t.Run("tries again when a node that was behind refused the current secret", func(t *testing.T) {
		s := &script{
			rows:  map[string][]int64{"UPDATE": {0, 1}},
			reads: [][]driver.Value{sessionRow("old", t0.Add(time.Minute))},
		}
		_, err := newStore(t, s).Sessions().Rotate(t.Context(), rotation)
		must(t, err)
		wantWords(t, s, "UPDATE SELECT UPDATE")
	})

	t.Run("never calls the current secret stale", func(t *testing.T) {
		current := sessionRow("old", t0.Add(time.Minute))
		s := &script{
			rows:  map[string][]int64{"UPDATE": {0, 0, 0, 0}},
			reads: [][]driver.Value{current, current, current, current},
		}
		_, err := newStore(t, s).Sessions().Rotate(t.Context(), rotation)
		if err == nil || errors.Is(err, port.ErrStale) || errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want one that is no answer", err)
		}
	})

	t.Run("does not decide again when only the read has to be done again", func(t *testing.T) {
		s := &script{
			rows:  map[string][]int64{"UPDATE": {0}},
			fails: map[string][]error{"SELECT": {errDeadlock}},
			reads: [][]driver.Value{sessionRow("other", t0.Add(time.Minute))},
		}
		_, err := newStore(t, s).Sessions().Rotate(t.Context(), rotation)
		wantError(t, err, port.ErrStale)
		wantWords(t, s, "UPDATE SELECT SELECT")
	})
}

func TestTake(t *testing.T) {
	limit := port.Limit{Burst: 2, Every: time.Minute}
	at := func(d time.Duration) []driver.Value { return []driver.Value{t0.Add(d).UnixMicro()} }

	t.Run("that is refused costs no write", func(t *testing.T) {
		s := &script{reads: [][]driver.Value{at(2 * time.Minute)}}
		wait, err := newStore(t, s).Limiter().Take(t.Context(), "key", limit, t0)
		if wait != time.Minute || err != nil {
			t.Errorf("got wait %v and error %v, want 1m0s", wait, err)
		}
		wantWords(t, s, "SELECT")
	})

	t.Run("looks again when another has opened the bucket between", func(t *testing.T) {
		s := &script{
			fails: map[string][]error{"INSERT": {errDuplicate}},
			reads: [][]driver.Value{nil, at(time.Minute)},
		}
		wait, err := newStore(t, s).Limiter().Take(t.Context(), "key", limit, t0)
		if wait != 0 || err != nil {
			t.Errorf("got wait %v and error %v, want neither", wait, err)
		}
		wantWords(t, s, "SELECT INSERT SELECT UPDATE")
	})

	t.Run("is refused when another has taken the last attempt between", func(t *testing.T) {
		s := &script{
			rows:  map[string][]int64{"UPDATE": {0}},
			reads: [][]driver.Value{at(time.Minute), at(2 * time.Minute)},
		}
		wait, err := newStore(t, s).Limiter().Take(t.Context(), "key", limit, t0)
		if wait != time.Minute || err != nil {
			t.Errorf("got wait %v and error %v, want 1m0s", wait, err)
		}
		wantWords(t, s, "SELECT UPDATE SELECT")
	})

	t.Run("refuses a limit that is none", func(t *testing.T) {
		s := &script{}
		limiter := newStore(t, s).Limiter()
		for _, bad := range []port.Limit{
			{},
			{Burst: 1},
			{Every: time.Second},
			{Burst: -1, Every: time.Second},
			{Burst: 1, Every: time.Nanosecond},
			{Burst: 1 << 60, Every: time.Hour},
		} {
			_, err := limiter.Take(t.Context(), "key", bad, t0)
			wantError(t, err, port.ErrInvalid)
			wantError(t, limiter.Refund(t.Context(), "key", bad, t0), port.ErrInvalid)
		}
		wantWords(t, s, "")
	})
}

func TestUnitOfWork(t *testing.T) {
	create := func(ctx context.Context, r port.Repos) error { return r.Users.Create(ctx, ann) }

	t.Run("is done again as a whole, never a statement of it", func(t *testing.T) {
		s := &script{fails: map[string][]error{"INSERT": {errDeadlock}}}
		must(t, newStore(t, s).Do(t.Context(), create))
		wantWords(t, s, "BEGIN INSERT ROLLBACK BEGIN INSERT COMMIT")
	})

	t.Run("is done again when the commit is what failed", func(t *testing.T) {
		s := &script{fails: map[string][]error{"COMMIT": {errDeadlock}}}
		must(t, newStore(t, s).Do(t.Context(), create))
		wantWords(t, s, "BEGIN INSERT COMMIT BEGIN INSERT COMMIT")
	})

	t.Run("is done again even if the callback hides the deadlock", func(t *testing.T) {
		s := &script{fails: map[string][]error{"INSERT": {errDeadlock}}}
		must(t, newStore(t, s).Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			_ = r.Users.Create(ctx, ann)
			return nil
		}))
		wantWords(t, s, "BEGIN INSERT ROLLBACK BEGIN INSERT COMMIT")
	})

	t.Run("is not done again when the outcome of the commit is unknown", func(t *testing.T) {
		s := &script{fails: map[string][]error{"COMMIT": {errLost}}}
		wantError(t, newStore(t, s).Do(t.Context(), create), errLost)
		wantWords(t, s, "BEGIN INSERT COMMIT")
	})

	t.Run("runs no statement after one that doomed it", func(t *testing.T) {
		// MySQL has left the transaction by then and would commit the next by itself.
		s := &script{fails: map[string][]error{"INSERT": {errDuplicate}}}
		err := newStore(t, s).Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			wantError(t, r.Users.Create(ctx, ann), port.ErrConflict)
			wantError(t, r.Users.Touch(ctx, ann.ID, t0), port.ErrConflict)
			return nil
		})
		wantError(t, err, port.ErrConflict)
		wantWords(t, s, "BEGIN INSERT ROLLBACK")
	})

	t.Run("goes on after something was not found", func(t *testing.T) {
		s := &script{}
		must(t, newStore(t, s).Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			_, err := r.Users.ByID(ctx, ann.ID)
			wantError(t, err, port.ErrNotFound)
			return r.Users.Create(ctx, ann)
		}))
		wantWords(t, s, "BEGIN SELECT INSERT COMMIT")
	})

	t.Run("returns the callback's own error untouched", func(t *testing.T) {
		s := &script{}
		own := errors.New("own")
		if err := newStore(t, s).Do(t.Context(), func(context.Context, port.Repos) error { return own }); err != own {
			t.Errorf("got error %v, want %v itself", err, own)
		}
		wantWords(t, s, "BEGIN ROLLBACK")
	})

	t.Run("rolls back and panics again when the callback panics", func(t *testing.T) {
		s := &script{}
		store := newStore(t, s)
		func() {
			defer func() {
				if got := recover(); got != "at the disco" {
					t.Errorf("got panic %v, want the callback's", got)
				}
			}()
			_ = store.Do(t.Context(), func(context.Context, port.Repos) error { panic("at the disco") })
		}()
		wantWords(t, s, "BEGIN ROLLBACK")
	})

	t.Run("rolls back when its context ends before the commit", func(t *testing.T) {
		s := &script{}
		ctx, cancel := context.WithCancel(t.Context())
		err := newStore(t, s).Do(ctx, func(ctx context.Context, r port.Repos) error {
			defer cancel()
			return r.Users.Create(ctx, ann)
		})
		wantError(t, err, context.Canceled)
		if strings.Contains(s.words(), "COMMIT") {
			t.Errorf("got statements %q, want no commit", s.words())
		}
	})
}

func TestClose(t *testing.T) {
	t.Run("makes every later call fail without a sentinel", func(t *testing.T) {
		s := &script{}
		store := newStore(t, s)
		must(t, store.Close())
		must(t, store.Close())
		err := store.Sessions().Delete(t.Context(), "no\x00key")
		if err == nil || errors.Is(err, port.ErrInvalid) {
			t.Errorf("got error %v, want one that is no answer", err)
		}
		wantWords(t, s, "")
	})
}
