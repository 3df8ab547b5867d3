// Package e2e tests the assembled program from outside: its own binary, over HTTP, with a
// database in a file.
package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/app/internal/server"
	"github.com/sallyport-auth/sallyport/core/port"
)

// asProgram makes the test binary behave as the program. The program itself knows nothing
// of it: its clock is that of the machine, and here alone it can be another.
const asProgram = "SALLYPORT_E2E_PROGRAM"

const (
	realClock  = "real clock"
	pipedClock = "piped clock"
	workerOnly = "worker" // no program of ours, but a part of it: see work
)

func TestMain(m *testing.M) {
	switch os.Getenv(asProgram) {
	case realClock:
		os.Exit(program(context.Background(), clock.System{}, os.Stdin))
	case pipedClock:
		ctx, cancel := context.WithCancel(context.Background())
		now := &pipe{}
		now.listen(os.Stdin, os.Stdout, cancel)
		os.Exit(program(ctx, now, nil))
	case workerOnly:
		os.Exit(work(context.Background()))
	}
	code := m.Run()
	stopServers()
	os.Exit(code)
}

// program is what main does, with a clock of choice.
func program(ctx context.Context, now port.Clock, stdin io.Reader) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Run(ctx, cli.Program{
		Args: os.Args[1:], Environ: os.Environ(), Stdin: stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Backend: server.Backend{Clock: now},
	})
}

// pipe is a clock that stands still until it is told another time.
type pipe struct{ micros atomic.Int64 }

func (p *pipe) Now() time.Time { return time.UnixMicro(p.micros.Load()).UTC() }

// listen reads the first time, and then every further one, from commands, and answers each
// with a line. The end of the commands ends the program, so that no test leaves one behind.
func (p *pipe) listen(commands io.Reader, answers io.Writer, end func()) {
	lines := bufio.NewScanner(commands)
	if !lines.Scan() {
		os.Exit(1)
	}
	p.set(lines.Text(), answers)
	go func() {
		defer end()
		for lines.Scan() {
			p.set(lines.Text(), answers)
		}
	}()
}

func (p *pipe) set(micros string, answers io.Writer) {
	t, err := strconv.ParseInt(micros, 10, 64)
	if err != nil {
		os.Exit(1)
	}
	p.micros.Store(t)
	fmt.Fprintln(answers, "set")
}
