package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres/postgrestest"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var t0 = time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)

func user(name string) domain.User {
	return domain.User{
		ID: domain.UserID("id-of-" + name), Email: domain.Email(name + "@example.com"), CreatedAt: t0, LastAccess: t0,
	}
}

// wantUnknown wants an error that is no answer.
func wantUnknown(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		t.Error("got no error, want one")
	}
	for _, sentinel := range []error{port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrInvalid, port.ErrExpired} {
		if errors.Is(err, sentinel) {
			t.Errorf("got error %v, want one that matches no sentinel", err)
		}
	}
}

// eventually waits until check returns nil.
func eventually(t testing.TB, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-again.C:
		}
	}
}

// through opens a store whose connections go through a relay, and one whose do not.
func through(t testing.TB, timeout time.Duration) (*relay, *postgres.Store, *postgres.Store) {
	t.Helper()
	s := server.Get(t)
	c := s.Config(s.Migrated(t))
	network := newRelay(t, s.Port, nil)
	away := c
	away.Port, away.Timeout = network.port(), timeout
	return network, open(t, away), open(t, c)
}

// isIn reports whether a user is kept.
func isIn(t testing.TB, s *postgres.Store, u domain.User) bool {
	t.Helper()
	_, err := s.Repos().Users.ByID(t.Context(), u.ID)
	if err != nil && !errors.Is(err, port.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestServerThatIsSilentEndsEveryCallInTime(t *testing.T) {
	const timeout = 300 * time.Millisecond
	network, store, direct := through(t, timeout)
	calls := map[string]func() error{
		"ping": func() error { return store.Ping(t.Context()) },
		"read": func() error {
			_, err := store.Repos().Users.ByID(t.Context(), "id-of-ann")
			return err
		},
		"write": func() error { return store.Events().Record(t.Context(), domain.Event{ID: "id", At: t0}) },
		"unit of work": func() error {
			return store.Do(t.Context(), func(ctx context.Context, r port.Repos) error { return r.Users.Create(ctx, user("ann")) })
		},
	}
	for name, call := range calls {
		for _, connected := range []bool{true, false} {
			network.heal()
			eventually(t, func() error { return store.Ping(t.Context()) })
			network.silence(false)
			if !connected {
				network.cut()
			}
			before := time.Now()
			wantUnknown(t, call())
			if took := time.Since(before); took > 10*timeout {
				t.Errorf("%s, connected %t: took %s, want about %s", name, connected, took, timeout)
			}
		}
	}
	network.heal()
	eventually(t, func() error { return store.Ping(t.Context()) })
	must(t, direct.Ping(t.Context()))
}

func TestCommitWithoutAnswer(t *testing.T) {
	t.Run("is an unknown outcome, in time, and not repeated", func(t *testing.T) {
		const timeout = time.Second
		network, store, direct := through(t, timeout)
		network.on("commit\x00", func() { network.silence(false) })
		runs := 0
		before := time.Now()
		err := store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			runs++
			return r.Users.Create(ctx, user("ann"))
		})
		wantUnknown(t, err)
		if took := time.Since(before); took > 10*timeout {
			t.Errorf("took %s, want about %s", took, timeout)
		}
		if runs != 1 {
			t.Errorf("ran %d times, want once", runs)
		}
		if !isIn(t, direct, user("ann")) {
			t.Error("got no user, want what the server has committed")
		}
	})

	t.Run("since the connection was cut before it, is an unknown outcome too", func(t *testing.T) {
		network, store, direct := through(t, 0)
		network.on("commit\x00", func() {
			network.silence(true)
			network.cut()
		})
		runs := 0
		wantUnknown(t, store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			runs++
			return r.Users.Create(ctx, user("ann"))
		}))
		if runs != 1 {
			t.Errorf("ran %d times, want once", runs)
		}
		if isIn(t, direct, user("ann")) {
			t.Error("got a user, want none")
		}
		network.heal()
		must(t, store.Repos().Users.Create(t.Context(), user("ann")))
	})
}

