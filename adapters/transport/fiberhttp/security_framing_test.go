package fiberhttp_test

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity86_AmbiguousFraming: a request whose end two parties may see in two places is
// answered once at most, and nothing after it on that connection is.
//
// Red without the case of isKnownVersion or of isAmbiguous in guard.go, and without any one part
// of what isAmbiguous looks at.
func TestSecurity86_AmbiguousFraming(t *testing.T) {
	w := newWorld(t, unlimited())
	const smuggled = "GET /server/ping HTTP/1.1\r\nHost: a\r\n\r\n"
	login := func(version, fields, body string) string {
		return "POST /auth/login " + version + "\r\nHost: a\r\nContent-Type: application/json\r\n" + fields + "\r\n" + body
	}
	const end = "0\r\n\r\n" // of a chunked body
	whole := strconv.Itoa(len(end + smuggled))
	for name, request := range map[string]string{
		"both lengths, the body ends by the chunks": login("HTTP/1.1", "Content-Length: "+whole+"\r\nTransfer-Encoding: chunked\r\n", end+smuggled),
		"both lengths, the other way round":         login("HTTP/1.1", "Transfer-Encoding: chunked\r\nContent-Length: "+whole+"\r\n", end+smuggled),
		"both lengths, the body ends by the length": login("HTTP/1.1", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", end+smuggled),
		"both lengths, one of them identity":        login("HTTP/1.1", "Content-Length: 2\r\nTransfer-Encoding: identity\r\n", "{}"+smuggled),
		"two lengths":                               login("HTTP/1.1", "Content-Length: 2\r\nContent-Length: "+whole+"\r\n", "{}"+smuggled),
		"two equal lengths":                         login("HTTP/1.1", "Content-Length: 2\r\nContent-Length: 2\r\n", "{}"+smuggled),
		"a list of lengths":                         login("HTTP/1.1", "Content-Length: 2, 2\r\n", "{}"+smuggled),
		"a length with a sign":                      login("HTTP/1.1", "Content-Length: +2\r\n", "{}"+smuggled),
		"a length below nothing":                    login("HTTP/1.1", "Content-Length: -1\r\n", smuggled),
		"a length of another base":                  login("HTTP/1.1", "Content-Length: 0x2\r\n", "{}"+smuggled),
		"a length of two words":                     login("HTTP/1.1", "Content-Length: 2 2\r\n", "{}"+smuggled),
		"a length beyond 64 bits":                   login("HTTP/1.1", "Content-Length: 18446744073709551618\r\n", "{}"+smuggled),
		"an empty length":                           login("HTTP/1.1", "Content-Length:\r\n", smuggled),
		"a length behind a blank":                   login("HTTP/1.1", "Content-Length : 2\r\n", "{}"+smuggled),
		"a coding that is none":                     login("HTTP/1.1", "Transfer-Encoding: xchunked\r\n", end+smuggled),
		"identity":                                  login("HTTP/1.1", "Transfer-Encoding: identity\r\n", smuggled),
		"an empty coding":                           login("HTTP/1.1", "Transfer-Encoding:\r\n", smuggled),
		"a coding before chunked":                   login("HTTP/1.1", "Transfer-Encoding: gzip, chunked\r\n", end+smuggled),
		"a coding after chunked":                    login("HTTP/1.1", "Transfer-Encoding: chunked, identity\r\n", end+smuggled),
		"chunked twice":                             login("HTTP/1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", end+smuggled),
		"chunked and identity":                      login("HTTP/1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", end+smuggled),
		"chunked behind a vertical tab":             login("HTTP/1.1", "Transfer-Encoding: \x0bchunked\r\n", end+smuggled),
		"chunked in quotes":                         login("HTTP/1.1", "Transfer-Encoding: \"chunked\"\r\n", end+smuggled),
		"chunked behind a blank before the colon":   login("HTTP/1.1", "Transfer-Encoding : chunked\r\n", end+smuggled),
		"chunked on a folded line":                  login("HTTP/1.1", "Transfer-Encoding:\r\n chunked\r\n", end+smuggled),
		"chunked in HTTP/1.0":                       login("HTTP/1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n", end+smuggled),
		"a folded line":                             login("HTTP/1.1", "X: a\r\n b\r\nContent-Length: 2\r\n", "{}"+smuggled),
		"a length on a folded line":                 login("HTTP/1.1", "X: a\r\n\tContent-Length: 2\r\n", "{}"+smuggled),
		"a folded line at the start":                "POST /auth/login HTTP/1.1\r\n Host: a\r\n\r\n" + smuggled,
		"a line that ends in LF alone":              login("HTTP/1.1", "X: a\nContent-Length: 2\r\n", "{}"+smuggled),
		"a length that ends in LF alone":            login("HTTP/1.1", "Content-Length: 2\n", "{}"+smuggled),
		"fields that end in LF alone":               login("HTTP/1.1", "Content-Length: 2\r\nX: a\n\n{}", smuggled),
		"an end of the fields in LF alone":          "POST /auth/login HTTP/1.1\r\nHost: a\r\n\n" + smuggled,
		"every line ends in LF alone":               "GET /server/ping HTTP/1.1\nHost: a\n\n" + smuggled,
		"a preface of HTTP/2":                       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + smuggled,
		"HTTP/2 without its preface":                login("HTTP/2.0", "Content-Length: 2\r\n", "{}"+smuggled),
		"a version of long ago":                     login("HTTP/0.9", "Content-Length: 2\r\n", "{}"+smuggled),
		"a version to come":                         login("HTTP/3.7", "Content-Length: 2\r\n", "{}"+smuggled),
		"a version in small letters":                login("http/1.1", "Content-Length: 2\r\n", "{}"+smuggled),
		"a version of two digits":                   login("HTTP/1.10", "Content-Length: 2\r\n", "{}"+smuggled),
		"no host":                                   "GET /server/ping HTTP/1.1\r\nX: a\r\n\r\n" + smuggled,
		"two blanks in the request line":            "GET  /server/ping HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled,
		"a tab in the request line":                 "GET\t/server/ping HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled,
		"a target of two words":                     "GET /server/ping x HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled,
		"NUL in the target":                         "GET /server/ping\x00 HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled,
		"a target without a slash":                  "GET server/ping HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled,
		"an asterisk that is not asked for options": "GET * HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled,
		"a length behind a lonely CR":               login("HTTP/1.1", "X: a\rContent-Length: 2\r\n", "{}"+smuggled),
		"a name that is empty":                      login("HTTP/1.1", ": a\r\n", smuggled),
		"a line without a colon":                    login("HTTP/1.1", "abc\r\n", smuggled),
		"NUL in a value":                            login("HTTP/1.1", "X: a\x00b\r\n", smuggled),
		"NUL in a name":                             login("HTTP/1.1", "X\x00: a\r\n", smuggled),
		"two hosts":                                 login("HTTP/1.1", "Host: b\r\n", smuggled),
		"a chunk size with a prefix":                login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", "0x2\r\n{}\r\n"+end+smuggled),
		"a chunk size with a sign":                  login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", "+2\r\n{}\r\n"+end+smuggled),
		"a chunk size that is none":                 login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", "\r\n{}\r\n"+end+smuggled),
		"a chunk size beyond 64 bits":               login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", "10000000000000002\r\n{}\r\n"+end+smuggled),
		"a chunk longer than its size":              login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", "1\r\n{}\r\n"+end+smuggled),
		"a chunk without its end":                   login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", "2\r\n{}"+end+smuggled),
		"a chunk extension with a lonely LF":        login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", "2;a\n{}\r\n"+end+smuggled),
		"a length among the trailers":               login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 40\r\n\r\n"+smuggled),
		"no version":                                "POST /auth/login\r\n\r\n" + smuggled,
		"a request line that is none":               "\x16\x03\x01\x02\x00\r\n\r\n" + smuggled,
	} {
		t.Run(name, func(t *testing.T) {
			answers := w.exchange(t, request)
			if len(answers) != 1 {
				t.Fatalf("got %d answers to one request, want 1: %v", len(answers), answers)
			}
			checkEnvelope(t, answers[0])
			wantFailure(t, answers[0], 400, domain.InvalidPayload)
			if reason := failureIn(t, answers[0]).Extensions["reason"]; reason != "malformed HTTP request" {
				t.Errorf("got the reason %q: the request was taken for one", reason)
			}
		})
	}
	t.Run("a body of no chunks is a body", func(t *testing.T) {
		for name, request := range map[string]string{
			"as it is written":         login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", end),
			"in another case":          login("HTTP/1.1", "transfer-encoding: CHUNKED\r\n", end),
			"without blanks":           login("HTTP/1.1", "Transfer-Encoding:chunked\r\n", end),
			"between more blanks":      login("HTTP/1.1", "Transfer-Encoding: \t chunked\t \r\n", end),
			"with a longer zero":       login("HTTP/1.1", "Transfer-Encoding: chunked\r\n", "00"+end),
			"with a method of its own": "PATCH /users/me HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + end,
		} {
			answers := w.exchange(t, request+strings.Replace(smuggled, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
			if len(answers) != 2 || answers[1].status != 200 {
				t.Errorf("%s: got %v, want an answer, and one to the next request", name, answers)
				continue
			}
			if reason := failureIn(t, answers[0]).Extensions["reason"]; reason == "malformed HTTP request" {
				t.Errorf("%s: got refused as malformed", name)
			}
		}
	})
	t.Run("what is clear is answered, one by one", func(t *testing.T) {
		answers := w.exchange(t, login("HTTP/1.1", "Content-Length: 2\r\n", "{}")+
			login("HTTP/1.1", "Transfer-Encoding: Chunked\r\n", "2;ext=1\r\n{}\r\n"+end)+
			strings.Replace(smuggled, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
		var got []string
		for _, answer := range answers {
			got = append(got, strconv.Itoa(answer.status))
		}
		if want := "[400 400 200]"; fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
	t.Run("a body has its end whatever the method is", func(t *testing.T) {
		for _, line := range []string{"GET /server/ping", "HEAD /nowhere", "DELETE /users/me", "OPTIONS /server/ping"} {
			for _, body := range []string{"Content-Length: " + strconv.Itoa(len(smuggled)) + "\r\n\r\n" + smuggled, "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"} {
				conn := w.dial(t)
				if _, err := io.WriteString(conn, line+" HTTP/1.1\r\nHost: a\r\n"+body+"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				said, err := io.ReadAll(conn)
				if got := strings.Count(string(said), "HTTP/1.1 "); err != nil || got != 2 || strings.Contains(string(said), "pong") && !strings.HasPrefix(line, "GET") {
					t.Errorf("%s: got %d answers, %v, want 2: %q", line, got, err, said)
				}
			}
		}
	})
	t.Run("nothing makes another protocol of a connection", func(t *testing.T) {
		for _, fields := range []string{
			"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
			"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
		} {
			answers := w.exchange(t, "GET /server/ping HTTP/1.1\r\nHost: a\r\n"+fields+"\r\n"+strings.Replace(smuggled, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
			if len(answers) != 2 || answers[0].status != 200 || answers[1].status != 200 {
				t.Errorf("%q: got %v, want two answers of HTTP/1.1", fields, answers)
			}
		}
	})
	t.Run("a body that is asked for first is read once", func(t *testing.T) {
		answers := w.exchange(t, login("HTTP/1.1", "Content-Length: 2\r\nExpect: 100-continue\r\n", "{}")+
			strings.Replace(smuggled, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
		var got []int
		for _, answer := range answers {
			got = append(got, answer.status)
		}
		if want := []int{100, 400, 200}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	t.Run("HTTP/1.0 ends after one answer unless it asks for more", func(t *testing.T) {
		for fields, want := range map[string]int{"": 1, "Connection: close\r\n": 1, "Connection: keep-alive\r\n": 2} {
			answers := w.exchange(t, "GET /server/ping HTTP/1.0\r\n"+fields+"\r\n"+strings.Replace(smuggled, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
			if len(answers) != want {
				t.Errorf("%q: got %d answers, want %d", fields, len(answers), want)
			}
		}
	})
}
