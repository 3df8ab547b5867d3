package connectrpc_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/connectrpctest"
	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// TestSecurity87_SlowCallersOfConnect connects as those do that say nothing, or stop in the middle.
// Time is real here, since sockets know no other. Red without ReadTimeout or IdleTimeout of the
// http.Server.
func TestSecurity87_SlowCallersOfConnect(t *testing.T) {
	w := serveStub(t, stubAPI{}, func(c *connectrpc.Config) {
		c.ReadTimeout, c.WriteTimeout, c.IdleTimeout = 200*time.Millisecond, 5*time.Second, 200*time.Millisecond
	})
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\x00\x00\x00\x04\x00\x00\x00\x00\x00" // and empty settings
	for name, said := range map[string]string{
		"nothing":                    "",
		"half a header":              "POST " + login + " HTTP/1.1\r\nHost: a\r\n",
		"half a body":                "POST " + login + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
		"a request and nothing more": "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"half a preface of HTTP/2":   preface[:20],
		"no request of HTTP/2":       preface,
		"half a header of HTTP/2":    preface + "\x00\x00\x01\x01\x00\x00\x00\x00\x01\x83", // no END_HEADERS
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, w.url)
			if _, err := io.WriteString(conn, said); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, conn); err != nil && isTimeout(err) {
				t.Errorf("the connection was not closed within %v", patience)
			}
		})
	}
}

// TestHalfABodyOfHTTP2IsCutOff stops in the middle of a body, and goes on with the connection.
func TestHalfABodyOfHTTP2IsCutOff(t *testing.T) {
	w := serveStub(t, stubAPI{}, func(c *connectrpc.Config) { c.ReadTimeout = 200 * time.Millisecond })
	body, rest := io.Pipe()
	defer rest.Close()
	go func() { _, _ = io.WriteString(rest, "{") }()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+login, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	client := connectrpctest.NewHTTP(true)
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body) // the stream may be reset behind the answer
	got := answer{status: response.StatusCode, body: string(text)}
	got.read(t)
	got.want(t, domain.InvalidPayload, "did not arrive")
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// TestConnectionsHaveABound opens one too many, and another when one has gone.
func TestConnectionsHaveABound(t *testing.T) {
	w := serveStub(t, stubAPI{login: func(context.Context, auth.LoginInput) (auth.Tokens, error) { return auth.Tokens{}, nil }},
		func(c *connectrpc.Config) { c.MaxConnections = 2 })
	first, second := dial(t, w.url), dial(t, w.url)
	for _, conn := range []net.Conn{first, second} { // they are accepted in order, and served
		ask(t, conn, http.StatusOK)
	}
	third := dial(t, w.url)
	response, err := http.ReadResponse(bufio.NewReader(third), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") != "1" || !strings.Contains(string(body), `"code":"unavailable"`) {
		t.Errorf("got status %d, %v, %s and %v, want 503 and the code unavailable", response.StatusCode, response.Header, body, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; {
		if next := dial(t, w.url); tryAsk(next) == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no place was given free")
		}
	}
}

func ask(t testing.TB, conn net.Conn, want int) {
	t.Helper()
	if got := tryAsk(conn); got != want {
		t.Fatalf("got status %d, want %d", got, want)
	}
}

// tryAsk logs in and returns the status, or 0 where there is none.
func tryAsk(conn net.Conn) int {
	const body = `{"email":"a","password":"b"}`
	_, err := io.WriteString(conn, "POST "+login+" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n"+body)
	if err != nil {
		return 0
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// TestSecurity87_RequestsOfConnectHaveABound sends more at once than there may be, on one connection
// of HTTP/2, and one on another, which has a place of its own. Red when takePlace looks at either kind
// of places only.
func TestSecurity87_RequestsOfConnectHaveABound(t *testing.T) {
	const most = 3
	entered, held := make(chan struct{}, most+1), make(chan struct{})
	release := sync.OnceFunc(func() { close(held) })
	defer release()
	w := serveStub(t, stubAPI{login: func(context.Context, auth.LoginInput) (auth.Tokens, error) {
		entered <- struct{}{}
		<-held
		return auth.Tokens{}, nil
	}, list: func(port.UserQuery) {}}, func(c *connectrpc.Config) { c.MaxConnections = most })
	newClient := func() connectrpctest.Client {
		client := w.client(t, protocol{h2c: true, options: []connect.ClientOption{connect.WithGRPC()}})
		if _, err := client.Users.ListUsers(t.Context(), &v1.ListUsersRequest{}); err != nil { // by the connection that it then has
			t.Fatal(err)
		}
		return client
	}
	client := newClient()
	answered := make(chan error, most+1)
	for range most + 1 {
		go func() {
			_, err := client.Auth.Login(t.Context(), &v1.LoginRequest{Email: "a", Password: "b"})
			answered <- err
		}()
	}
	for range most + 1 {
		select {
		case <-entered:
		case err := <-answered:
			t.Fatalf("got %v, want so many requests to be under way", err)
		}
	}
	_, err := client.Auth.Login(t.Context(), &v1.LoginRequest{Email: "a", Password: "b"})
	if got, ok := errors.AsType[*domain.Error](connectrpctest.Failed(err)); !ok || got.Code != domain.ServiceUnavailable || got.RetryAfter != time.Second {
		t.Errorf("got %v, want SERVICE_UNAVAILABLE and to come again in a second", err)
	}
	other := newClient()
	if _, err := other.Users.ListUsers(t.Context(), &v1.ListUsersRequest{}); err != nil {
		t.Errorf("another connection: got %v when it asked again", err)
	}
	release()
	for range most + 1 {
		if err := <-answered; err != nil {
			t.Errorf("got %v of one that had a place", err)
		}
	}
}

// TestHeadersHaveABound sends more fields than any caller has.
func TestHeadersHaveABound(t *testing.T) {
	w := newStub(t, func() (auth.Tokens, error) { return auth.Tokens{}, nil })
	for name, h2c := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		client := connectrpctest.NewHTTP(h2c)
		defer client.CloseIdleConnections()
		for length, want := range map[int]int{8 << 10: http.StatusOK, 64 << 10: http.StatusRequestHeaderFieldsTooLarge} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+login, strings.NewReader(`{"email":"a","password":"b"}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("X-Long", strings.Repeat("x", length))
			response, err := client.Do(request)
			if err != nil {
				if want == http.StatusOK || !h2c { // where the client may see for itself that it is too much
					t.Errorf("%s, %d bytes: %v", name, length, err)
				}
				continue
			}
			response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%s, %d bytes: got status %d, want %d", name, length, response.StatusCode, want)
			}
		}
	}
}
