package fiberhttp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// stubAPI knows nobody, and logs in as its function says.
type stubAPI struct {
	auth.API
	login func(ctx context.Context) (auth.Tokens, error)
}

func (s stubAPI) Authenticate(context.Context, auth.Credential) (auth.Principal, error) {
	return auth.Principal{}, nil
}

func (s stubAPI) Login(ctx context.Context, _ auth.LoginInput) (auth.Tokens, error) {
	return s.login(ctx)
}

// serveStub serves a stubAPI until the test ends.
func serveStub(t testing.TB, login func(ctx context.Context) (auth.Tokens, error), changes ...func(*fiberhttp.Config)) world {
	t.Helper()
	w := world{log: &fakes.Log{}}
	config := stubConfig(w.log)
	for _, change := range changes {
		change(&config)
	}
	w.client = client{restclient.Client{URL: start(t, config, stubAPI{login: login}), HTTP: &http.Client{Timeout: 30 * time.Second}}}
	t.Cleanup(w.client.HTTP.CloseIdleConnections)
	return w
}

func stubConfig(log io.Writer) fiberhttp.Config {
	return fiberhttp.Config{
		PublicURL: &url.URL{Scheme: "https", Host: "login.example.com"},
		Log:       slog.New(slog.NewJSONHandler(log, nil)),
	}
}

