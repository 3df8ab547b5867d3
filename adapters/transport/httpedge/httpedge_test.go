package httpedge_test

import (
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestStatus(t *testing.T) {
	want := map[domain.Class]int{
		domain.ClassInvalid: 400, domain.ClassConflict: 400, domain.ClassUnauthenticated: 401, domain.ClassForbidden: 403,
		domain.ClassNotFound: 404, domain.ClassMethod: 405, domain.ClassMedia: 415, domain.ClassUnprocessable: 422,
		domain.ClassLimited: 429, domain.ClassUnavailable: 503, domain.ClassInternal: 500, "a class of tomorrow": 500,
	}
	for class, status := range want {
		if got := httpedge.Status(class); got != status {
			t.Errorf("%s: got %d, want %d", class, got, status)
		}
	}
	for _, info := range domain.Codes() {
		if _, ok := want[info.Class]; !ok {
			t.Errorf("%s: nobody has said which status %s has", info.Code, info.Class)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for wait, want := range map[time.Duration]int{
		-time.Hour: 1, 0: 1, time.Nanosecond: 1, time.Second: 1, time.Second + 1: 2, 90 * time.Second: 90,
	} {
		if got := httpedge.RetryAfter(wait); got != want {
			t.Errorf("%v: got %d, want %d", wait, got, want)
		}
	}
}

func TestIsOwnOrigin(t *testing.T) {
	for _, c := range []struct {
		origin, host, public string
		want                 bool
	}{
		{"https://auth.example.com", "10.0.0.7:8055", "https://auth.example.com", true},
		{"https://AUTH.example.com", "10.0.0.7:8055", "https://auth.example.com/login", true},
		{"http://auth.example.com", "auth.example.com", "https://auth.example.com", false},
		{"https://auth.example.com:8443", "auth.example.com", "https://auth.example.com", false},
		{"http://localhost:8055", "LOCALHOST:8055", "https://auth.example.com", true},
		{"https://localhost:8055", "localhost:8055", "https://auth.example.com", true},
		{"http://localhost:3000", "localhost:8055", "https://auth.example.com", false},
		{"https://auth.example.com.evil.example", "auth.example.com", "https://auth.example.com", false},
		{"https://evil.example/auth.example.com", "auth.example.com", "https://auth.example.com", false},
		{"https://auth.example.com@evil.example", "auth.example.com", "https://auth.example.com", false},
		{"null", "", "https://auth.example.com", false},
		{"", "", "https://auth.example.com", false},
		{"auth.example.com", "auth.example.com", "https://auth.example.com", false},
		{"https://%zz", "%zz", "https://auth.example.com", false},
	} {
		public, err := url.Parse(c.public)
		if err != nil {
			t.Fatal(err)
		}
		if got := httpedge.IsOwnOrigin(c.origin, c.host, public); got != c.want {
			t.Errorf("origin %q, host %q: got %t, want %t", c.origin, c.host, got, c.want)
		}
	}
}

func TestLanguages(t *testing.T) {
	for value, kept := range map[string]bool{
		"": true, "de-CH, de;q=0.9, *;q=0.1": true, strings.Repeat("a", 255): true,
		strings.Repeat("a", 256): false, "d\u00e9": false, "de\r\nX: y": false, "de\x00": false, "de\xff": false, "de\x7f": false,
	} {
		got := httpedge.Languages(value)
		if kept && got != value || !kept && got != "" {
			t.Errorf("%q: got %q, want it kept: %t", value, got, kept)
		}
	}
}

func TestNoteFailure(t *testing.T) {
	t.Run("reaches whoever asked for it", func(t *testing.T) {
		var f httpedge.Failure
		ctx := httpedge.WithFailure(t.Context(), &f)
		if err := f.Err(); err != nil {
			t.Errorf("got %v before anything was noted", err)
		}
		httpedge.NoteFailure(ctx, io.EOF)
		httpedge.NoteFailure(ctx, io.ErrNoProgress)
		if err := f.Err(); !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("got %v, want the last", err)
		}
	})
	t.Run("is nothing where nobody asked for it", func(t *testing.T) {
		httpedge.NoteFailure(t.Context(), io.EOF)
	})
}
