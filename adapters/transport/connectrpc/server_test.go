package connectrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
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
