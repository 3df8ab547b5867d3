package redis_test

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy stands between a store and its server and loses what it is told to lose.
type proxy struct {
	listener net.Listener
	target   string
	lose     atomic.Int32
	delay    atomic.Int64 // nanoseconds that each answer takes

	mu    sync.Mutex
	conns []net.Conn
}

const (
	nothing   = iota
	answers   // swallow answers, and keep the connection
	hangingUp // once, close the connection instead of passing an answer on
)

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{listener: listener, target: target}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", target)
			if err != nil {
				client.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, client, server)
			p.mu.Unlock()
			all.Go(func() { io.Copy(server, client); server.Close() })
			all.Go(func() { p.answer(client, server); client.Close() })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		p.mu.Lock()
		for _, conn := range p.conns {
			conn.Close()
		}
		p.mu.Unlock()
		all.Wait()
	})
	return p
}

func (p *proxy) url() string { return "redis://" + p.listener.Addr().String() }

// answer passes on what the server says.
func (p *proxy) answer(client, server net.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		<-time.After(time.Duration(p.delay.Load()))
		switch {
		case p.lose.Load() == answers:
			continue
		case p.lose.CompareAndSwap(hangingUp, nothing):
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}
