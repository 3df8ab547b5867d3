package server

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestLoop(t *testing.T) {
	t.Run("goes on after a panic", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			steps := 0
			l := loop{"testing", time.Second, func(context.Context) (bool, error) {
				steps++
				if steps == 1 {
					panic("one letter")
				}
				stop()
				return false, nil
			}}
			l.run(ctx, slog.New(slog.DiscardHandler))
			if steps != 2 {
				t.Errorf("got %d steps, want another one after the panic", steps)
			}
		})
	})
	t.Run("says what a failure came from", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			steps := 0
			l := loop{"testing", time.Second, func(context.Context) (bool, error) {
				if steps++; steps == 2 {
					stop()
					return false, nil
				}
				return false, domain.NewError(domain.ServiceUnavailable, errors.New("the server is silent"))
			}}
			var out strings.Builder
			l.run(ctx, slog.New(slog.NewTextHandler(&out, nil)))
			if got := out.String(); !strings.Contains(got, "testing failed and is tried again") || !strings.Contains(got, `cause="the server is silent"`) {
				t.Errorf("got log %q, want the cause in it", got)
			}
		})
	})
	t.Run("does not rest while there is more", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			begun := time.Now()
			steps := 0
			l := loop{"testing", time.Hour, func(context.Context) (bool, error) {
				steps++
				if steps == 10 {
					stop()
				}
				return true, nil
			}}
			l.run(ctx, slog.New(slog.DiscardHandler))
			if took := time.Since(begun); took > 2*time.Hour {
				t.Errorf("ten steps took %v, want one rest at the most", took)
			}
		})
	})
}

// sweeper is a worker of which only the sweeping is of interest.
type sweeper struct {
	auth.Worker
	swept auth.Swept
}

func (s sweeper) Sweep(context.Context) (auth.Swept, error) { return s.swept, nil }

func TestLoops(t *testing.T) {
	sweep := func(t *testing.T, swept auth.Swept) string {
		t.Helper()
		var out strings.Builder
		for _, l := range loops(sweeper{swept: swept}, slog.New(slog.NewTextHandler(&out, nil))) {
			if l.what != "sweeping" {
				continue
			}
			if more, err := l.step(t.Context()); more || err != nil {
				t.Errorf("got more: %t, error %v", more, err)
			}
		}
		return out.String()
	}
	t.Run("warn of letters that expired unsent", func(t *testing.T) {
		got := sweep(t, auth.Swept{Letters: 2})
		if strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=WARN") || !strings.Contains(got, "some people may wait") || !strings.Contains(got, "letters=2") {
			t.Errorf("got log %q, want one warning", got)
		}
	})
	t.Run("warn of nothing else that is swept, and are silent where there was nothing", func(t *testing.T) {
		if got := sweep(t, auth.Swept{Sessions: 1, Tokens: 2}); strings.Contains(got, "WARN") || !strings.Contains(got, "tokens=2") {
			t.Errorf("got log %q", got)
		}
		for _, want := range []string{"sessions=3", "limiter_keys=4", "tokens=5", "events=6"} {
			if got := sweep(t, auth.Swept{Sessions: 3, LimiterKeys: 4, Tokens: 5, Events: 6}); strings.Count(got, "\n") != 1 || !strings.Contains(got, want) {
				t.Errorf("got log %q, want one line with %s", got, want)
			}
		}
		if got := sweep(t, auth.Swept{}); got != "" {
			t.Errorf("got log %q, want none", got)
		}
	})
}
