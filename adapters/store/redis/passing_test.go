package redis_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

// answering listens as a server that has one answer to everything.
func answering(t *testing.T, answer string) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				for requests := bufio.NewScanner(conn); requests.Scan(); {
					if strings.HasPrefix(requests.Text(), "*") {
						fmt.Fprint(conn, answer+"\r\n")
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		all.Wait()
	})
	return "redis://" + listener.Addr().String()
}

// closing listens as a proxy that has no server behind it, and ends each connection by end once
// it has something to pass on.
func closing(t *testing.T, end func(*net.TCPConn) error) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				_, _ = io.ReadFull(conn, make([]byte, 1))
				_ = end(conn.(*net.TCPConn))
				_, _ = io.Copy(io.Discard, conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		all.Wait()
	})
	return "redis://" + listener.Addr().String()
}

// TestIsPassing goes red when plain or plainAnswer marks one error more or fewer, and when call
// does not mark that nobody answers.
func TestIsPassing(t *testing.T) {
	nobody := fmt.Sprintf("127.0.0.1:%d", testserver.FreePort(t))
	const loading = "-LOADING Redis is loading the dataset in memory"
	for name, c := range map[string]struct {
		url  string
		want bool
	}{
		"nobody listens":                  {"redis://" + nobody, true},
		"nobody listens, for TLS":         {"rediss://" + nobody, true},
		"there is no socket yet":          {"unix://" + filepath.Join(t.TempDir(), "no.sock"), true},
		"the name is not known":           {"redis://no-such-host.invalid", true},
		"a proxy hangs up":                {closing(t, (*net.TCPConn).CloseWrite), true},
		"a proxy resets the connection":   {closing(t, (*net.TCPConn).Close), true},
		"it has no answer":                {silence(t), true},
		"it loads its data":               {answering(t, loading), true},
		"it loads, and wants a password":  {strings.Replace(answering(t, loading), "//", "//:hunter2@", 1), true},
		"it has no room":                  {answering(t, "-ERR max number of clients reached"), true},
		"it is busy":                      {answering(t, "-BUSY Redis is busy running a script."), true},
		"it waits for its primary":        {answering(t, "-MASTERDOWN Link with MASTER is down"), true},
		"it waits for its replicas":       {answering(t, "-NOREPLICAS Not enough good replicas to write."), true},
		"it wants a password":             {answering(t, "-NOAUTH Authentication required."), false},
		"it wants another password":       {strings.Replace(answering(t, "-WRONGPASS invalid username-password pair"), "//", "//:hunter2@", 1), false},
		"the account may not":             {answering(t, "-NOPERM this user has no permissions to run the 'evalsha' command"), false},
		"it lets nobody in from outside":  {answering(t, "-DENIED Redis is running in protected mode"), false},
		"it is a replica":                 {answering(t, "-READONLY You can't write against a read only replica."), false},
		"its memory is full":              {answering(t, "-OOM command not allowed when used memory > 'maxmemory'."), false},
		"it is no Redis":                  {answering(t, "HTTP/1.1 400 Bad Request"), false},
		"it is a node of a cluster":       {introduce(t, "7.2.4", "cluster"), false},
		"it is a Sentinel":                {introduce(t, "7.2.4", "sentinel"), false},
		"it is too old":                   {introduce(t, "6.2.14", "standalone"), false},
		"the URL cannot be used":          {"redis://h/sessions", false},
		"its certificate is not trusted":  {stranger(t), false},
		"it wants a certificate of yours": {distrustful(t), false},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := redis.Open(t.Context(), redis.Config{URL: c.url, Timeout: time.Second})
			if err == nil {
				t.Fatal(s.Close(), "got no error, want one")
			}
			if got := redis.IsPassing(err); got != c.want {
				t.Errorf("got %t, want %t: %v", got, c.want, err)
			}
		})
	}
}

// silence listens, and says nothing.
func silence(t *testing.T) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	return "redis://" + listener.Addr().String()
}

func distrustful(t *testing.T) (url string) {
	t.Helper()
	// Before TLS 1.3: there a client hears of it only after the handshake, if the connection is
	// not reset before.
	return withTLS(t, filepath.Join(certificates, "trusted"), "--tls-auth-clients", "yes", "--tls-protocols", "TLSv1.2")
}
