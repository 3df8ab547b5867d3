package mysql_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// wantNoAnswer wants an error that is none of those that a caller takes for an answer.
func wantNoAnswer(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error, want one")
	}
	for _, sentinel := range []error{port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrExpired, port.ErrInvalid} {
		if errors.Is(err, sentinel) {
			t.Fatalf("got error %v, want no answer", err)
		}
	}
}

// raising returns times each of which is later than the one before, so that each touch
// changes its user.
func raising() func() time.Time {
	var n atomic.Int64
	return func() time.Time { return t0.Add(time.Duration(n.Add(1)) * time.Second) }
}

func TestConflicts(t *testing.T) {
	server := plain.Get(t)

	t.Run("of two units that lock in opposite orders end with both done, one of them anew", func(t *testing.T) {
		s := open(t, server.Database(t))
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		must(t, s.Repos().Users.Create(t.Context(), user("bob")))
		next := raising()
		var calls atomic.Int64
		var met, units sync.WaitGroup
		met.Add(2)
		errs := make([]error, 2)
		for i, order := range [][]domain.UserID{{"id-of-ann", "id-of-bob"}, {"id-of-bob", "id-of-ann"}} {
			units.Go(func() {
				first := true
				errs[i] = s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
					calls.Add(1)
					if err := r.Users.Touch(ctx, order[0], next()); err != nil {
						return err
					}
					if first { // each has the lock that the other wants next
						first = false
						met.Done()
						met.Wait()
					}
					return r.Users.Touch(ctx, order[1], next())
				})
			})
		}
		units.Wait()
		must(t, errors.Join(errs...))
		if calls.Load() != 3 {
			t.Errorf("got %d calls, want 3: one unit is repeated as a whole", calls.Load())
		}
	})

	t.Run("over a lock repeat a unit as a whole", func(t *testing.T) {
		c := server.Database(t)
		s := open(t, c)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		other, err := mysql.Raw(t, c).BeginTx(t.Context(), nil)
		must(t, err)
		_, err = other.ExecContext(t.Context(), `UPDATE users SET last_access = 0 WHERE id = 'id-of-ann'`)
		must(t, err)
		calls := 0
		must(t, s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			if calls++; calls == 2 {
				must(t, other.Rollback())
			}
			if err := r.Users.Create(ctx, user("bob")); err != nil {
				return err
			}
			return r.Users.Touch(ctx, "id-of-ann", t0.Add(time.Hour))
		}))
		if calls != 2 {
			t.Errorf("got %d calls, want 2", calls)
		}
		ann, err := s.Repos().Users.ByID(t.Context(), "id-of-ann")
		must(t, err)
		if !ann.LastAccess.Equal(t0.Add(time.Hour)) {
			t.Errorf("got last access %v, want that of the unit", ann.LastAccess)
		}
	})

	t.Run("over a lock that is kept end with the timeout", func(t *testing.T) {
		c := server.Database(t)
		c.Timeout = 2 * time.Second
		s := open(t, c)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		other, err := mysql.Raw(t, c).BeginTx(t.Context(), nil)
		must(t, err)
		_, err = other.ExecContext(t.Context(), `UPDATE users SET last_access = 0 WHERE id = 'id-of-ann'`)
		must(t, err)
		begun := time.Now()
		wantNoAnswer(t, s.Repos().Users.Touch(t.Context(), "id-of-ann", t0.Add(time.Hour)))
		if took := time.Since(begun); took > 2*c.Timeout {
			t.Errorf("took %v, want the timeout of %v", took, c.Timeout)
		}
		must(t, other.Rollback())
		must(t, s.Repos().Users.Touch(t.Context(), "id-of-ann", t0.Add(time.Hour)))
	})

	for _, timeout := range []time.Duration{700 * time.Millisecond, 2500 * time.Millisecond} {
		t.Run("over a lock that is kept leave nothing to be written after "+timeout.String(), func(t *testing.T) {
			version, err := server.Query(t.Context(), `SELECT VERSION()`)
			must(t, err)
			if timeout < 2*time.Second && !strings.Contains(version, "MariaDB") {
				t.Skip("only MariaDB ends a write in less than a second")
			}
			c := server.Database(t)
			patient := c
			patient.Timeout = time.Minute
			must(t, open(t, patient).Sessions().Create(t.Context(), session("s")))
			c.Timeout = timeout
			s := open(t, c)
			other, err := mysql.Raw(t, patient).BeginTx(t.Context(), nil)
			must(t, err)
			_, err = other.ExecContext(t.Context(), `SELECT 1 FROM sessions WHERE id = 's' FOR UPDATE`)
			must(t, err)
			_, err = s.Sessions().Rotate(t.Context(), port.Rotation{
				ID: "s", Old: domain.HashSecret("first"), Next: domain.HashSecret("next"), Now: t0, ExpiresAt: t0.Add(time.Hour),
			})
			wantNoAnswer(t, err)
			must(t, other.Rollback())
			eventually(t, func() bool {
				running, err := server.Query(t.Context(), `SELECT COUNT(*) FROM information_schema.processlist
					WHERE db = '`+c.Database+`' AND command <> 'Sleep'`)
				must(t, err)
				return running == "0"
			})
			got, err := s.Sessions().Get(t.Context(), "s", t0)
			must(t, err)
			if got.Generation != 0 {
				t.Errorf("got generation %d, want that of before the rotation that failed", got.Generation)
			}
		})
	}

	t.Run("with a transaction whose owner is gone end with it", func(t *testing.T) {
		c := server.Database(t)
		s := open(t, c)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		gone := c
		gone.Timeout = 500 * time.Millisecond
		db := mysql.Raw(t, gone)
		version, err := server.Query(t.Context(), `SELECT VERSION()`)
		must(t, err)
		if !strings.Contains(version, "MariaDB") {
			t.Skip("only MariaDB ends a transaction that stands still")
		}
		other, err := db.BeginTx(t.Context(), nil)
		must(t, err)
		defer func() { _ = other.Rollback() }() // on a connection that the server has closed
		_, err = other.ExecContext(t.Context(), `UPDATE users SET last_access = 0 WHERE id = 'id-of-ann'`)
		must(t, err)
		must(t, s.Repos().Users.Touch(t.Context(), "id-of-ann", t0.Add(time.Hour)))
	})

	t.Run("of many rotations have one winner", func(t *testing.T) {
		s := open(t, server.Database(t))
		must(t, s.Sessions().Create(t.Context(), session("s")))
		var all sync.WaitGroup
		var won, stale atomic.Int64
		for i := range 50 {
			all.Go(func() {
				_, err := s.Sessions().Rotate(t.Context(), port.Rotation{
					ID: "s", Old: domain.HashSecret("first"), Next: domain.HashSecret("next" + string(rune('a'+i))), Now: t0, ExpiresAt: t0.Add(time.Hour),
				})
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, port.ErrStale):
					stale.Add(1)
				default:
					t.Errorf("got error %v, want none or %v", err, port.ErrStale)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || stale.Load() != 49 {
			t.Errorf("got %d winners and %d stale, want 1 and 49", won.Load(), stale.Load())
		}
	})
}

func TestPool(t *testing.T) {
	server := plain.Get(t)
	c := server.Database(t)
	c.MaxConnections = 1
	c.Timeout = time.Second
	s := open(t, c)

	t.Run("that is exhausted lets a call wait as long as its context", func(t *testing.T) {
		must(t, s.Do(t.Context(), func(ctx context.Context, _ port.Repos) error {
			short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			begun := time.Now()
			if _, err := s.Repos().Users.ByID(short, "x"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
			}
			if took := time.Since(begun); took > c.Timeout/2 {
				t.Errorf("took %v, want the 50ms of the context", took)
			}
			return nil
		}))
	})

	t.Run("works on once there is one free", func(t *testing.T) {
		must(t, s.Ping(t.Context()))
	})
}

func TestConnectionLoss(t *testing.T) {
	server := plain.Get(t)

	kill := func(t testing.TB, c mysql.Config) {
		t.Helper()
		before := connections(t, server, c)
		for _, id := range before {
			// One that has just gone by itself is as good.
			_ = server.Exec(t.Context(), `KILL CONNECTION `+id)
		}
		eventually(t, func() bool {
			return !slices.ContainsFunc(connections(t, server, c), func(id string) bool { return slices.Contains(before, id) })
		})
	}

	t.Run("of idle connections is not felt", func(t *testing.T) {
		c := server.Database(t)
		c.MinConnections = 4
		s := open(t, c)
		kill(t, c)
		for range 8 {
			must(t, s.Repos().Users.Create(t.Context(), user(time.Now().Format("150405.000000000"))))
		}
	})

	t.Run("inside a unit fails it, once, and leaves nothing of it", func(t *testing.T) {
		c := server.Database(t)
		s := open(t, c)
		calls := 0
		err := s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			calls++
			must(t, r.Users.Create(ctx, user("ann")))
			kill(t, c)
			return r.Users.Create(ctx, user("bob"))
		})
		wantNoAnswer(t, err)
		if calls != 1 {
			t.Errorf("got %d calls, want 1: nobody knows what became of the first", calls)
		}
		list, err := s.Repos().Users.List(t.Context(), "", 10)
		must(t, err)
		if len(list) != 0 {
			t.Errorf("got %d users, want none", len(list))
		}
	})

	t.Run("before a commit is no success", func(t *testing.T) {
		c := server.Database(t)
		s := open(t, c)
		calls := 0
		wantNoAnswer(t, s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			calls++
			must(t, r.Users.Create(ctx, user("ann")))
			kill(t, c)
			return nil
		}))
		if calls != 1 {
			t.Errorf("got %d calls, want 1", calls)
		}
		if _, err := s.Repos().Users.ByID(t.Context(), "id-of-ann"); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want %v", err, port.ErrNotFound)
		}
	})
}

