package connectrpc_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
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

// patience is how long a test waits for what is bound to come.
const patience = 30 * time.Second

func TestNewWantsToKnowWhoAndWhere(t *testing.T) {
	w := newStub(t, nil)
	for name, change := range map[string]func(*connectrpc.Config){
		"PublicURL": func(c *connectrpc.Config) { c.PublicURL = nil },
		"a host":    func(c *connectrpc.Config) { c.PublicURL = &url.URL{Path: "/"} },
		"Client":    func(c *connectrpc.Config) { c.Client = nil },
	} {
		if _, err := connectrpc.New(w.config(change), stubAPI{}); err == nil {
			t.Errorf("%s: got a server without", name)
		}
	}
}

// TestTheCallerIsWhoTheConfigurationSays looks at what reaches the use case besides the message.
func TestTheCallerIsWhoTheConfigurationSays(t *testing.T) {
	var got auth.LoginInput
	w := serveStub(t, stubAPI{login: func(_ context.Context, in auth.LoginInput) (auth.Tokens, error) {
		got = in
		return auth.Tokens{}, nil
	}}, func(c *connectrpc.Config) {
		c.Client = func(r *http.Request) domain.Client {
			return domain.Client{IP: r.Header.Get("X-Forwarded-For"), UserAgent: r.UserAgent()}
		}
	})
	w.post(t, login, `{"email":"a","password":"b","device":"d","otp":"123456","mode":"MODE_SESSION"}`, http.Header{
		"X-Forwarded-For": {"192.0.2.7"}, "User-Agent": {"a program"},
	})
	want := auth.LoginInput{
		Email: "a", Password: "b", OTP: "123456", Device: "d", Mode: domain.ModeSession,
		Client: domain.Client{IP: "192.0.2.7", UserAgent: "a program"},
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestOneLineOfTheLogForEachCall reads it: no secret is in it, and of what failed why.
func TestOneLineOfTheLogForEachCall(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		level  string
		status float64
		code   any
		cause  any
	}{
		"done":        {nil, "INFO", 200, nil, nil},
		"refused":     {domain.NewError(domain.InvalidCredentials, errors.New("why")), "INFO", 401, "INVALID_CREDENTIALS", nil},
		"limited":     {domain.NewError(domain.RequestsExceeded, errors.New("why")), "WARN", 429, "REQUESTS_EXCEEDED", nil},
		"busy":        {domain.NewError(domain.ServiceUnavailable, port.ErrBusy), "WARN", 503, "SERVICE_UNAVAILABLE", port.ErrBusy.Error()},
		"unavailable": {domain.NewError(domain.ServiceUnavailable, errors.New("why")), "ERROR", 503, "SERVICE_UNAVAILABLE", "why"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newStub(t, func() (auth.Tokens, error) { return auth.Tokens{Access: "hunter2"}, c.err })
			got := w.post(t, login+"?access_token=hunter2", `{"email":"hunter2","password":"hunter2"}`, http.Header{"X-Request-Id": {"id-1"}})
			if id := got.header.Get("X-Request-Id"); id != "id-1" {
				t.Errorf("got request ID %q, want the caller's", id)
			}
			text := w.awaitLog(t, 1)
			if strings.Contains(text, "hunter2") || strings.Count(text, "\n") != 1 {
				t.Fatalf("got %s, want one line without a secret", text)
			}
			var line map[string]any
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatal(err)
			}
			for key, want := range map[string]any{
				"level": c.level, "msg": "request", "request_id": "id-1", "method": "POST", "path": login,
				"status": c.status, "ip": "127.0.0.1", "code": c.code, "cause": c.cause,
			} {
				if line[key] != want {
					t.Errorf("%s: got %v, want %v", key, line[key], want)
				}
			}
		})
	}
	t.Run("an ID that is no word", func(t *testing.T) {
		w := newStub(t, func() (auth.Tokens, error) { return auth.Tokens{}, nil })
		for _, id := range []string{"a b", "\u00e9", strings.Repeat("x", 65), ""} {
			got := w.post(t, login, `{"email":"a","password":"b"}`, http.Header{"X-Request-Id": {id}}).header.Get("X-Request-Id")
			if got == id || got == "" {
				t.Errorf("got request ID %q, want another than %q", got, id)
			}
		}
	})
}

// awaitLog returns the log as soon as it has that many lines: they follow the answers.
func (w world) awaitLog(t testing.TB, lines int) string {
	t.Helper()
	limit, look := time.NewTimer(patience), time.NewTicker(time.Millisecond)
	defer limit.Stop()
	defer look.Stop()
	for strings.Count(w.log.String(), "\n") < lines {
		select {
		case <-look.C:
		case <-limit.C:
			t.Fatalf("got %s within %v, want %d lines", w.log, patience, lines)
		}
	}
	return w.log.String()
}

