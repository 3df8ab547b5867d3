// Package redistest starts private Redis servers for tests. Several tests can share one,
// each under a prefix of its own.
package redistest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

// Install says how one gets a server.
const Install = "apt-get install redis-server, or valkey-server"

// Server is a Redis server on a port of 127.0.0.1, without a password. It can be killed and
// started again, which keeps its data if it has been started with Durable.
type Server struct {
	*testserver.Process
	address  string
	folder   string
	prefixes atomic.Int64
}

// Durable returns the arguments that make a server write all that it acknowledges to its disk
// first.
func Durable() []string { return []string{"--appendonly", "yes", "--appendfsync", "always"} }

// New starts a server with settings beside those for a server that keeps nothing on the disk.
// The caller stops it; testserver.Shared does so for a server of all tests of a binary. When
// none is installed the error is a *testserver.MissingError.
func New(ctx context.Context, settings ...string) (*Server, error) {
	path, err := testserver.Look(Install, "redis-server", "valkey-server")
	if err != nil {
		return nil, err
	}
	port, err := testserver.Port()
	if err != nil {
		return nil, err
	}
	folder, err := testserver.MakeFolder("")
	if err != nil {
		return nil, err
	}
	s := &Server{address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), folder: folder}
	s.Process, err = testserver.Launch(ctx, testserver.Command{
		Path: path,
		Args: append([]string{
			"--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--dir", folder, "--save", "", "--appendonly", "no",
		}, settings...),
		Ready: s.ready,
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, nil
}

// Start is New for a test, at whose end the server is stopped. When none is installed the
// test is skipped, or fails where the variable CI is set.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	testserver.Find(t, Install, "redis-server", "valkey-server")
	s, err := New(t.Context(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Address returns the host and port of the server.
func (s *Server) Address() string { return s.address }

// URL returns what redis.Config calls so.
func (s *Server) URL() string { return "redis://" + s.address }

// Prefix returns another prefix of keys with each call.
func (s *Server) Prefix() string { return fmt.Sprintf("test-%d:", s.prefixes.Add(1)) }

// Stop stops the server for good and removes its data.
func (s *Server) Stop() error { return errors.Join(s.Process.Stop(), os.RemoveAll(s.folder)) }

// ready returns nil when the server takes requests, be it with a password only.
func (s *Server) ready(ctx context.Context) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if answer = strings.TrimSpace(answer); answer != "+PONG" && !strings.HasPrefix(answer, "-NOAUTH") {
		return fmt.Errorf("it answers %s", answer)
	}
	return nil
}