// pause lets the server hang, at most until the test ends.
func pause(t testing.TB, server *mysqltest.Server) {
	t.Helper()
	must(t, server.Pause())
	t.Cleanup(func() { must(t, server.Resume()) })
}

func TestServer(t *testing.T) {
	server := plain.Get(t)

	t.Run("that hangs keeps nobody longer than the timeout, and is used again", func(t *testing.T) {
		c := server.Database(t)
		c.Timeout = time.Second
		s := open(t, c)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		pause(t, server)
		begun := time.Now()
		wantNoAnswer(t, s.Ping(context.Background()))
		wantNoAnswer(t, s.Repos().Users.Touch(context.Background(), "id-of-ann", t0.Add(time.Hour)))
		wantNoAnswer(t, s.Do(context.Background(), func(ctx context.Context, r port.Repos) error {
			return r.Users.Create(ctx, user("bob"))
		}))
		if took := time.Since(begun); took > 6*c.Timeout {
			t.Errorf("took %v, want the timeout of %v each", took, c.Timeout)
		}
		must(t, server.Resume())
		must(t, s.Ping(t.Context()))
	})

	t.Run("that hangs in a commit keeps nobody longer than the timeout of the whole unit", func(t *testing.T) {
		c := server.Database(t)
		c.Timeout = 2 * time.Second
		s := open(t, c)
		begun := time.Now()
		calls := 0
		wantNoAnswer(t, s.Do(context.Background(), func(ctx context.Context, r port.Repos) error {
			calls++
			must(t, r.Users.Create(ctx, user("ann")))
			// Most of the time goes by before the commit.
			busy, cancel := context.WithTimeout(ctx, c.Timeout*3/4)
			defer cancel()
			<-busy.Done()
			pause(t, server)
			return nil
		}))
		if took := time.Since(begun); took > c.Timeout*3/2 || calls != 1 {
			t.Errorf("took %v and %d calls, want the timeout of %v and 1", took, calls, c.Timeout)
		}
		must(t, server.Resume())
		must(t, s.Ping(t.Context()))
	})

	t.Run("that crashes is used again once it is back, with all that it acknowledged", func(t *testing.T) {
		c := server.Database(t)
		s := open(t, c)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		must(t, server.Kill())
		wantNoAnswer(t, s.Ping(t.Context()))
		wantNoAnswer(t, s.Repos().Users.Create(t.Context(), user("bob")))
		must(t, server.Start(t.Context()))
		must(t, s.Ping(t.Context()))
		_, err := s.Repos().Users.ByID(t.Context(), "id-of-ann")
		must(t, err)
		must(t, s.Repos().Users.Create(t.Context(), user("bob")))
	})

	t.Run("that becomes read-only fails the ping and is connected to anew", func(t *testing.T) {
		c := server.Database(t)
		open(t, c)
		must(t, server.Exec(t.Context(), `CREATE USER reader IDENTIFIED BY 'pw'`))
		t.Cleanup(func() { must(t, server.Exec(context.Background(), `DROP USER reader`)) })
		must(t, server.Exec(t.Context(), `GRANT SELECT, INSERT, UPDATE, DELETE ON `+c.Database+`.* TO reader`))
		c.User, c.Password = "reader", "pw"
		s, err := mysql.Open(t.Context(), c)
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		must(t, s.Ping(t.Context()))
		before := connections(t, server, c)

		must(t, server.Exec(t.Context(), `SET GLOBAL read_only = 1`))
		t.Cleanup(func() { must(t, server.Exec(context.Background(), `SET GLOBAL read_only = 0`)) })
		wantNoAnswer(t, s.Ping(t.Context()))
		must(t, server.Exec(t.Context(), `SET GLOBAL read_only = 0`))
		must(t, s.Ping(t.Context()))
		eventually(t, func() bool {
			ours := connections(t, server, c)
			return slices.ContainsFunc(ours, func(id string) bool { return !slices.Contains(before, id) })
		})
	})
}

func TestClose(t *testing.T) {
	server := plain.Get(t)
	c := server.Database(t)
	s := open(t, c)
	must(t, s.Repos().Users.Create(t.Context(), user("ann")))
	must(t, s.Close())

	t.Run("lets go of all connections and of all calls", func(t *testing.T) {
		wantNoAnswer(t, s.Ping(t.Context()))
		wantNoAnswer(t, s.Repos().Users.Create(t.Context(), user("bob")))
		must(t, s.Close())
		eventually(t, func() bool { return len(connections(t, server, c)) == 0 })
	})

	t.Run("keeps everything for the next opening", func(t *testing.T) {
		again := open(t, c)
		if _, err := again.Repos().Users.ByEmail(t.Context(), "ann@example.com"); err != nil {
			t.Errorf("got error %v, want none", err)
		}
		if _, err := again.Repos().Users.ByID(t.Context(), "id-of-bob"); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want %v", err, port.ErrNotFound)
		}
	})
}
