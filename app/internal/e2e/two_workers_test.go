package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestTwoWorkersAndManyLetters lets two processes empty one queue. `serve` keeps a second
// one from a database file; two instances on a database server are what this stands for.
// The mail server takes no mail until it has been offered two at once, which only two
// workers can do. A Claim that lends what is on loan already sends a letter twice and turns
// it red, and so does a Done that forgets to remove it.
func TestTwoWorkersAndManyLetters(t *testing.T) {
	t.Parallel()
	const letters = 100
	certificate := newCertificate(t)
	server := startSecureMailServer(t, certificate)
	server.onData = holdUntil(t, 2)
	dir := t.TempDir()
	env := append(cheap(dir), mailBy(t, server.port, certificate)...)
	queueLetters(t, env, letters)

	workers := []*worker{startWorker(t, env), startWorker(t, env)}
	server.awaitTries(t, letters)
	awaitDelivery(t, dir)
	var sent int
	for i, w := range workers {
		done := w.stop(t)
		if done.Sent == 0 || done.Dropped > 0 || done.Failed > 0 {
			t.Errorf("worker %d: got %+v, want some sent, none dropped and none failed", i, done)
		}
		sent += done.Sent
	}
	ids := map[string]int{}
	for _, m := range server.taken() {
		ids[m.Header.Get("Message-Id")]++
	}
	if got := len(server.taken()); sent != letters || got != letters || len(ids) != letters {
		t.Errorf("the workers sent %d mails, and the server took %d of %d letters, want %d of each", sent, got, len(ids), letters)
	}
}

// holdUntil returns what lets nobody pass before so many have come.
func holdUntil(t testing.TB, n int) func() {
	t.Helper()
	var came atomic.Int64
	open := make(chan struct{})
	release := sync.OnceFunc(func() { close(open) })
	t.Cleanup(release) // whoever waits still
	return func() {
		if came.Add(1) == int64(n) {
			release()
		}
		<-open
	}
}

// queueLetters makes the first account, and asks so many times for a reset of its password.
func queueLetters(t testing.TB, env []string, n int) {
	t.Helper()
	service, cleanup, err := assemble(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	defer cleanup()
	if _, err := service.Auth.CreateUser(t.Context(), auth.NewUser{Email: adminEmail, Password: adminPassword}); err != nil {
		t.Fatalf("make the account: %v", err)
	}
	for range n {
		if err := service.Auth.RequestReset(t.Context(), auth.ResetRequest{Email: adminEmail, Client: domain.Client{IP: "192.0.2.1"}}); err != nil {
			t.Fatalf("ask for a reset: %v", err)
		}
	}
}

// assemble puts the service together as `serve` does, without keeping others from its
// database.
func assemble(ctx context.Context, env []string) (*wiring.Service, func(), error) {
	c, err := config.Load(config.Input{Environ: env})
	if err != nil {
		return nil, nil, err
	}
	keyring, _, err := wiring.LoadKeys(c)
	if err != nil {
		return nil, nil, err
	}
	return wiring.Assemble(ctx, c, keyring, wiring.Environment{
		Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
}

// work is what the program is as a worker: it delivers letters until it is told to stop, and
// then says on its standard output what it did. It returns its exit code.
func work(ctx context.Context) int {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	done, err := deliver(ctx)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(done)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func deliver(ctx context.Context) (all auth.Delivered, err error) {
	service, cleanup, err := assemble(ctx, os.Environ())
	if err != nil {
		return all, err
	}
	defer cleanup()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		done, err := service.Auth.DeliverMail(ctx)
		if err != nil && ctx.Err() == nil { // told to stop, it may be cut off
			return all, err
		}
		all.Sent, all.Dropped, all.Failed = all.Sent+done.Sent, all.Dropped+done.Dropped, all.Failed+done.Failed
		select {
		case <-ctx.Done():
			return all, nil
		case <-look.C:
		}
	}
}

// worker is a process that delivers letters and does nothing else.
type worker struct {
	command          *exec.Cmd
	output, problems strings.Builder
	ended            chan struct{}
	err              error // how, once it has
}

func startWorker(t testing.TB, env []string) *worker {
	t.Helper()
	w := &worker{command: sallyport(t, append(env, asProgram+"="+workerOnly)), ended: make(chan struct{})}
	w.command.Stdout, w.command.Stderr = &w.output, &w.problems
	if err := w.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(w.ended)
		w.err = w.command.Wait()
	}()
	t.Cleanup(func() {
		_ = w.command.Process.Kill() // it may have ended already
		<-w.ended
		if t.Failed() {
			t.Logf("log of a worker:\n%s", w.problems.String())
		}
	})
	return w
}

// stop ends the worker the polite way, and returns what it did.
func (w *worker) stop(t testing.TB) (done auth.Delivered) {
	t.Helper()
	if err := w.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("stop a worker: %v", err)
	}
	select {
	case <-w.ended:
	case <-time.After(patience):
		t.Fatalf("a worker did not end within %v", patience)
	}
	err := w.err
	if err == nil {
		err = json.Unmarshal([]byte(w.output.String()), &done)
	}
	if err != nil {
		t.Fatalf("a worker failed: %v\n%s", err, w.problems.String())
	}
	return done
}
