package testserver_test

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

func TestProcess(t *testing.T) {
	t.Run("answers once it is started and not once it is stopped", func(t *testing.T) {
		at := address(t)
		p := testserver.Start(t, command(echo, at))
		wantPID(t, at)
		must(t, p.Stop())
		wantNobody(t, at)
		must(t, p.Stop())
	})

	t.Run("is stopped with its test", func(t *testing.T) {
		at := address(t)
		t.Run("that starts it", func(t *testing.T) { testserver.Start(t, command(echo, at)) })
		wantNobody(t, at)
	})

	t.Run("is another after a crash and a start", func(t *testing.T) {
		at := address(t)
		p := testserver.Start(t, command(echo, at))
		first := wantPID(t, at)
		must(t, p.Kill())
		wantNobody(t, at)
		must(t, p.Start(t.Context()))
		second := wantPID(t, at)
		if second == first {
			t.Errorf("got process %d again, want another", second)
		}
		must(t, p.Start(t.Context()))
		if got := wantPID(t, at); got != second {
			t.Errorf("got process %d after a second start, want still %d", got, second)
		}
		must(t, p.Restart(t.Context()))
		if got := wantPID(t, at); got == second {
			t.Errorf("got process %d after a restart, want another", got)
		}
	})

	t.Run("can be started again when it has died by itself", func(t *testing.T) {
		at := address(t)
		p := testserver.Start(t, command(echo, at))
		other, err := os.FindProcess(wantPID(t, at))
		must(t, err)
		must(t, other.Kill())
		eventually(t, func() bool { return p.Pause() != nil }) // there is nothing to pause
		must(t, p.Start(t.Context()))
		wantPID(t, at)
	})

	t.Run("is killed when it does not stop", func(t *testing.T) {
		if testing.Short() {
			t.Skip("waits for 10s")
		}
		at := address(t)
		p := testserver.Start(t, command(stubborn, at))
		must(t, p.Stop())
		wantNobody(t, at)
	})

	t.Run("does not answer while it is paused", func(t *testing.T) {
		at := address(t)
		p := testserver.Start(t, command(echo, at))
		before := wantPID(t, at)
		if err := p.Pause(); errors.Is(err, errors.ErrUnsupported) {
			t.Skip(err)
		}
		if pid, err := ask(t.Context(), at); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got an answer of %d and error %v, want none", pid, err)
		}
		must(t, p.Resume())
		if got := wantPID(t, at); got != before {
			t.Errorf("got process %d, want still %d", got, before)
		}
		must(t, p.Pause())
		must(t, p.Stop())
		wantNobody(t, at)
	})

	t.Run("dies with the test binary", func(t *testing.T) {
		if runtime.GOOS != "linux" {
			t.Skip("only Linux can do it")
		}
		at := address(t)
		runParent(t, at)
		eventually(t, func() bool { _, err := ask(t.Context(), at); return err != nil })
	})

	t.Run("that ends instead of getting ready fails at once with its last words", func(t *testing.T) {
		c := command(broken, address(t))
		begun := time.Now()
		_, err := testserver.Launch(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), "the disk is full") || !strings.Contains(err.Error(), "exit status 3") {
			t.Errorf("got error %v, want the reason", err)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("took %v, want it at once", took)
		}
	})

	t.Run("that does not get ready ends with the context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := testserver.Launch(ctx, command(silent, address(t)))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
		}
	})

	t.Run("cannot be started without its program", func(t *testing.T) {
		_, err := testserver.Launch(t.Context(), testserver.Command{Path: filepath.Join(t.TempDir(), "none")})
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got error %v, want %v", err, os.ErrNotExist)
		}
	})
}

