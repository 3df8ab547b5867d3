package postgres_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
)

// relay stands between the store and the server and does what networks do.
type relay struct {
	listener net.Listener
	server   string
	tls      *tls.Config // if set, connections are encrypted as far as here

	mu    sync.Mutex
	mute  bool              // no answer reaches the store
	deaf  bool              // nothing reaches the server
	watch map[string]func() // called once when the store sends these bytes, before they go on
	conns map[net.Conn]struct{}
}

// newRelay returns a relay to the server on a port of this machine.
func newRelay(t testing.TB, port int, encrypted *tls.Config) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	r := &relay{
		listener: listener, server: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), tls: encrypted,
		watch: map[string]func(){}, conns: map[net.Conn]struct{}{},
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { r.serve(conn) })
		}
	})
	t.Cleanup(func() {
		must(t, listener.Close())
		r.cut()
		running.Wait()
	})
	return r
}

func (r *relay) port() int { return r.listener.Addr().(*net.TCPAddr).Port }

// silence keeps answers from the store and, with both, the store from the server.
func (r *relay) silence(both bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mute, r.deaf = true, both
}

// heal ends a silence for new connections: bytes are missing in those that there were.
func (r *relay) heal() {
	r.mu.Lock()
	r.mute, r.deaf = false, false
	r.mu.Unlock()
	r.cut()
}

// on calls do when the store sends word, before it reaches the server.
func (r *relay) on(word string, do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watch[word] = do
}

// cut ends all connections.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for conn := range r.conns {
		_ = conn.Close()
	}
}

func (r *relay) keep(conn net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[conn] = struct{}{}
}

func (r *relay) drop(conn net.Conn) {
	_ = conn.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, conn)
}

func (r *relay) serve(store net.Conn) {
	r.keep(store)
	defer r.drop(store)
	if r.tls != nil {
		// The store asks for encryption by 8 bytes and is told that there is some.
		if _, err := io.ReadFull(store, make([]byte, 8)); err != nil {
			return
		}
		if _, err := store.Write([]byte("S")); err != nil {
			return
		}
		store = tls.Server(store, r.tls)
	}
	server, err := net.Dial("tcp", r.server)
	if err != nil {
		return
	}
	r.keep(server)
	defer r.drop(server)
	var both sync.WaitGroup
	both.Go(func() {
		pass(store, server, func(sent []byte) bool {
			r.seen(sent)
			return !r.isDeaf()
		})
		if !r.isDeaf() { // nor does the end of the connection reach the server
			_ = server.Close()
		}
	})
	both.Go(func() {
		defer func() { _ = store.Close() }()
		pass(server, store, func([]byte) bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			return !r.mute
		})
	})
	both.Wait()
}

func (r *relay) isDeaf() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.deaf
}

func (r *relay) seen(sent []byte) {
	r.mu.Lock()
	var do []func()
	for word, f := range r.watch {
		if bytes.Contains(sent, []byte(word)) {
			do = append(do, f)
			delete(r.watch, word)
		}
	}
	r.mu.Unlock()
	for _, f := range do {
		f()
	}
}

// pass copies what may pass, and swallows the rest.
func pass(from io.Reader, to io.Writer, may func([]byte) bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && may(buffer[:n]) {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
