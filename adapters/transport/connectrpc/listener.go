package connectrpc

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
)

// boundedListener hands out as many connections at a time as it has places. One more is told so
// and closed, rather than left to wait for nobody knows how long.
type boundedListener struct {
	net.Listener
	places   places
	turnAway func(net.Conn)
}

// Accept returns the next connection that there is a place for.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.places.take() {
			return &placedConn{Conn: conn, leave: sync.OnceFunc(l.places.leave)}, nil
		}
		l.turnAway(conn)
	}
}

// placedConn gives its place free when it is closed.
type placedConn struct {
	net.Conn
	leave func() // may be called more than once
}

func (c *placedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// CloseWrite lets the server wait for what the client still sends before it closes, so that no
// reset overtakes an answer.
func (c *placedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// turnAwayTime bounds how long one connection too many can hold up the others. What is written
// fits into the socket's buffer.
const turnAwayTime = time.Second

// turnAway answers in HTTP/1.1, as a call of Connect is answered, and closes: which version the
// caller speaks, it has not said yet.
func (s *Server) turnAway(conn net.Conn) {
	failure := s.shown(tooMany("there are too many connections"))
	body := `{"code":"` + failure.Code().String() + `","message":` + strconv.Quote(failure.Message()) + `}`
	header := http.Header{}
	httpedge.Protect(header.Set, s.config.PublicURL)
	header.Set("Content-Type", "application/json")
	header.Set("Retry-After", failure.Meta().Get("Retry-After"))
	answer := http.Response{
		StatusCode: http.StatusServiceUnavailable, ProtoMajor: 1, ProtoMinor: 1, Header: header,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Close: true,
	}
	if err := conn.SetDeadline(time.Now().Add(turnAwayTime)); err == nil {
		_ = answer.Write(conn) // whether it arrives or not, the connection ends here
	}
	_ = conn.Close()
	s.config.Log.Warn("connection refused", "code", "SERVICE_UNAVAILABLE", "reason", "there are too many connections")
}