func TestNew(t *testing.T) {
	for name, public := range map[string]*url.URL{"no PublicURL": nil, "a PublicURL without a host": {Path: "/"}} {
		t.Run(name+" is an error", func(t *testing.T) {
			if _, err := fiberhttp.New(fiberhttp.Config{PublicURL: public}, stubAPI{}); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func TestShutdown(t *testing.T) {
	t.Run("finishes requests under way, and takes no others", func(t *testing.T) {
		begun, release := make(chan struct{}), make(chan struct{})
		server, err := fiberhttp.New(stubConfig(io.Discard), stubAPI{login: func(context.Context) (auth.Tokens, error) {
			close(begun)
			<-release
			return auth.Tokens{Mode: domain.ModeJSON, Access: "a", Refresh: "r", TTL: time.Minute}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		listener := listen(t)
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		w := world{client: client{restclient.Client{URL: "http://" + listener.Addr().String(), HTTP: &http.Client{Timeout: 30 * time.Second}}}}

		idle := w.dial(t)
		if _, err := io.WriteString(idle, "GET /server/ping HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		idleAnswers := bufio.NewReader(idle)
		if got, err := readAnswer(idleAnswers); err != nil || got.status != 200 {
			t.Fatalf("got %d, %v, want 200", got.status, err)
		}
		type result struct {
			got response
			err error
		}
		answered := make(chan result, 1)
		go func() {
			got, err := w.client.do(context.Background(), post("/auth/login", credentials()))
			answered <- result{got, err}
		}()
		<-begun

		stopped := make(chan error, 1)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		go func() { stopped <- server.Shutdown(ctx) }()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String()); err == nil {
			_ = conn.Close()
			t.Error("a new connection was taken")
		}
		if _, err := readAnswer(idleAnswers); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a connection without a request: got %v, want its end", err)
		}
		select {
		case err := <-stopped:
			t.Errorf("shut down before the request was answered: %v", err)
		default:
		}
		close(release)
		if got := <-answered; got.err != nil || got.got.status != 200 || !slices.Equal(dataMembers(t, got.got), []string{"access_token", "expires", "refresh_token"}) {
			t.Errorf("the request under way: got %d %s, %v, want its tokens", got.got.status, got.got.body, got.err)
		}
		if err := <-stopped; err != nil {
			t.Errorf("shut down: %v", err)
		}
	})
	t.Run("gives up when its context is done", func(t *testing.T) {
		begun, release := make(chan struct{}), make(chan struct{})
		server, err := fiberhttp.New(stubConfig(io.Discard), stubAPI{login: func(context.Context) (auth.Tokens, error) {
			close(begun)
			<-release
			return auth.Tokens{Mode: domain.ModeJSON}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		listener := listen(t)
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		w := world{client: client{restclient.Client{URL: "http://" + listener.Addr().String(), HTTP: &http.Client{Timeout: 30 * time.Second}}}}
		answered := make(chan error, 1)
		go func() {
			_, err := w.client.do(context.Background(), post("/auth/login", credentials()))
			answered <- err
		}()
		<-begun
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := server.Shutdown(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want that the context is done", err)
		}
		close(release)
		<-answered
		<-served
	})
}

// exhaustedListener fails with its errors first, one each time, as when the process has no
// descriptor left.
type exhaustedListener struct {
	net.Listener
	failures []error
}

func (l *exhaustedListener) Accept() (net.Conn, error) {
	if len(l.failures) > 0 {
		err := l.failures[0]
		l.failures = l.failures[1:]
		return nil, err
	}
	return l.Listener.Accept()
}

func TestServe(t *testing.T) {
	t.Run("goes on when a connection could not be accepted, and says so once", func(t *testing.T) {
		log := &fakes.Log{}
		server, err := fiberhttp.New(stubConfig(log), stubAPI{})
		if err != nil {
			t.Fatal(err)
		}
		listener := listen(t)
		served := make(chan error, 1)
		go func() {
			served <- server.Serve(&exhaustedListener{listener, []error{
				&net.OpError{Op: "accept", Err: syscall.EMFILE}, &net.OpError{Op: "accept", Err: syscall.EMFILE},
			}})
		}()
		w := world{client: client{restclient.Client{URL: "http://" + listener.Addr().String(), HTTP: &http.Client{Timeout: 30 * time.Second}}}}
		t.Cleanup(w.client.HTTP.CloseIdleConnections)
		if got := w.do(t, get("/server/ping")); got.status != 200 {
			t.Errorf("got %d, want 200", got.status)
		}
		if err := server.Shutdown(t.Context()); err != nil {
			t.Errorf("shut down: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: got %v, want nil", err)
		}
		if n := strings.Count(log.String(), "too many open files"); n != 1 {
			t.Errorf("the log tells it %d times, want once: %s", n, log.String())
		}
	})
}

func TestFailures(t *testing.T) {
	t.Run("a panic is 500 and shows nothing of it", func(t *testing.T) {
		for name, fail := range map[string]func(){
			"text":    func() { panic("needle") },
			"error":   func() { panic(errors.New("needle")) },
			"runtime": func() { _ = []string{"needle"}[len(password)] },
			"failure": func() { panic(&domain.Error{Code: domain.Forbidden, Message: "needle"}) },
		} {
			w := serveStub(t, func(context.Context) (auth.Tokens, error) { fail(); return auth.Tokens{}, nil })
			wantInternal(t, name, w.do(t, post("/auth/login", credentials())))
			if log := w.log.String(); !strings.Contains(log, "panic: ") || !strings.Contains(log, "lifecycle_test.go") || strings.Count(log, "\n") != 1 {
				t.Errorf("%s: got %s, want one line that tells what happened", name, log)
			}
			if got := w.do(t, get("/server/ping")); got.status != 200 {
				t.Errorf("%s: then got %d, want 200", name, got.status)
			}
		}
	})
	t.Run("an error that is no failure of ours is 500 and shows nothing of it", func(t *testing.T) {
		for name, failed := range map[string]error{
			"plain":         errors.New("needle"),
			"marked so":     &domain.Error{Code: domain.Internal, Message: "needle", Err: errors.New("needle")},
			"unknown code":  &domain.Error{Code: "NEEDLE_BROKEN"},
			"another's end": context.Canceled,
		} {
			w := serveStub(t, func(context.Context) (auth.Tokens, error) { return auth.Tokens{}, failed })
			wantInternal(t, name, w.do(t, post("/auth/login", credentials())))
			if log := w.log.String(); !strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, `"cause":`) || strings.Count(log, "\n") != 1 {
				t.Errorf("%s: got %s, want one line that tells what happened", name, log)
			}
		}
	})
	t.Run("work that takes too long is 503", func(t *testing.T) {
		short := func(c *fiberhttp.Config) { c.RequestTimeout = 20 * time.Millisecond }
		w := serveStub(t, func(ctx context.Context) (auth.Tokens, error) {
			<-ctx.Done()
			return auth.Tokens{}, fmt.Errorf("wait: %w", ctx.Err())
		}, short)
		got := w.do(t, post("/auth/login", credentials()))
		checkEnvelope(t, got)
		wantFailure(t, got, 503, domain.ServiceUnavailable)
	})
	t.Run("a store that does not answer is 503", func(t *testing.T) {
		w := newWorld(t, unlimited(), func(c *fiberhttp.Config) { c.RequestTimeout = 20 * time.Millisecond })
		w.faults.Set(func(ctx context.Context, method string) error {
			if method != "Users.ByEmail" {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		})
		got := w.do(t, post("/auth/login", credentials()))
		checkEnvelope(t, got)
		wantFailure(t, got, 503, domain.ServiceUnavailable)
		if after := got.header.Get("Retry-After"); after != "1" {
			t.Errorf("Retry-After: got %q, want 1", after)
		}
	})
	t.Run("every class of failure has its status, and Retry-After is a whole number", func(t *testing.T) {
		statuses := map[domain.Class]int{
			domain.ClassInvalid: 400, domain.ClassUnauthenticated: 401, domain.ClassForbidden: 403, domain.ClassNotFound: 404,
			domain.ClassMethod: 405, domain.ClassMedia: 415, domain.ClassConflict: 400, domain.ClassUnprocessable: 422,
			domain.ClassLimited: 429, domain.ClassUnavailable: 503, domain.ClassInternal: 500,
		}
		for _, info := range domain.Codes() {
			w := serveStub(t, func(context.Context) (auth.Tokens, error) {
				e := domain.NewError(info.Code, nil)
				e.RetryAfter = time.Nanosecond
				return auth.Tokens{}, e
			})
			got := w.do(t, post("/auth/login", credentials()))
			checkEnvelope(t, got)
			wantFailure(t, got, statuses[info.Class], info.Code)
			if message := failureIn(t, got).Message; info.Code != domain.RouteNotFound && message != info.Message {
				t.Errorf("%s: got message %q, want %q", info.Code, message, info.Message)
			}
			if after := got.header.Get("Retry-After"); after != "1" {
				t.Errorf("%s: Retry-After: got %q, want 1", info.Code, after)
			}
		}
	})
}

// wantInternal fails the test unless the answer says that something went wrong, and no more.
func wantInternal(t *testing.T, name string, got response) {
	t.Helper()
	checkEnvelope(t, got)
	want := `{"errors":[{"message":"An unexpected error occurred.","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
	if got.status != 500 || string(got.body) != want {
		t.Errorf("%s: got %d %s, want 500 %s", name, got.status, got.body, want)
	}
}

func TestUnknownMethods(t *testing.T) {
	w := newWorld(t, unlimited())
	for _, method := range []string{"BREW", "PROPFIND", "get", "POSTX", "LINK"} {
		for path, allow := range map[string]string{
			"/users/me": "GET, HEAD, PATCH", "/users/me/?fields=id": "GET, HEAD, PATCH", "/server/ping": "GET, HEAD",
			"/users/x": "DELETE, GET, HEAD, PATCH", "/Users/x/": "DELETE, GET, HEAD, PATCH", "/users": "DELETE, GET, HEAD, PATCH, POST",
			"/auth/sessions": "DELETE, GET, HEAD", "/auth/sessions/x": "DELETE", "/users/x/y": "GET, HEAD, POST",
			"/auth/password/reset": "POST", "/nowhere": "GET, HEAD, POST", "/": "GET, HEAD, POST",
		} {
			answers := w.exchange(t, method+" "+path+" HTTP/1.1\r\nHost: a\r\n\r\n")
			if len(answers) != 1 {
				t.Fatalf("%s %s: got %d answers, want 1", method, path, len(answers))
			}
			checkEnvelope(t, answers[0])
			wantFailure(t, answers[0], 405, domain.MethodNotAllowed)
			if got := answers[0].header.Get("Allow"); got != allow {
				t.Errorf("%s %s: got Allow %q, want %q", method, path, got, allow)
			}
		}
	}
}

func TestRequestID(t *testing.T) {
	w := newWorld(t, unlimited())
	made := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	ask := func(t *testing.T, id string) string {
		t.Helper()
		asked := get("/server/ping")
		asked.header = http.Header{"X-Request-Id": {id}}
		return w.do(t, asked).header.Get("X-Request-Id")
	}
	for _, id := range []string{"a", "0af7651916cd43dd8448eb211c80319c", "A-b_c.9", strings.Repeat("x", 64)} {
		t.Run("kept: "+id, func(t *testing.T) {
			if got := ask(t, id); got != id {
				t.Errorf("got %q, want %q", got, id)
			}
			if !strings.Contains(w.log.String(), `"request_id":"`+id+`"`) {
				t.Error("the log does not have it")
			}
		})
	}
	for _, id := range []string{"", strings.Repeat("x", 65), "a b", "a\"b", "a;b", "ä", "<script>", "a/b", "${jndi:x}"} {
		t.Run("replaced: "+id, func(t *testing.T) {
			first, second := ask(t, id), ask(t, id)
			if !made.MatchString(first) || !made.MatchString(second) || first == second {
				t.Errorf("got %q and %q, want two fresh ones", first, second)
			}
			if !strings.Contains(w.log.String(), `"request_id":"`+first+`"`) {
				t.Error("the log does not have it")
			}
		})
	}
	t.Run("errors have one, too", func(t *testing.T) {
		if got := w.do(t, get("/nowhere")).header.Get("X-Request-Id"); !made.MatchString(got) {
			t.Errorf("got %q, want a fresh one", got)
		}
	})
}
