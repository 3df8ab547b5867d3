package testserver_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

// What the test binary does as a child, by the value of role.
const (
	role = "SALLYPORT_TEST_ROLE"

	echo     = "echo"     // answers on the address that is its argument
	stubborn = "stubborn" // the same, deaf to SIGTERM
	broken   = "broken"   // says why and ends
	silent   = "silent"   // does not end, and listens where nobody asks
	parent   = "parent"   // starts an echo and ends without stopping it
)

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case echo:
		serve(os.Args[1])
	case stubborn:
		signal.Ignore(syscall.SIGTERM)
		serve(os.Args[1])
	case broken:
		fmt.Fprintln(os.Stderr, "the disk is full")
		os.Exit(3)
	case silent:
		serve("127.0.0.1:0")
	case parent:
		if _, err := testserver.Launch(context.Background(), command(echo, os.Args[1])); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// serve sends the number of its process to whoever connects.
func serve(address string) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("listening on", address)
	for {
		conn, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		_, _ = fmt.Fprintln(conn, os.Getpid())
		_ = conn.Close()
	}
}

// command starts this binary in a role.
func command(as, address string) testserver.Command {
	return testserver.Command{
		Path: os.Args[0], Args: []string{address}, Env: []string{role + "=" + as},
		Ready: func(ctx context.Context) error { return errorOf(ask(ctx, address)) },
	}
}

func errorOf(_ int, err error) error { return err }

// ask returns the number of the process that answers on address.
func ask(ctx context.Context, address string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return 0, err
	}
	var pid int
	_, err = fmt.Fscan(conn, &pid)
	return pid, err
}

func address(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", testserver.FreePort(t))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantPID(t testing.TB, address string) int {
	t.Helper()
	pid, err := ask(t.Context(), address)
	if err != nil {
		t.Fatalf("got error %v, want an answer", err)
	}
	return pid
}

func wantNobody(t testing.TB, address string) {
	t.Helper()
	if pid, err := ask(t.Context(), address); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got an answer of %d and error %v, want the connection refused", pid, err)
	}
}

// runParent runs this binary as a test binary that dies with its server under way.
func runParent(t testing.TB, address string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], address)
	cmd.Env = append(os.Environ(), role+"="+parent)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
