package fiberhttp_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// patience is how long a test waits for a socket. It passes only where the test fails.
const patience = 10 * time.Second

// dial opens a connection to the server, without any HTTP client's opinion on what may go
// over it.
func (w world) dial(t testing.TB) net.Conn {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(w.client.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// exchange sends the bytes over a connection of their own, and returns every answer until
// the server closes it. It fails the test when the server does not.
func (w world) exchange(t testing.TB, request string) []response {
	t.Helper()
	conn := w.dial(t)
	// The server may close before it has read all, which is its right.
	_, _ = io.WriteString(conn, request)
	answers, err := readAnswers(conn)
	if err != nil {
		t.Errorf("the connection was not closed: %v", err)
	}
	return answers
}

// readAnswers reads answers until the connection ends. A reset is an end, too.
func readAnswers(conn io.Reader) ([]response, error) {
	var answers []response
	buffered := bufio.NewReader(conn)
	for {
		got, err := readAnswer(buffered)
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			return answers, err
		}
		if err != nil {
			return answers, nil
		}
		answers = append(answers, got)
	}
}

func readAnswer(conn *bufio.Reader) (response, error) {
	answer, err := http.ReadResponse(conn, nil)
	if err != nil {
		return response{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return response{status: answer.StatusCode, header: answer.Header, body: body}, err
}
