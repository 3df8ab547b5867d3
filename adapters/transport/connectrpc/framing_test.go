package connectrpc_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// TestSecurity86_AmbiguousFramingOverConnect sends requests whose end two parties may see in two
// places, and another behind each. Red without either part of mayEndElsewhere.
func TestSecurity86_AmbiguousFramingOverConnect(t *testing.T) {
	w := serveStub(t, stubAPI{login: func(context.Context, auth.LoginInput) (auth.Tokens, error) { return auth.Tokens{}, nil }})
	const (
		body     = `{"email":"a","password":"b"}`
		chunks   = "1c\r\n" + body + "\r\n0\r\n\r\n"
		smuggled = "POST " + login + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n" + body
	)
	start := func(version string) string {
		return "POST " + login + " " + version + "\r\nHost: a\r\nContent-Type: application/json\r\n"
	}
	for name, c := range map[string]struct {
		request string
		answers int
	}{
		"chunks and a length":                  {start("HTTP/1.1") + "Transfer-Encoding: chunked\r\nContent-Length: 100\r\n\r\n" + chunks, 1},
		"a length and chunks":                  {start("HTTP/1.1") + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, 1},
		"chunks":                               {start("HTTP/1.1") + "Transfer-Encoding: chunked\r\n\r\n" + chunks, 1},
		"chunks of HTTP/1.0":                   {start("HTTP/1.0") + "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, 1},
		"chunks of HTTP/1.0 and a length":      {start("HTTP/1.0") + "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 28\r\n\r\n" + body, 1},
		"two lengths":                          {start("HTTP/1.1") + "Content-Length: 28\r\nContent-Length: 300\r\n\r\n" + body, 1},
		"another coding":                       {start("HTTP/1.1") + "Transfer-Encoding: xchunked\r\n\r\n" + chunks, 1},
		"two codings":                          {start("HTTP/1.1") + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + chunks, 1},
		"a blank before the colon":             {start("HTTP/1.1") + "Transfer-Encoding : chunked\r\n\r\n" + chunks, 1},
		"a length, which all see in one place": {start("HTTP/1.1") + "Content-Length: 28\r\n\r\n" + body, 2},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, w.url)
			last := strings.Replace(smuggled, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)
			if _, err := io.WriteString(conn, c.request+last); err != nil {
				t.Fatal(err)
			}
			said, err := io.ReadAll(conn)
			if err != nil && isTimeout(err) {
				t.Errorf("the connection was not closed within %v", patience)
			}
			if got := strings.Count(string(said), "HTTP/1."); got != c.answers {
				t.Errorf("got %d answers, want %d: %s", got, c.answers, said)
			}
		})
	}
}
