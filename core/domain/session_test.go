package domain_test

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestSessionLiveAt(t *testing.T) {
	s := domain.Session{ExpiresAt: start.Add(time.Hour), EndsAt: start.Add(2 * time.Hour)}
	later := domain.Session{ExpiresAt: start.Add(2 * time.Hour), EndsAt: start.Add(time.Hour)}
	for name, c := range map[string]struct {
		after time.Duration
		want  bool
	}{
		"at once":                 {0, true},
		"a microsecond before":    {time.Hour - time.Microsecond, true},
		"at the very instant":     {time.Hour, false},
		"a microsecond after":     {time.Hour + time.Microsecond, false},
		"long after":              {1000 * time.Hour, false},
		"before it began to live": {-time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.LiveAt(start.Add(c.after)); got != c.want {
				t.Errorf("idle end: got %t, want %t", got, c.want)
			}
			if got := later.LiveAt(start.Add(c.after)); got != c.want {
				t.Errorf("absolute end: got %t, want %t", got, c.want)
			}
		})
	}
	t.Run("the zero session is over", func(t *testing.T) {
		if (domain.Session{}).LiveAt(start) {
			t.Error("got live, want over")
		}
	})
}

func TestModeValid(t *testing.T) {
	for mode, want := range map[domain.Mode]bool{
		domain.ModeJSON: true, domain.ModeCookie: true, domain.ModeSession: true,
		"": false, "JSON": false, "json ": false, "bearer": false,
	} {
		t.Run(string(mode), func(t *testing.T) {
			if got := mode.Valid(); got != want {
				t.Errorf("got %t, want %t", got, want)
			}
		})
	}
}
