package fiberhttp_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity87_SlowClients: who says nothing, or says it slowly, or does not listen, is
// cut off after a while, and nobody else waits for it. Time is real here, since sockets
// know no other.
//
// Red without ReadTimeout, WriteTimeout or IdleTimeout in the fiber.Config of server.go,
// when boundedListener takes any number, when lingeringConn does not say that it closed, and
// when answerUnread answers where nothing was said or sets no deadline.
func TestSecurity87_SlowClients(t *testing.T) {
	impatient := func(c *fiberhttp.Config) {
		c.ReadTimeout, c.WriteTimeout, c.IdleTimeout = 500*time.Millisecond, 500*time.Millisecond, 500*time.Millisecond
	}
	const ping = "GET /server/ping HTTP/1.1\r\nHost: a\r\n\r\n"

	t.Run("half-open requests are cut off, and good logins go on", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, unlimited(), impatient)
		w.seed(t, "ann@example.com")
		var slow []net.Conn
		for range 200 {
			conn := w.dial(t)
			if _, err := io.WriteString(conn, "POST /auth/login HTTP/1.1\r\nHost: a\r\nX-Begun"); err != nil {
				t.Fatal(err)
			}
			slow = append(slow, conn)
		}
		w.login(t, "ann@example.com", domain.ModeJSON)
		for _, conn := range slow {
			answers, err := readAnswers(conn)
			if err != nil {
				t.Fatalf("the connection was not closed: %v", err)
			}
			if len(answers) == 1 {
				checkEnvelope(t, answers[0])
				wantFailure(t, answers[0], 400, domain.InvalidPayload)
			}
		}
		w.client.HTTP.CloseIdleConnections() // the one of before may be just about to be closed
		w.login(t, "ann@example.com", domain.ModeJSON)
	})
	t.Run("a connection on which nothing is sent ends without a word", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, unlimited(), impatient, func(c *fiberhttp.Config) { c.MaxConnections = 1 })
		if said, err := io.ReadAll(w.dial(t)); err != nil || len(said) > 0 {
			t.Errorf("got %q, %v, want the end alone", said, err)
		}
		if log := w.log.String(); log != "" {
			t.Errorf("got the log %s, want none", log)
		}
		w.do(t, get("/server/ping")) // there is room again
	})
	t.Run("a second request that does not come ends without a word, and half a one is answered", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, unlimited(), impatient)
		for second, want := range map[string]int{"": 1, "GET /server": 2} {
			conn := w.dial(t)
			if _, err := io.WriteString(conn, ping+second); err != nil {
				t.Fatal(err)
			}
			answers, err := readAnswers(conn)
			if err != nil || len(answers) != want {
				t.Errorf("after %q: got %d answers, %v, want %d", second, len(answers), err, want)
			}
			if len(answers) == 2 {
				checkEnvelope(t, answers[1])
				wantFailure(t, answers[1], 400, domain.InvalidPayload)
			}
		}
	})
	t.Run("a header that drips is cut off", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, unlimited(), impatient)
		conn := w.dial(t)
		if _, err := io.WriteString(conn, "GET /server/ping HTTP/1.1\r\nHost: a\r\nX: "); err != nil {
			t.Fatal(err)
		}
		wantEndOf(t, conn, func() error { _, err := conn.Write([]byte("x")); return err })
	})
	t.Run("a body that drips is cut off", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, unlimited(), impatient)
		conn := w.dial(t)
		if _, err := io.WriteString(conn, "POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		wantEndOf(t, conn, func() error { _, err := conn.Write([]byte(" ")); return err })
	})
	t.Run("a connection that is not used is closed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, unlimited(), func(c *fiberhttp.Config) { c.ReadTimeout, c.IdleTimeout = time.Minute, 500*time.Millisecond })
		if answers := w.exchange(t, ping+ping); len(answers) != 2 {
			t.Errorf("got %d answers, want 2", len(answers))
		}
	})
	t.Run("a client that does not listen is cut off", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, unlimited(), impatient)
		conn := w.dial(t)
		if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
		many := strings.Repeat(ping, 1000)
		for {
			if _, err := io.WriteString(conn, many); err != nil {
				if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
					t.Errorf("the connection was not closed: %v", err)
				}
				return
			}
		}
	})
	t.Run("connections are bounded, and there is room again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, unlimited(), func(c *fiberhttp.Config) { c.MaxConnections = 3 })
		var held []net.Conn
		for range 3 {
			conn := w.dial(t)
			if _, err := io.WriteString(conn, ping); err != nil {
				t.Fatal(err)
			}
			if got, err := readAnswer(bufio.NewReader(conn)); err != nil || got.status != 200 {
				t.Fatalf("got %d, %v, want 200", got.status, err)
			}
			held = append(held, conn)
		}
		answers, err := readAnswers(w.dial(t))
		if err != nil || len(answers) != 1 {
			t.Fatalf("got %d answers, %v, want one and the end", len(answers), err)
		}
		checkEnvelope(t, answers[0])
		wantFailure(t, answers[0], 503, domain.ServiceUnavailable)
		if after := answers[0].header.Get("Retry-After"); after != "1" {
			t.Errorf("Retry-After: got %q, want 1", after)
		}
		for _, conn := range held {
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
		}
		for deadline := time.Now().Add(patience); ; {
			conn := w.dial(t)
			if _, err := io.WriteString(conn, ping); err == nil {
				if got, err := readAnswer(bufio.NewReader(conn)); err == nil && got.status == 200 {
					return
				}
			}
			if time.Now().After(deadline) {
				t.Fatal("there is no room again")
			}
		}
	})
}

// wantEndOf keeps sending with little pauses, and fails the test unless the server ends the
// connection all the same.
func wantEndOf(t *testing.T, conn net.Conn, send func() error) {
	t.Helper()
	ended := make(chan struct{})
	var dripping sync.WaitGroup
	dripping.Go(func() {
		drop := time.NewTicker(20 * time.Millisecond)
		defer drop.Stop()
		for {
			select {
			case <-ended:
				return
			case <-drop.C:
				if send() != nil {
					return
				}
			}
		}
	})
	answers, err := readAnswers(conn)
	close(ended)
	dripping.Wait()
	if err != nil {
		t.Errorf("the connection was not closed: %v", err)
	}
	if slices.ContainsFunc(answers, func(got response) bool { return got.status < 400 }) {
		t.Errorf("got %v, want no success", answers)
	}
}