func TestStatementWithoutAnswerIsNotRepeated(t *testing.T) {
	network, store, direct := through(t, time.Second)
	must(t, store.Repos().Users.Create(t.Context(), user("eve"))) // the statement is prepared
	network.on("id-of-ann", func() { network.silence(false) })
	wantUnknown(t, store.Repos().Users.Create(t.Context(), user("ann")))
	if !isIn(t, direct, user("ann")) {
		t.Error("got no user, want what the server has done")
	}
}

func TestStoreRecoversFromConnectionsThatAreEnded(t *testing.T) {
	s := server.Get(t)
	c := s.Config(s.Migrated(t))
	c.MinConnections, c.MaxConnections = 4, 4
	store := open(t, c)
	must(t, store.Repos().Users.Create(t.Context(), user("ann")))
	s.Execute(t, "postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+c.Database+`'`)

	failures := 0
	for range 5 * c.MaxConnections {
		if err := store.Ping(t.Context()); err != nil {
			failures++
		}
	}
	if failures > c.MaxConnections {
		t.Errorf("got %d errors, want at most one for each of %d connections", failures, c.MaxConnections)
	}
	if !isIn(t, store, user("ann")) {
		t.Error("got no user, want the one of before")
	}
}

func TestStoreRecoversFromServerThatCrashes(t *testing.T) {
	server.Get(t) // skips where there is none
	s, err := postgrestest.Start()
	must(t, err)
	t.Cleanup(func() { must(t, s.Stop()) })
	c := s.Config("postgres")
	c.Migrate, c.Timeout = true, 2*time.Second
	store := open(t, c)
	must(t, store.Repos().Users.Create(t.Context(), user("ann")))

	must(t, s.Kill())
	// The server's processes notice one after the other that it is gone.
	eventually(t, func() error {
		before := time.Now()
		err := store.Ping(t.Context())
		if took := time.Since(before); took > 10*c.Timeout {
			t.Errorf("took %s to fail, want about %s at most", took, c.Timeout)
		}
		if err == nil || !strings.Contains(err.Error(), "cannot connect") {
			return fmt.Errorf("got error %w, want that of a server that is not there", err)
		}
		return nil
	})
	wantUnknown(t, store.Do(t.Context(), func(context.Context, port.Repos) error { return nil }))

	must(t, s.Start(t.Context()))
	must(t, store.Ping(t.Context()))
	if !isIn(t, store, user("ann")) {
		t.Error("got no user, want the one of before")
	}
}

func TestPoolThatIsExhausted(t *testing.T) {
	s := server.Get(t)
	database := s.Migrated(t)
	c := postgres.Config{
		ConnectionString: s.ConnectionString(database) + "&application_name=pool",
		MinConnections:   4, MaxConnections: 4, Timeout: 20 * time.Second,
	}
	store := open(t, c)

	wantConnections := func() {
		t.Helper()
		// Those that have been closed are counted for a moment.
		eventually(t, func() error {
			got := queryTexts(t, s.Config(database), `SELECT COUNT(*)::text FROM pg_stat_activity
				WHERE datname = current_database() AND application_name = 'pool'`)[0]
			if got != "4" {
				return fmt.Errorf("got %s connections, want 4", got)
			}
			return nil
		})
	}
	wantConnections()

	release, taken := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	for range c.MaxConnections {
		all.Go(func() {
			err := store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				_, err := r.Users.List(ctx, "", 1)
				taken <- struct{}{}
				<-release
				return err
			})
			if err != nil {
				t.Errorf("got error %v, want none", err)
			}
		})
	}
	for range c.MaxConnections {
		<-taken
	}
	wantConnections()

	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := store.Ping(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a context that ends: got error %v, want %v", err, context.DeadlineExceeded)
	}
	waited := make(chan error)
	go func() { waited <- store.Ping(t.Context()) }()
	close(release)
	must(t, <-waited)
	all.Wait()
}

func TestWaitForConnectionEndsInTime(t *testing.T) {
	s := server.Get(t)
	c := s.Config(s.Migrated(t))
	c.MaxConnections, c.Timeout = 1, 300*time.Millisecond
	store := open(t, c)
	release := make(chan struct{})
	taken := make(chan error)
	go func() {
		taken <- store.Do(t.Context(), func(context.Context, port.Repos) error {
			taken <- nil
			<-release
			return nil
		})
	}()
	must(t, <-taken)
	if err := store.Ping(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
	}
	close(release)
	<-taken // the unit may have been too slow
	must(t, store.Ping(t.Context()))
}

