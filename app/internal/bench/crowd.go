package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// crowd logs in from begin to end.
type crowd struct {
	manner
	address         string
	connections     []*connection
	over            chan struct{}
	logins, refused atomic.Int64
	all             sync.WaitGroup
	once            sync.Once
	err             error // of the first that failed
}

func (w *world) crowd(p *process, m manner) (*crowd, error) {
	connections, err := dialMany(p.address, m.clients)
	for i, c := range connections {
		c.post("/auth/login", loginBody(email(i), password))
	}
	return &crowd{manner: m, address: p.address, connections: connections, over: make(chan struct{})}, err
}

func (c *crowd) begin() {
	for _, one := range c.connections {
		c.all.Go(func() { c.fail(c.logIn(one)) })
	}
	for range c.halfOpen {
		c.all.Go(func() { c.fail(c.dawdle()) })
	}
}

func (c *crowd) fail(err error) {
	if err != nil {
		c.once.Do(func() { c.err = err })
	}
}

func (c *crowd) logIn(one *connection) error {
	for c.goesOn(0) {
		if err := one.do(fasthttp.StatusServiceUnavailable, fasthttp.StatusTooManyRequests); err != nil {
			return err
		}
		if one.response.StatusCode() == fasthttp.StatusOK {
			c.logins.Add(1)
			continue
		}
		c.refused.Add(1)
		after := string(one.response.Header.Peek(fasthttp.HeaderRetryAfter))
		seconds, err := strconv.Atoi(after)
		if err != nil {
			return fmt.Errorf("status %d says to come back after %q", one.response.StatusCode(), after)
		}
		if c.patient && !c.goesOn(time.Duration(seconds)*time.Second) {
			return nil
		}
	}
	return nil
}

// dawdle begins a request, waits until the service has had enough, and begins another.
func (c *crowd) dawdle() error {
	for c.goesOn(0) {
		conn, err := net.Dial("tcp", c.address)
		if err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		_, err = conn.Write([]byte("POST /auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: appl"))
		for err == nil && c.goesOn(0) {
			if err = conn.SetReadDeadline(time.Now().Add(pause)); err == nil {
				_, err = conn.Read(make([]byte, 1))
			}
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				err = nil // it waits for the rest
			}
		}
		_ = conn.Close() // nothing is to come
		if !c.goesOn(pause) {
			return nil
		}
	}
	return nil
}

// goesOn waits for so long, and reports whether the crowd is not to stop.
func (c *crowd) goesOn(pause time.Duration) bool {
	select {
	case <-c.over:
		return false
	default:
	}
	if pause == 0 {
		return true
	}
	select {
	case <-c.over:
		return false
	case <-time.After(pause):
		return true
	}
}

func (c *crowd) end() (logins, refused int64) {
	close(c.over)
	c.all.Wait()
	closeAll(c.connections)
	return c.logins.Load(), c.refused.Load()
}