func TestRun(t *testing.T) {
	t.Run("returns what the program wrote", func(t *testing.T) {
		out, err := testserver.Run(t.Context(), testserver.Command{Path: os.Args[0], Args: []string{"-test.list=^TestRun$"}})
		if err != nil || !strings.Contains(out, "TestRun") {
			t.Errorf("got %q and error %v", out, err)
		}
	})
	t.Run("fails as the program does", func(t *testing.T) {
		_, err := testserver.Run(t.Context(), command(broken, ""))
		if err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("got error %v, want the reason", err)
		}
	})
	t.Run("ends the program with the context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, err := testserver.Run(ctx, command(silent, "")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

func TestLook(t *testing.T) {
	t.Run("finds the first that there is", func(t *testing.T) {
		got, err := testserver.Look("", "no-such-program", "go")
		if err != nil || !strings.HasPrefix(filepath.Base(got), "go") || !filepath.IsAbs(got) {
			t.Errorf("got %q and error %v, want the go command", got, err)
		}
	})
	t.Run("says what to install", func(t *testing.T) {
		_, err := testserver.Look("apt-get install it", "no-such-program")
		missing, ok := errors.AsType[*testserver.MissingError](err)
		if !ok || missing.Install != "apt-get install it" || !strings.Contains(err.Error(), "no-such-program is not installed: apt-get install it") {
			t.Errorf("got error %v", err)
		}
	})
	t.Run("without the program skips a test, and fails it in CI", func(t *testing.T) {
		for ci, want := range map[string]string{"": "skipped", "true": "failed"} {
			t.Setenv("CI", ci)
			got := ended(t, func(t testing.TB) { testserver.Find(t, "", "no-such-program") })
			if got != want {
				t.Errorf("CI %q: got the test %s, want %s", ci, got, want)
			}
		}
	})
}

func TestFolder(t *testing.T) {
	t.Run("is short, private and gone with its test", func(t *testing.T) {
		var folder string
		t.Run("that makes it", func(t *testing.T) {
			folder = testserver.Folder(t, "")
			info, err := os.Stat(folder)
			must(t, err)
			if got := info.Mode().Perm(); got != 0o700 && runtime.GOOS != "windows" {
				t.Errorf("got mode %o, want 700", got)
			}
			if len(folder) > 40 && runtime.GOOS != "windows" {
				t.Errorf("got %q, want a shorter path", folder)
			}
		})
		if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v, want it removed", err)
		}
	})

	t.Run("belongs to the account that the server runs as", func(t *testing.T) {
		if _, err := user.Lookup("nobody"); err != nil || os.Geteuid() != 0 {
			t.Skip("needs root and the account nobody")
		}
		touch, err := testserver.Look("", "touch")
		must(t, err)
		folder := testserver.Folder(t, "nobody")
		_, err = testserver.Run(t.Context(), testserver.Command{Path: touch, Args: []string{"made"}, Dir: folder, Account: "nobody"})
		must(t, err)
		whoami, err := testserver.Look("", "whoami")
		must(t, err)
		out, err := testserver.Run(t.Context(), testserver.Command{Path: whoami, Account: "nobody"})
		if err != nil || strings.TrimSpace(out) != "nobody" {
			t.Errorf("got %q and error %v, want nobody", out, err)
		}
	})

	t.Run("cannot be given to an account that there is not", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root can give a folder away")
		}
		folder, err := testserver.MakeFolder("no-such-account")
		if err == nil {
			t.Errorf("got %q, want an error", folder)
		}
	})
}

type fakeServer struct{ stops *int }

func (s fakeServer) Stop() error { *s.stops++; return nil }

func TestShared(t *testing.T) {
	t.Run("is started once and stopped once", func(t *testing.T) {
		starts, stops := 0, 0
		shared := testserver.NewShared(func() (fakeServer, error) { starts++; return fakeServer{&stops}, nil })
		must(t, shared.Stop()) // nobody has asked yet
		shared.Get(t)
		shared.Get(t)
		must(t, shared.Stop())
		must(t, shared.Stop())
		if starts != 1 || stops != 1 {
			t.Errorf("got %d starts and %d stops, want 1 of each", starts, stops)
		}
	})

	t.Run("fails each test that wants it when it cannot be started", func(t *testing.T) {
		starts := 0
		shared := testserver.NewShared(func() (fakeServer, error) { starts++; return fakeServer{}, errors.New("no disk") })
		for range 2 {
			if got := ended(t, func(t testing.TB) { shared.Get(t) }); got != "failed" {
				t.Errorf("got the test %s, want failed", got)
			}
		}
		if starts != 1 {
			t.Errorf("got %d starts, want 1", starts)
		}
		must(t, shared.Stop())
	})

	t.Run("skips each test that wants it where its program is missing, save in CI", func(t *testing.T) {
		shared := testserver.NewShared(func() (fakeServer, error) {
			_, err := testserver.Look("", "no-such-program")
			return fakeServer{}, err
		})
		for ci, want := range map[string]string{"": "skipped", "true": "failed"} {
			t.Setenv("CI", ci)
			if got := ended(t, func(t testing.TB) { shared.Get(t) }); got != want {
				t.Errorf("CI %q: got the test %s, want %s", ci, got, want)
			}
		}
	})
}

// recorder is a test that says how it ended instead of ending ours.
type recorder struct {
	testing.TB
	how string
}

func (r *recorder) Fatal(...any) { r.how = "failed"; runtime.Goexit() }
func (r *recorder) Skip(...any)  { r.how = "skipped"; runtime.Goexit() }

// ended returns how a test that calls f ends.
func ended(t *testing.T, f func(t testing.TB)) string {
	r := &recorder{TB: t, how: "passed"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r.how
}

// eventually ends the test unless holds does within 5 s.
func eventually(t testing.TB, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatal("got nothing in 5s")
		case <-again.C:
		}
	}
}
