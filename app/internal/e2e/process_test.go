package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract/restclient"
)

// patience is how long a test waits for the program to start or to end.
const patience = 30 * time.Second

// process is a running `sallyport serve`.
type process struct {
	restclient.Client
	command *exec.Cmd
	clock   *remoteClock // nil where it runs by the machine's
	log     *log
	ended   chan struct{} // closed when it has ended
	err     error         // how, once it has
}

// cheap are settings that make a test fast. Each may be overridden by a later one.
func cheap(dataDir string) []string {
	return []string{
		"DATA_DIR=" + dataDir, "PORT=0", "LOG_STYLE=raw",
		"HASH_MEMORY_COST=8", "HASH_TIME_COST=1", "HASH_PARALLELISM=1", "HASH_QUEUE=1000",
		"ADMIN_PASSWORD=" + adminPassword,
	}
}

const (
	adminEmail    = "admin@example.com"
	adminPassword = "horse battery staple"
)

// sallyport returns a command of the program. It sees no environment but env.
func sallyport(t testing.TB, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, args...)
	command.Dir = t.TempDir() // where there is no .env
	command.Env = append([]string{asProgram + "=" + realClock}, env...)
	return command
}

// serve starts the service by the machine's clock and waits until it is ready.
func serve(t testing.TB, env []string) *process {
	t.Helper()
	return startProcess(t, sallyport(t, env, "serve"), nil)
}

// serveAt starts the service with a clock that the test moves.
func serveAt(t testing.TB, now time.Time, env []string) *process {
	t.Helper()
	command := sallyport(t, append(env, asProgram+"="+pipedClock), "serve")
	remote := newRemoteClock(t, command, now)
	return startProcess(t, command, remote)
}

func startProcess(t testing.TB, command *exec.Cmd, remote *remoteClock) *process {
	t.Helper()
	p := launch(t, command, remote)
	p.URL = "http://" + p.awaitReady(t)
	return p
}

// launch starts the service and does not wait until it is ready.
func launch(t testing.TB, command *exec.Cmd, remote *remoteClock) *process {
	t.Helper()
	output, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Cancel = func() error { return command.Process.Kill() }
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{command: command, clock: remote, log: newLog(), ended: make(chan struct{})}
	p.HTTP = &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	go func() {
		defer close(p.ended)
		p.log.readFrom(output)
		p.err = command.Wait()
	}()
	t.Cleanup(func() {
		p.HTTP.CloseIdleConnections()
		p.kill()
		if t.Failed() {
			t.Logf("log of the program:\n%s", p.log)
		}
	})
	if remote != nil {
		remote.begin(t)
	}
	return p
}

// awaitReady returns the address that the program listens on.
func (p *process) awaitReady(t testing.TB) string {
	t.Helper()
	select {
	case address := <-p.log.ready:
		return address
	case <-p.ended:
		t.Fatalf("the program ended before it was ready: %v\n%s", p.err, p.log)
	case <-time.After(patience):
		t.Fatalf("the program was not ready within %v\n%s", patience, p.log)
	}
	return ""
}

// kill ends the program as a power cut would.
func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have ended already
	<-p.ended
}

// stop asks the program to end and waits until it has.
func (p *process) stop(t testing.TB) {
	t.Helper()
	p.signal(t)
	p.awaitEnd(t)
}

// signal asks the program to end and does not wait for that.
func (p *process) signal(t testing.TB) {
	t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

func (p *process) awaitEnd(t testing.TB) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("the program did not end within %v", patience)
	}
	if p.err != nil {
		t.Fatalf("the program failed: %v\n%s", p.err, p.log)
	}
}

// log collects what the program logs. It is safe for concurrent use.
type log struct {
	mu    sync.Mutex
	text  strings.Builder
	ready chan string
}

func newLog() *log { return &log{ready: make(chan string, 1)} }

func (l *log) readFrom(output io.Reader) {
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		l.mu.Lock()
		fmt.Fprintln(&l.text, lines.Text())
		l.mu.Unlock()
		var entry struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "ready" {
			l.ready <- entry.Address
		}
	}
}

// await waits until the program has logged the text.
func (l *log) await(t testing.TB, text string) {
	t.Helper()
	l.awaitTimes(t, text, 1)
}

func (l *log) awaitTimes(t testing.TB, text string, times int) {
	t.Helper()
	limit, look := time.NewTimer(patience), time.NewTicker(10*time.Millisecond)
	defer limit.Stop()
	defer look.Stop()
	for strings.Count(l.String(), text) < times {
		select {
		case <-look.C:
		case <-limit.C:
			t.Fatalf("the program did not log %q %d times within %v:\n%s", text, times, patience, l)
		}
	}
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// remoteClock moves the clock of a program. It is safe for concurrent use.
type remoteClock struct {
	mu       sync.Mutex
	now      time.Time
	commands io.WriteCloser
	answers  *bufio.Reader
}

func newRemoteClock(t testing.TB, command *exec.Cmd, now time.Time) *remoteClock {
	t.Helper()
	commands, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	return &remoteClock{now: now, commands: commands, answers: bufio.NewReader(answers)}
}

func (c *remoteClock) begin(t testing.TB) {
	t.Helper()
	if err := c.tell(c.now); err != nil {
		t.Fatalf("set the program's clock: %v", err)
	}
}

func (c *remoteClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *remoteClock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

func (c *remoteClock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
	if err := c.tell(now); err != nil {
		panic(fmt.Sprintf("set the program's clock: %v", err))
	}
}

// tell returns when the program has the new time.
func (c *remoteClock) tell(now time.Time) error {
	if _, err := io.WriteString(c.commands, strconv.FormatInt(now.UnixMicro(), 10)+"\n"); err != nil {
		return err
	}
	_, err := c.answers.ReadString('\n')
	return err
}