func TestUnitThatADeadlockEndsIsDoneAgain(t *testing.T) {
	s := server.Get(t)
	store := open(t, s.Config(s.Migrated(t)))
	names := []string{"ann", "bob"}
	for _, name := range names {
		must(t, store.Repos().Users.Create(t.Context(), user(name)))
	}
	var runs atomic.Int32
	var both, all sync.WaitGroup
	both.Add(2)
	ended := []chan struct{}{make(chan struct{}), make(chan struct{})}
	for i := range names {
		first, second := user(names[i]).ID, user(names[1-i]).ID
		all.Go(func() {
			defer close(ended[i])
			met := false
			err := store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				runs.Add(1)
				if met { // the other is let through, or the two could meet again
					select {
					case <-ended[1-i]:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				if err := r.Users.Touch(ctx, first, t0.Add(time.Hour+time.Duration(runs.Load()))); err != nil {
					return err
				}
				if !met {
					met = true
					both.Done()
					both.Wait() // each has what the other wants
				}
				return r.Users.Touch(ctx, second, t0.Add(2*time.Hour))
			})
			if err != nil {
				t.Errorf("got error %v, want none", err)
			}
		})
	}
	all.Wait()
	if runs.Load() != 3 {
		t.Errorf("ran %d times, want each once and one of them again", runs.Load())
	}
}

func TestIsolationIsReadCommittedWhateverTheDefault(t *testing.T) {
	s := server.Get(t)
	c := s.Config(s.Create(t, ""))
	s.Execute(t, "postgres", `ALTER DATABASE `+c.Database+` SET default_transaction_isolation = serializable`)
	c.Migrate = true
	store := open(t, c)
	must(t, store.Repos().Users.Create(t.Context(), user("ann")))

	got := postgres.ReadText(t, c, `SELECT current_setting('transaction_isolation')`)
	if got != "read committed" {
		t.Errorf("a statement by itself: got isolation %s, want read committed", got)
	}

	// Behind a pooler the session asks for nothing, and the unit has to.
	pooled := open(t, postgres.Config{ConnectionString: s.ConnectionString(c.Database) + "&default_query_exec_mode=exec"})
	must(t, pooled.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
		if _, err := r.Users.ByID(ctx, user("ann").ID); err != nil {
			return err
		}
		// A transaction with a snapshot would not see what others commit meanwhile.
		must(t, store.Repos().Users.Touch(t.Context(), user("ann").ID, t0.Add(time.Hour)))
		got, err := r.Users.ByID(ctx, user("ann").ID)
		if err == nil && !got.LastAccess.Equal(t0.Add(time.Hour)) {
			t.Errorf("a unit of work: got last access %s, want that of the other", got.LastAccess)
		}
		return err
	}))
}

func TestStoreThatIsOpenedAgain(t *testing.T) {
	s := server.Get(t)
	c := s.Config(s.Migrated(t))
	first, err := postgres.Open(t.Context(), c)
	must(t, err)
	must(t, first.Repos().Users.Create(t.Context(), user("ann")))
	must(t, first.Close())
	wantUnknown(t, first.Ping(t.Context()))
	if !isIn(t, open(t, c), user("ann")) {
		t.Error("got no user, want the one of before")
	}
}

func TestStoreThroughUnixSocket(t *testing.T) {
	s := server.Get(t)
	c := s.Config(s.Migrated(t))
	c.Host = s.Socket()
	must(t, open(t, c).Ping(t.Context()))
}

func TestFirstOfSeveralHostsThatTakesWritesIsUsed(t *testing.T) {
	s := server.Get(t)
	c := s.Config(s.Migrated(t))
	dead := newRelay(t, s.Port, nil)
	dead.silence(true)
	string := fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d,127.0.0.1:%d/%s?sslmode=disable",
		postgrestest.User, postgrestest.Password, dead.port(), s.Port, c.Database)
	must(t, open(t, postgres.Config{ConnectionString: string, Timeout: 4 * time.Second}).Ping(t.Context()))
}