// TestWorkHasAnEnd wants SERVICE_UNAVAILABLE of work that takes too long, and that neither a
// caller's own limit nor its absence ends it sooner.
func TestWorkHasAnEnd(t *testing.T) {
	t.Run("by the limit of the service", func(t *testing.T) {
		w := serveStub(t, stubAPI{login: func(ctx context.Context, _ auth.LoginInput) (auth.Tokens, error) {
			<-ctx.Done()
			return auth.Tokens{}, ctx.Err()
		}}, func(c *connectrpc.Config) { c.RequestTimeout = 50 * time.Millisecond })
		w.post(t, login, `{"email":"a","password":"b"}`, nil).want(t, domain.ServiceUnavailable, "")
	})
	for name, header := range map[string]http.Header{
		"Connect": {"Connect-Timeout-Ms": {"1"}},
		"gRPC":    {"Grpc-Timeout": {"1m"}, "Content-Type": {"application/grpc-web+json"}},
	} {
		t.Run("not by that of a caller of "+name, func(t *testing.T) {
			var limit time.Duration
			w := serveStub(t, stubAPI{login: func(ctx context.Context, _ auth.LoginInput) (auth.Tokens, error) {
				deadline, _ := ctx.Deadline()
				limit = time.Until(deadline)
				return auth.Tokens{}, nil
			}})
			body := `{"email":"a","password":"b"}`
			if name == "gRPC" {
				body = "\x00\x00\x00\x00" + string(rune(len(body))) + body
			}
			w.post(t, login, body, header)
			if limit < 10*time.Second || limit > 15*time.Second {
				t.Errorf("got %v left, want nearly 15 s", limit)
			}
		})
	}
	t.Run("not by a caller that leaves", func(t *testing.T) {
		began, gone, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		w := serveStub(t, stubAPI{login: func(ctx context.Context, _ auth.LoginInput) (auth.Tokens, error) {
			close(began)
			<-gone
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond): // the server would have noticed by then
			}
			ended <- ctx.Err()
			return auth.Tokens{}, nil
		}})
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan struct{})
		go func() {
			defer close(left)
			_, _ = w.client(t, protocols()[0]).Login(ctx, loginInput())
		}()
		<-began
		leave()
		<-left
		close(gone)
		if err := <-ended; err != nil {
			t.Errorf("got %v, want the work to go on", err)
		}
	})
}

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

func dial(t testing.TB, at string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(at, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
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

// TestShutdownFinishesWhatIsUnderWay stops the server while it works on a call, in each protocol.
func TestShutdownFinishesWhatIsUnderWay(t *testing.T) {
	for _, p := range protocols() {
		t.Run(p.name, func(t *testing.T) {
			entered, release := make(chan struct{}), make(chan struct{})
			w := newStub(t, nil)
			server, err := connectrpc.New(w.config(), stubAPI{login: func(context.Context, auth.LoginInput) (auth.Tokens, error) {
				close(entered)
				<-release
				return auth.Tokens{Mode: domain.ModeJSON, Access: "a", Refresh: "r"}, nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			served, stopped, answered := make(chan error, 1), make(chan error, 1), make(chan error, 1)
			go func() { served <- server.Serve(listener) }()
			w.url = "http://" + listener.Addr().String()
			client := w.client(t, p)
			go func() {
				_, err := client.Login(t.Context(), loginInput())
				answered <- err
			}()
			<-entered
			go func() { stopped <- server.Shutdown(t.Context()) }()
			if err := <-served; err != nil {
				t.Errorf("got %v from Serve, want nil", err)
			}
			if conn, err := net.Dial("tcp", listener.Addr().String()); err == nil {
				conn.Close()
				t.Error("the server takes connections while it stops")
			}
			select {
			case err := <-stopped:
				t.Fatalf("got %v from Shutdown with a call under way", err)
			default:
			}
			close(release)
			if err := <-answered; err != nil {
				t.Errorf("got %v of the call that was under way", err)
			}
			if err := <-stopped; err != nil {
				t.Errorf("got %v from Shutdown", err)
			}
		})
	}
}

// TestShutdownHasAnEnd stops the server while a call does not end.
func TestShutdownHasAnEnd(t *testing.T) {
	for _, p := range protocols() {
		t.Run(p.name, func(t *testing.T) {
			entered, release := make(chan struct{}), make(chan struct{})
			defer close(release)
			w := newStub(t, nil)
			server, err := connectrpc.New(w.config(), stubAPI{login: func(context.Context, auth.LoginInput) (auth.Tokens, error) {
				close(entered)
				<-release
				return auth.Tokens{}, nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			go func() { _ = server.Serve(listener) }()
			w.url = "http://" + listener.Addr().String()
			client, answered := w.client(t, p), make(chan error, 1)
			go func() {
				_, err := client.Login(t.Context(), loginInput())
				answered <- err
			}()
			<-entered
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			if err := server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want that the time is over", err)
			}
			if err := <-answered; err == nil {
				t.Error("got an answer of a call that was cut off")
			}
		})
	}
}

func TestServeAfterShutdownClosesTheListener(t *testing.T) {
	w := newStub(t, nil)
	server, err := connectrpc.New(w.config(), stubAPI{})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(listener); err != nil {
		t.Errorf("got %v, want nil", err)
	}
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want the listener closed", err)
	}
}

// TestServeTellsOfAListenerThatFails hands it one that is closed already.
func TestServeTellsOfAListenerThatFails(t *testing.T) {
	w := newStub(t, nil)
	server, err := connectrpc.New(w.config(), stubAPI{})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := server.Serve(listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want net.ErrClosed", err)
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
