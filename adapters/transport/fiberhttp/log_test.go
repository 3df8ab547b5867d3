package fiberhttp_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// logLine is what the tests below look at of a line of the log.
type logLine struct {
	Level, Msg, Method, Path, IP, Peer, Code, Reason string
	Status                                           int

	RequestID string `json:"request_id"`
	Cause     string
}

// logLines returns every line of the log.
func (w world) logLines(t testing.TB) []logLine {
	t.Helper()
	var lines []logLine
	for decoder := json.NewDecoder(strings.NewReader(w.log.String())); decoder.More(); {
		var l logLine
		if err := decoder.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// onlyLogLine returns the line of the log, of which there has to be one.
func (w world) onlyLogLine(t testing.TB) logLine {
	t.Helper()
	lines := w.logLines(t)
	if len(lines) != 1 {
		t.Fatalf("got %d lines, want 1: %s", len(lines), w.log.String())
	}
	return lines[0]
}

// TestRequestLog: each request leaves one line, which says what was answered and holds
// nothing that the client may have wanted to keep.
func TestRequestLog(t *testing.T) {
	t.Run("one line a request, without query and body", func(t *testing.T) {
		w := serveStub(t, func(context.Context) (auth.Tokens, error) { return auth.Tokens{}, errors.New("broken") })
		w.do(t, get("/server/ping?access_token=needle"))
		w.do(t, get("/a//b/%2e?needle"))
		w.do(t, post("/auth/login", credentials("password", "needle")))
		lines := w.logLines(t)
		for i := range lines {
			lines[i].RequestID = ""
		}
		if want := []logLine{
			{Level: "INFO", Msg: "request", Method: "GET", Path: "/server/ping", IP: "127.0.0.1", Status: 200},
			{Level: "INFO", Msg: "request", Method: "GET", Path: "/a//b/%2e", IP: "127.0.0.1", Status: 404, Code: "ROUTE_NOT_FOUND"},
			{Level: "ERROR", Msg: "request", Method: "POST", Path: "/auth/login", IP: "127.0.0.1", Status: 500, Code: "INTERNAL_SERVER_ERROR", Cause: "broken"},
		}; !slices.Equal(lines, want) {
			t.Errorf("got %+v, want %+v", lines, want)
		}
		if strings.Contains(w.log.String(), "needle") {
			t.Errorf("the log holds what came in query or body: %s", w.log.String())
		}
	})
	t.Run("a mounted handler says why it refused", func(t *testing.T) {
		for name, test := range map[string]struct {
			err         error
			level, code string
		}{
			"a wrong password":    {domain.NewError(domain.InvalidCredentials, nil), "INFO", "INVALID_CREDENTIALS"},
			"too much work":       {domain.NewError(domain.ServiceUnavailable, port.ErrBusy), "WARN", "SERVICE_UNAVAILABLE"},
			"a port that fails":   {domain.NewError(domain.ServiceUnavailable, io.EOF), "ERROR", "SERVICE_UNAVAILABLE"},
			"a form of elsewhere": {errors.New("no code of ours"), "INFO", ""},
		} {
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				httpedge.NoteFailure(r.Context(), test.err)
				status := http.StatusForbidden
				if failure, ok := errors.AsType[*domain.Error](test.err); ok {
					status = httpedge.Status(failure.Code.Info().Class)
				}
				w.WriteHeader(status)
			})
			w := newWorld(t, auth.DefaultSettings(), func(c *fiberhttp.Config) {
				c.Mounts = []fiberhttp.Mount{{Path: "/admin", Handler: handler}}
			})
			w.do(t, get("/admin/login"))
			if got := w.onlyLogLine(t); got.Code != test.code || got.Level != test.level || got.Cause != "" {
				t.Errorf("%s: got %+v, want code %q at level %s", name, got, test.code, test.level)
			}
		}
	})
	t.Run("levels tell what is broken from what is turned away and from day by day", func(t *testing.T) {
		busy := fmt.Errorf("hash password: %w", port.ErrBusy)
		down := errors.New("the database is gone")
		for name, test := range map[string]struct {
			err          error
			level, cause string
		}{
			"a wrong password":        {domain.NewError(domain.InvalidCredentials, port.ErrNotFound), "INFO", ""},
			"bad input":               {domain.InvalidPayloadError("email", "no"), "INFO", ""},
			"a conflict":              {domain.NewError(domain.RecordNotUnique, nil), "INFO", ""},
			"a limit":                 {domain.NewError(domain.RequestsExceeded, nil), "WARN", ""},
			"too much work":           {domain.NewError(domain.ServiceUnavailable, busy), "WARN", busy.Error()},
			"a port that fails":       {domain.NewError(domain.ServiceUnavailable, down), "ERROR", down.Error()},
			"work that took too long": {context.DeadlineExceeded, "ERROR", context.DeadlineExceeded.Error()},
			"a mistake of ours":       {domain.NewError(domain.Internal, down), "ERROR", down.Error()},
		} {
			w := serveStub(t, func(context.Context) (auth.Tokens, error) { return auth.Tokens{}, test.err })
			w.do(t, post("/auth/login", credentials()))
			if got := w.onlyLogLine(t); got.Level != test.level || got.Cause != test.cause {
				t.Errorf("%s: got %s with the cause %q, want %s with %q", name, got.Level, got.Cause, test.level, test.cause)
			}
		}
	})
}

