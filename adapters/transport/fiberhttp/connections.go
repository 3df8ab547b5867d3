package fiberhttp

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// boundedListener hands out connections that can linger, and at most max at a time. One
// more is told so and closed, rather than left to wait for nobody knows how long.
//
// No failure but its own end is for Accept to return: fasthttp would stop serving for good,
// where the process or the machine has only run out of descriptors or memory for a while.
type boundedListener struct {
	net.Listener
	max      int64
	open     atomic.Int64
	turnAway func(net.Conn)
	failed   func(error)     // told of each failure that is waited out
	ended    <-chan struct{} // closed when nobody is served any more
}

func (l *boundedListener) Accept() (net.Conn, error) {
	var wait backoff
	for {
		conn, err := l.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil, err
		case err != nil:
			l.failed(err)
			if !wait.until(l.ended) {
				return nil, net.ErrClosed
			}
			continue
		}
		wait = backoff{}
		if l.open.Add(1) <= l.max {
			return &lingeringConn{Conn: conn, closed: sync.OnceFunc(func() { l.open.Add(-1) })}, nil
		}
		l.open.Add(-1)
		l.turnAway(conn)
	}
}

// The pauses between attempts to accept that fail, as those of net/http are.
const (
	firstAcceptPause   = 5 * time.Millisecond
	longestAcceptPause = time.Second
)

// backoff waits twice as long each time. The zero value waits firstAcceptPause next.
type backoff struct{ last time.Duration }

// until waits, and reports false when it was for nothing, because ended is closed.
func (b *backoff) until(ended <-chan struct{}) bool {
	b.last = min(max(2*b.last, firstAcceptPause), longestAcceptPause)
	pause := time.NewTimer(b.last)
	defer pause.Stop()
	select {
	case <-ended:
		return false
	case <-pause.C:
		return true
	}
}

// acceptFailureInterval is the time in which failures to accept leave one line in the log.
// There may be a thousand of them in it.
const acceptFailureInterval = 10 * time.Second

// logAcceptFailures returns a function that logs the first failure, and one more each
// acceptFailureInterval. It is for one goroutine.
func (s *Server) logAcceptFailures() func(error) {
	var next time.Time
	return func(err error) {
		now := s.config.Now()
		if now.Before(next) {
			return
		}
		next = now.Add(acceptFailureInterval)
		s.config.Log.Error("connections cannot be accepted for now", "error", err)
	}
}

// turnAwayTime bounds how long one connection too many can hold up the others. What is
// written fits into the socket's buffer.
const turnAwayTime = time.Second

// turnAway answers in the envelope, without reading a request, and closes.
func (s *Server) turnAway(conn net.Conn) {
	e := domain.NewError(domain.ServiceUnavailable, errors.New("there are too many connections"))
	e.RetryAfter = time.Second
	var fctx fasthttp.RequestCtx
	fctx.SetRemoteAddr(conn.RemoteAddr())
	s.refuse(&fctx, nil, e)
	if err := conn.SetDeadline(time.Now().Add(turnAwayTime)); err == nil {
		_, _ = fctx.Response.WriteTo(conn) // whether it arrives or not, the connection ends here
	}
	_ = conn.Close()
}

// A connection that is closed while its client still sends is reset, and the reset may
// overtake the answer. So the answer to a body that is too large is followed by a while of
// reading on, as other servers do, bounded in bytes and in time.
const (
	lingerBytes = 8 << 20
	lingerTime  = 2 * time.Second
)

// lingeringConn reads on before it closes, once linger has been called. It knows whether its
// client has ever said anything.
type lingeringConn struct {
	net.Conn
	spoken  atomic.Bool
	lingers atomic.Bool
	closed  func() // may be called more than once
}

func (c *lingeringConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && !c.spoken.Load() {
		c.spoken.Store(true)
	}
	return n, err
}

func (c *lingeringConn) linger() { c.lingers.Store(true) }

func (c *lingeringConn) Close() error {
	defer c.closed()
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && c.lingers.Swap(false) {
		if err := half.CloseWrite(); err == nil {
			c.drain()
		}
	}
	return c.Conn.Close()
}

// drain reads and forgets. Whether the client stops, fails or goes on too long is all the
// same: the connection is closed next.
func (c *lingeringConn) drain() {
	if err := c.SetReadDeadline(time.Now().Add(lingerTime)); err != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes)
}
