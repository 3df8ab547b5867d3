package fiberhttp_test

import (
	"bytes"
	"testing"
)

// TestSecurity73_FormsOfATarget: whatever form the target of a request has (RFC 9112, section
// 3.2), it meets the checks of its path, names no other host than ours, and is not echoed with
// what came beside it.
//
// Red when the fiber.Config of server.go sets UnescapePath.
func TestSecurity73_FormsOfATarget(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seed(t, "ann@example.com")
	for line, want := range map[string]int{
		"GET http://evil.example/users/me":                 401,
		"GET https://login.example.com/users/me":           401,
		"GET http://user:word@evil.example/users/me":       401,
		"GET HTTP://EVIL.EXAMPLE/users/me":                 401,
		"GET http://evil.example//users/me":                404,
		"GET http://evil.example/users%2Fme":               404,
		"GET http://evil.example":                          404,
		"GET //evil.example/users/me":                      404,
		"GET /http://evil.example/users/me":                404,
		"GET /users%2fme":                                  404,
		"GET /server/ping%00":                              404,
		"GET /server/ping%0d%0aX-Evil:%20yes":              404,
		"GET /server/ping;x=y":                             404,
		"GET /server/ping/..%2finfo":                       404,
		"GET /server/\xff\xfe":                             404,
		"OPTIONS *":                                        404,
		"CONNECT evil.example:443":                         404,
		"CONNECT /users/me":                                404,
		"TRACE /server/ping":                               404,
		"POST http://evil.example/auth/logout?mode=cookie": 400,
	} {
		answers := w.exchange(t, line+" HTTP/1.1\r\nHost: login.example.com\r\nConnection: close\r\nCookie: needle=1\r\nX-Needle: needle\r\n\r\n")
		if len(answers) != 1 || answers[0].status != want {
			t.Errorf("%q: got %v, want one answer of %d", line, answers, want)
			continue
		}
		if bytes.Contains(answers[0].body, []byte("needle")) || answers[0].header.Get("X-Evil") != "" || answers[0].header.Get("Location") != "" {
			t.Errorf("%q: got %v %s, want nothing of the request but its path", line, answers[0].header, answers[0].body)
		}
	}
}
