package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var t0 = time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)

// open opens the database at path, with its schema in place, until the test ends.
func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func newPath(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "auth.db")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func user(name string) domain.User {
	return domain.User{
		ID: domain.UserID("id-of-" + name), Email: domain.Email(name + "@example.com"),
		Status: domain.StatusActive, CreatedAt: t0, LastAccess: t0,
	}
}

func session(id domain.SessionID) domain.Session {
	return domain.Session{
		ID: id, UserID: "id-of-ann", Mode: domain.ModeJSON, Secret: domain.HashSecret("first"),
		CreatedAt: t0, RotatedAt: t0, ExpiresAt: t0.Add(time.Hour), EndsAt: t0.Add(24 * time.Hour),
	}
}

// starterPath names the environment variable that makes a process of this test binary open
// the database at its value, write to it and end.
const starterPath = "SALLYPORT_TEST_STARTER_PATH"

func TestMain(m *testing.M) {
	path, ok := os.LookupEnv(starterPath)
	if !ok {
		os.Exit(m.Run())
	}
	if err := start(context.Background(), path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func start(ctx context.Context, path string) error {
	s, err := sqlite.Open(ctx, sqlite.Config{Path: path, Migrate: true})
	if err != nil {
		return err
	}
	return errors.Join(s.Repos().Users.Create(ctx, user(strconv.Itoa(os.Getpid()))), s.Close())
}

// raw opens the file as any other program would.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file://"+(&url.URL{Path: filepath.ToSlash(path)}).EscapedPath())
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

func TestOpen(t *testing.T) {
	t.Run("makes files that only their owner can read", func(t *testing.T) {
		if runtime.GOOS == "windows" {
			t.Skip("Windows has no such modes")
		}
		path := newPath(t)
		s := open(t, path)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		for _, suffix := range []string{"", "-wal", "-shm"} {
			info, err := os.Stat(path + suffix)
			must(t, err)
			if got := info.Mode().Perm(); got != 0o600 {
				t.Errorf("auth.db%s: got mode %o, want 600", suffix, got)
			}
		}
	})

	t.Run("takes any file name as it is", func(t *testing.T) {
		names := []string{
			"a b.db", "50%.db", "%41.db", "a#b.db", "a&b=c;d.db", "it's.db", "_pragma=x.db",
			"é-\U0001F511.db", "plus+.db",
		}
		if runtime.GOOS != "windows" { // which allows neither in a name
			names = append(names, "what?mode=memory", "file:x.db")
		}
		for _, name := range names {
			t.Run(name, func(t *testing.T) {
				folder := t.TempDir()
				s := open(t, filepath.Join(folder, name))
				must(t, s.Repos().Users.Create(t.Context(), user("ann")))
				if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
					t.Errorf("got %v, want the database under its name", err)
				}
				entries, err := os.ReadDir(folder)
				must(t, err)
				for _, e := range entries {
					if !strings.HasPrefix(e.Name(), name) {
						t.Errorf("got a file %q, want none but those that begin with %q", e.Name(), name)
					}
				}
			})
		}
	})

	t.Run("finds a relative path again after the working directory has changed", func(t *testing.T) {
		folder := t.TempDir()
		t.Chdir(folder)
		s := open(t, "auth.db")
		t.Chdir(t.TempDir())
		must(t, s.Repos().Users.Create(t.Context(), user("ann"))) // on a reader, too, opened only now
		_, err := s.Repos().Users.ByID(t.Context(), "id-of-ann")
		must(t, err)
		if _, err := os.Stat(filepath.Join(folder, "auth.db")); err != nil {
			t.Errorf("got %v, want the database where it was first", err)
		}
	})

	t.Run("refuses a configuration that cannot work", func(t *testing.T) {
		path := newPath(t)
		tests := map[string]sqlite.Config{
			"no path":             {},
			"memory":              {Path: ":memory:"},
			"NUL":                 {Path: path + "\x00.db"},
			"no such folder":      {Path: filepath.Join(path, "auth.db")},
			"a folder":            {Path: filepath.Dir(path)},
			"unknown synchronous": {Path: path, Synchronous: "OFF"},
			"busy timeout":        {Path: path, BusyTimeout: -time.Second},
			"readers":             {Path: path, Readers: -1},
		}
		for name, config := range tests {
			config.Migrate = true
			s, err := sqlite.Open(t.Context(), config)
			if err == nil {
				t.Errorf("%s: got no error, want one", name)
				must(t, s.Close())
			}
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want no file made", err)
		}
	})

	t.Run("makes no file unless it may migrate", func(t *testing.T) {
		path := newPath(t)
		s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got error %v, want %v", err, fs.ErrNotExist)
		}
		if err == nil {
			must(t, s.Close())
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want no file made", err)
		}
	})

	t.Run("refuses a file that is no database", func(t *testing.T) {
		path := newPath(t)
		text := strings.Repeat("not a database, but somebody's diary. ", 100)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Migrate: true})
		if err == nil {
			must(t, s.Close())
			t.Fatal("got no error, want one")
		}
		got, err := os.ReadFile(path)
		must(t, err)
		if string(got) != text {
			t.Error("got the file changed, want it left alone")
		}
	})

	t.Run("keeps everything from one opening to the next", func(t *testing.T) {
		path := newPath(t)
		first := open(t, path)
		must(t, first.Repos().Users.Create(t.Context(), user("ann")))
		must(t, first.Sessions().Create(t.Context(), session("s")))
		limit := port.Limit{Burst: 1, Every: time.Minute}
		_, err := first.Limiter().Take(t.Context(), "key", limit, t0)
		must(t, err)
		must(t, first.Events().Record(t.Context(), domain.Event{ID: "e", At: t0}))
		must(t, first.Close())

		second := open(t, path)
		if _, err := second.Repos().Users.ByEmail(t.Context(), "ann@example.com"); err != nil {
			t.Errorf("user: got error %v, want none", err)
		}
		if _, err := second.Sessions().Get(t.Context(), "s", t0); err != nil {
			t.Errorf("session: got error %v, want none", err)
		}
		if wait, err := second.Limiter().Take(t.Context(), "key", limit, t0); err != nil || wait != time.Minute {
			t.Errorf("limiter: got wait %v and error %v, want 1m0s", wait, err)
		}
		if list, err := second.Events().List(t.Context(), "", 2); err != nil || len(list) != 1 {
			t.Errorf("events: got %d and error %v, want 1", len(list), err)
		}
	})

	t.Run("by many at once makes one database", func(t *testing.T) {
		path := newPath(t)
		var starters sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			starters.Go(func() {
				s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Migrate: true})
				if err == nil {
					err = errors.Join(s.Ping(t.Context()), s.Close())
				}
				errs[i] = err
			})
		}
		starters.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Errorf("got error %v, want none", err)
		}
	})

	t.Run("by many processes at once makes one database", func(t *testing.T) {
		path := newPath(t)
		starters := make([]*exec.Cmd, 8)
		outputs := make([]strings.Builder, len(starters))
		for i := range starters {
			starters[i] = exec.CommandContext(t.Context(), os.Args[0])
			starters[i].Env = append(os.Environ(), starterPath+"="+path)
			starters[i].Stderr = &outputs[i]
			must(t, starters[i].Start())
		}
		for i := range starters {
			if err := starters[i].Wait(); err != nil {
				t.Errorf("starter %d: %v: %s", i, err, outputs[i].String())
			}
		}
		list, err := open(t, path).Repos().Users.List(t.Context(), "", 100)
		must(t, err)
		if len(list) != len(starters) {
			t.Errorf("got %d users, want one of each of %d starters", len(list), len(starters))
		}
	})

	t.Run("keeps acknowledged writes through a power cut unless told otherwise", func(t *testing.T) {
		tests := map[string]int{"": 2, "full": 2, "NORMAL": 1, "extra": 3}
		for configured, want := range tests {
			s, err := sqlite.Open(t.Context(), sqlite.Config{Path: newPath(t), Migrate: true, Synchronous: configured})
			must(t, err)
			if got := sqlite.WriterSynchronous(t, s); got != want {
				t.Errorf("Synchronous %q: got level %d, want %d", configured, got, want)
			}
			must(t, s.Close())
		}
	})
}

func TestReaders(t *testing.T) {
	t.Run("cannot write", func(t *testing.T) {
		s := open(t, newPath(t))
		if err := sqlite.WriteOnReader(t.Context(), s); err == nil {
			t.Error("got no error from a write on the reading pool, want one")
		}
	})

	t.Run("do not wait for a unit of work and see nothing of it", func(t *testing.T) {
		s := open(t, newPath(t))
		must(t, s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			must(t, r.Users.Create(ctx, user("ann")))
			_, err := s.Repos().Users.ByID(ctx, "id-of-ann")
			if !errors.Is(err, port.ErrNotFound) {
				t.Errorf("got error %v from outside, want %v", err, port.ErrNotFound)
			}
			return nil
		}))
		if _, err := s.Repos().Users.ByID(t.Context(), "id-of-ann"); err != nil {
			t.Errorf("after the commit: got error %v, want none", err)
		}
	})
}