// TestRefusalLog: what is refused before it is a request to Fiber leaves one line, too, which
// names who sent it, and is found again by the ID in the answer.
func TestRefusalLog(t *testing.T) {
	chunked := "Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
	for name, test := range map[string]struct {
		request        string
		method, reason string
		level          string
		status         int
	}{
		"ambiguous":                 {"POST /needle HTTP/1.1\r\n" + chunked, "POST", "it may end in two places", "WARN", 400},
		"malformed":                 {"POST /needle HTTP/1.1\r\nHost: a\r\nneedle\r\n\r\n", "", "malformed HTTP request", "WARN", 400},
		"no HTTP":                   {"\x16\x03\x01\x02\x00needle\r\n\r\n", "", "malformed HTTP request", "WARN", 400},
		"a header that is too long": {"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("needle", 4000), "", "request header fields too large", "WARN", 400},
		"a body that is too long":   {"POST /needle HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + strings.Repeat("needle", 40000), "POST", "request entity too large", "WARN", 400},
		"an unknown method":         {"BREW /needle HTTP/1.1\r\nHost: a\r\n\r\n", "BREW", "there is no such method", "WARN", 405},
		"an unknown method alone":   {"BREW /needle HTTP/1.0\r\n\r\n", "BREW", "there is no such method", "WARN", 405},
		"a method of odd letters":   {"BR|E`W~ /needle HTTP/1.1\r\nHost: a\r\n\r\n", "BR?E?W?", "there is no such method", "WARN", 405},
		"a method without end":      {strings.Repeat("BREW", 1000) + " /needle HTTP/1.1\r\nHost: a\r\n\r\n", strings.Repeat("BREW", 8), "there is no such method", "WARN", 405},
		"a request that ends":       {"POST /auth/login HTTP/1.1\r\nHost: a\r\nX-needle", "", "the request took too long to arrive", "INFO", 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, unlimited(), func(c *fiberhttp.Config) { c.ReadTimeout = 500 * time.Millisecond })
			answers := w.exchange(t, test.request)
			if len(answers) != 1 || answers[0].status != test.status {
				t.Fatalf("got %v, want %d alone", answers, test.status)
			}
			id := answers[0].header.Get("X-Request-Id")
			line := w.onlyLogLine(t)
			want := logLine{
				Level: test.level, Msg: "request refused", Method: test.method, Status: test.status, Peer: "127.0.0.1",
				Code: string(failureIn(t, answers[0]).code()), Reason: test.reason, RequestID: id,
			}
			if line != want || id == "" {
				t.Errorf("got %+v, want %+v", line, want)
			}
			if strings.Contains(w.log.String(), "needle") {
				t.Errorf("the log holds what was sent: %s", w.log.String())
			}
		})
	}
	t.Run("the ID of the caller is kept", func(t *testing.T) {
		w := newWorld(t, unlimited())
		answers := w.exchange(t, "BREW / HTTP/1.1\r\nHost: a\r\nX-Request-Id: my-own\r\n\r\n")
		if len(answers) != 1 || answers[0].header.Get("X-Request-Id") != "my-own" || w.onlyLogLine(t).RequestID != "my-own" {
			t.Errorf("got %v and %s, want the caller's ID in both", answers, w.log.String())
		}
	})
	t.Run("a connection too many", func(t *testing.T) {
		w := newWorld(t, unlimited(), func(c *fiberhttp.Config) { c.MaxConnections = 1 })
		held := w.dial(t)
		if _, err := io.WriteString(held, "GET /server/ping HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if got, err := readAnswer(bufio.NewReader(held)); err != nil || got.status != http.StatusOK {
			t.Fatalf("got %d, %v, want 200", got.status, err)
		}
		answers, err := readAnswers(w.dial(t))
		if err != nil || len(answers) != 1 {
			t.Fatalf("got %d answers, %v, want one and the end", len(answers), err)
		}
		lines := w.logLines(t)
		want := logLine{
			Level: "WARN", Msg: "request refused", Status: 503, Peer: "127.0.0.1", Code: string(domain.ServiceUnavailable),
			Reason: "there are too many connections", RequestID: answers[0].header.Get("X-Request-Id"),
		}
		if len(lines) != 2 || lines[1] != want || want.RequestID == "" {
			t.Errorf("got %+v, want that last: %+v", lines, want)
		}
	})
}
