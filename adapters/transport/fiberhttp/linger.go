package fiberhttp

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// A connection that is closed while its client still sends is reset, and the reset may
// overtake the answer. So the answer to a body that is too large is followed by a while of
// reading on, as other servers do, bounded in bytes and in time.
const (
	lingerBytes = 8 << 20
	lingerTime  = 2 * time.Second
)

// lingeringListener hands out connections that can linger.
type lingeringListener struct{ net.Listener }

func (l lingeringListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingeringConn{Conn: conn}, nil
}

// lingeringConn reads on before it closes, once linger has been called.
type lingeringConn struct {
	net.Conn
	lingers atomic.Bool
}

func (c *lingeringConn) linger() { c.lingers.Store(true) }

func (c *lingeringConn) Close() error {
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
