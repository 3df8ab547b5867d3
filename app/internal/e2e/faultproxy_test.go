package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// faultProxy is the network between the program and a server. It has one address for its whole
// life, and watches what the program sends; behind that is a network that can be replaced, which
// cuts, delays and swallows. It is safe for concurrent use.
type faultProxy struct {
	t        testing.TB
	server   string // its address
	listener net.Listener

	mu      sync.Mutex
	network *toxiproxy.Proxy // nil: nothing gets through
	point   *point           // nil: nothing is waited for
}

// point is where a fault begins: when the program sends the words, one after the other on one
// connection.
type point struct {
	words   []string // in lower case
	begin   func()
	reached chan struct{}
}

func startFaultProxy(t testing.TB, server string) *faultProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &faultProxy{t: t, server: server, listener: listener}
	p.heal()
	var running sync.WaitGroup
	running.Go(func() {
		for {
			program, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { p.serve(program) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.cut()
		running.Wait()
	})
	return p
}

func (p *faultProxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// cut ends all connections, and lets nobody connect.
func (p *faultProxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.network != nil {
		p.network.Stop()
	}
	p.network = nil
}

// heal ends all connections, and lets new ones through without any fault. A port is not taken
// twice: somebody else may have it by then. At no moment is nobody let through: who connects anew as
// soon as an old connection has ended is on the sound one.
func (p *faultProxy) heal() {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	network := toxiproxy.NewProxy(server, "network", "127.0.0.1:0", p.server)
	if err := network.Start(); err != nil {
		p.t.Errorf("start a network: %v", err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.network != nil {
		defer p.network.Stop()
	}
	p.network = network
}

// swallow lets the server hear the program, but not the program the server, until heal.
func (p *faultProxy) swallow() { p.add("timeout", "downstream", `"timeout": 0`) }

// deafen lets the program hear the server, but not the server the program, until heal.
func (p *faultProxy) deafen() { p.add("timeout", "upstream", `"timeout": 0`) }

// silence lets nothing through in either direction, and keeps the connections open, until heal.
func (p *faultProxy) silence() {
	p.swallow()
	p.deafen()
}

// halve lets a few bytes more of the program through on each connection, and then ends it.
func (p *faultProxy) halve() { p.add("limit_data", "upstream", `"bytes": 40`) }

// slow holds back each answer of the server.
func (p *faultProxy) slow(by time.Duration) {
	p.add("latency", "downstream", fmt.Sprintf(`"latency": %d`, by.Milliseconds()))
}

func (p *faultProxy) add(kind, stream, attributes string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.network == nil {
		p.t.Errorf("a network that is cut has no room for a %s", kind)
		return
	}
	toxic := fmt.Sprintf(`{"type": %q, "stream": %q, "attributes": {%s}}`, kind, stream, attributes)
	if _, err := p.network.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		p.t.Errorf("add a %s: %v", kind, err)
	}
}

// before begins a fault when the program sends the words, in any case, and before the last of
// them goes on to the server. The channel is closed when the fault has begun.
func (p *faultProxy) before(begin func(), words ...string) <-chan struct{} {
	at := &point{begin: begin, reached: make(chan struct{})}
	for _, word := range words {
		at.words = append(at.words, strings.ToLower(word))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.point = at
	return at.reached
}

// mustBeReached fails the test if a fault does not begin.
func mustBeReached(t testing.TB, reached <-chan struct{}) {
	t.Helper()
	select {
	case <-reached:
	case <-time.After(patience):
		t.Fatalf("what was to be disturbed was not sent within %v", patience)
	}
}

func (p *faultProxy) serve(program net.Conn) {
	defer program.Close()
	server, err := net.Dial("tcp", p.way())
	if err != nil {
		return
	}
	defer server.Close()
	var both sync.WaitGroup
	both.Go(func() {
		defer server.Close()
		p.forward(server, program)
	})
	both.Go(func() {
		defer program.Close()
		_, _ = io.Copy(program, server) // its end is all that matters
	})
	both.Wait()
}

// way is where the server is reached now, or nowhere.
func (p *faultProxy) way() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.network == nil {
		return ""
	}
	return p.network.Listen
}

// forward sends on what the program sends, and begins faults.
func (p *faultProxy) forward(server io.Writer, program io.Reader) {
	buffer := make([]byte, 64<<10)
	var at *point
	words := 0 // of at, that were sent on this connection
	for {
		n, err := program.Read(buffer)
		if n > 0 {
			p.mu.Lock()
			if at != p.point {
				at, words = p.point, 0
			}
			sent := bytes.ToLower(buffer[:n])
			for at != nil && words < len(at.words) && bytes.Contains(sent, []byte(at.words[words])) {
				words++
			}
			reached := at != nil && words == len(at.words)
			if reached {
				p.point = nil
			}
			p.mu.Unlock()
			if reached {
				at.begin()
				close(at.reached)
			}
			if _, err := server.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
