// Package testserver starts a private server process, such as a database, for the tests of
// one binary: on a free port of the loopback device, with its own folder, gone when the tests
// are. It needs no container engine.
//
// A test that wants a server for itself calls Find and Start. A server that all tests of a
// binary use is a Shared, which the first of them starts.
package testserver

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"
)

const (
	readyPoll = 50 * time.Millisecond // how often Ready is asked
	readyTime = 30 * time.Second      // how long a server may take to be ready
	stopTime  = 10 * time.Second      // how long a server may take to stop by itself
)

// Command says how a server is started.
type Command struct {
	Path string
	Args []string // without the name of the program
	Env  []string // beside those of the test
	Dir  string

	// Account is the operating system's user that runs the server if root runs the tests,
	// for servers that refuse root. Empty: whoever runs the tests.
	Account string

	// Ready returns nil as soon as the server answers as it should. It is asked again and
	// again, each time with a context that ends with the time for the start. Nil: a server
	// is ready at once.
	Ready func(ctx context.Context) error
}

// Process is a server. Its methods are safe for concurrent use; one that changes the process
// waits for another that does.
type Process struct {
	command Command
	log     tail

	mu      sync.Mutex
	running *running // nil while it does not run
}

// running is one life of a Process.
type running struct {
	cmd  *exec.Cmd
	over chan struct{} // closed when it has ended and err is set
	err  error
}

func (r *running) ended() bool {
	select {
	case <-r.over:
		return true
	default:
		return false
	}
}

// signal lets send reach the process while its number can belong to no other.
func (r *running) signal(send func(*exec.Cmd) error) error {
	if r.ended() {
		return nil
	}
	return send(r.cmd)
}

// Launch starts a server and waits until it is ready, ctx is done or 30 s are over. The error
// has the end of the server's output. The caller stops it; on Linux it also dies with the
// test binary.
func Launch(ctx context.Context, c Command) (*Process, error) {
	p := &Process{command: c}
	if err := p.Start(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// Start is Launch for a test, which fails when the server does not become ready and which
// stops it at its end.
func Start(t testing.TB, c Command) *Process {
	t.Helper()
	p, err := Launch(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// Run runs a program to its end, such as one that makes a server's data folder, and returns
// what it wrote. The error, when it fails, has that as well. Ready is not asked.
func Run(ctx context.Context, c Command) (string, error) {
	p := &Process{command: c}
	life, err := p.begin()
	if err != nil {
		return "", fmt.Errorf("testserver: run %s: %w", c.Path, err)
	}
	select {
	case <-ctx.Done():
		err = errors.Join(ctx.Err(), life.signal(kill))
		<-life.over
	case <-life.over:
		err = life.err
	}
	if err != nil {
		return p.Log(), fmt.Errorf("testserver: run %s: %w\n%s", c.Path, err, p.Log())
	}
	return p.Log(), nil
}

// Start starts the server again after Stop or Kill, on the same port and folder, and waits
// for it as Launch does. It does nothing while the server runs.
func (p *Process) Start(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running != nil && !p.running.ended() {
		return nil
	}
	life, err := p.begin()
	if err != nil {
		return fmt.Errorf("testserver: start %s: %w", p.command.Path, err)
	}
	if err := p.await(ctx, life); err != nil {
		err = errors.Join(err, life.signal(kill))
		<-life.over
		return fmt.Errorf("testserver: start %s: %w\n%s", p.command.Path, err, p.Log())
	}
	p.running = life
	return nil
}

// Restart stops the server, if it runs, and starts it.
func (p *Process) Restart(ctx context.Context) error {
	if err := p.Stop(); err != nil {
		return err
	}
	return p.Start(ctx)
}

// Stop asks the server to end and kills it when it has not done so in 10 s. It waits until
// the process is gone. It does nothing when the server does not run.
func (p *Process) Stop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return nil
	}
	err := p.running.signal(terminate)
	// One that is paused would not hear the request.
	if resumed := p.running.signal(resume); !errors.Is(resumed, errors.ErrUnsupported) {
		err = errors.Join(err, resumed)
	}
	timer := time.NewTimer(stopTime)
	defer timer.Stop()
	select {
	case <-p.running.over:
	case <-timer.C:
	}
	return errors.Join(err, p.end())
}

// Kill ends the server as a crash would and waits until the process is gone. It does nothing
// when the server does not run.
func (p *Process) Kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return nil
	}
	return p.end()
}

func (p *Process) end() error {
	if err := p.running.signal(kill); err != nil {
		return fmt.Errorf("testserver: kill %s: %w", p.command.Path, err)
	}
	<-p.running.over
	p.running = nil
	return nil
}

// Pause lets the server neither run nor close its connections, as a machine that hangs. It is
// errors.ErrUnsupported on Windows.
func (p *Process) Pause() error { return p.signal("pause", pause) }

// Resume ends a Pause.
func (p *Process) Resume() error { return p.signal("resume", resume) }

func (p *Process) signal(what string, send func(*exec.Cmd) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil || p.running.ended() {
		return fmt.Errorf("testserver: %s %s: it does not run", what, p.command.Path)
	}
	if err := p.running.signal(send); err != nil {
		return fmt.Errorf("testserver: %s %s: %w", what, p.command.Path, err)
	}
	return nil
}

// Log returns the end of what the server has written to its standard output and error, at
// most 16 KiB.
func (p *Process) Log() string { return p.log.String() }

// begin starts the process.
func (p *Process) begin() (*running, error) {
	cmd := exec.Command(p.command.Path, p.command.Args...)
	cmd.Env = append(cmd.Environ(), p.command.Env...)
	cmd.Dir = p.command.Dir
	cmd.Stdout = &p.log
	cmd.Stderr = &p.log
	// A child that outlives the server may hold its output open.
	cmd.WaitDelay = time.Second
	if err := prepare(cmd, p.command.Account); err != nil {
		return nil, err
	}
	life := &running{cmd: cmd, over: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel kills the process when this thread ends: it is kept for as long, and
		// then thrown away.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			// That others still hold its output does not matter.
			if err := cmd.Wait(); !errors.Is(err, exec.ErrWaitDelay) {
				life.err = err
			}
			close(life.over)
		}
	}()
	return life, <-started
}

// await polls until the server is ready or can no longer become it.
func (p *Process) await(ctx context.Context, life *running) error {
	if p.command.Ready == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	again := time.NewTicker(readyPoll)
	defer again.Stop()
	for {
		err := p.command.Ready(ctx)
		if life.ended() { // also when somebody else answers on its port
			return errors.Join(errors.New("it has ended"), life.err)
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-life.over:
			return errors.Join(errors.New("it has ended"), life.err)
		case <-again.C:
		}
	}
}
