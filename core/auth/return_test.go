package auth_test

import (
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
)

func TestMayReturn(t *testing.T) {
	const here = "https://login.example.com/base"
	origins := []string{"https://wiki.example.com", "http://localhost:3000"}
	for target, want := range map[string]bool{
		"/":                                         true,
		"/wiki/a?b=c&d=%2F":                         true,
		"https://login.example.com/x":               true,
		"https://LOGIN.example.com:443/x":           true,
		"https://wiki.example.com":                  true,
		"https://wiki.example.com/a/b?c":            true,
		"http://localhost:3000/":                    true,
		"":                                          false,
		"wiki":                                      false,
		"//evil.example":                            false,
		"///evil.example":                           false,
		`/\evil.example`:                            false,
		`\\evil.example`:                            false,
		"/\t/evil.example":                          false,
		"/a\r\nLocation: x":                         false,
		"https:evil.example":                        false,
		"https:/evil.example":                       false,
		"https://evil.example/":                     false,
		"https://wiki.example.com.evil.example/":    false,
		"https://wiki.example.com@evil.example/":    false,
		"https://evil.example\\@wiki.example.com":   false,
		"https://evil.example#@wiki.example.com":    false,
		"https://evilwiki.example.com/":             false,
		"https://wiki.example.com:8443/":            false,
		"http://wiki.example.com/":                  false,
		"http://wiki.example.com:443/":              false,
		"http://login.example.com/":                 false,
		"http://localhost:3001/":                    false,
		"javascript:alert(1)":                       false,
		"javascript://wiki.example.com/%0aalert(1)": false,
		"data:text/html,x":                          false,
		"https://wiki.example.com/" + strings.Repeat("x", 2048): false,
		"https://w\u0131ki.example.com/":                        false,
	} {
		if got := auth.MayReturn(target, here, origins); got != want {
			t.Errorf("%.60q: got %t, want %t", target, got, want)
		}
	}
}
