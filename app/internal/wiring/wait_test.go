package wiring

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var errDown = errors.New("down")

// awaited opens something that fails failures times, and returns how often it was tried.
func awaited(ctx context.Context, p patience, failures int) (tries int, err error) {
	_, err = await(ctx, p, "the database", func(context.Context) (string, error) {
		if tries++; tries <= failures {
			return "", errDown
		}
		return "open", nil
	}, func(err error) bool { return errors.Is(err, errDown) })
	return tries, err
}

func TestAwait(t *testing.T) {
	silent := slog.New(slog.DiscardHandler)
	t.Run("goes on as soon as the server is there, and has said that it waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var log strings.Builder
			began := time.Now()
			tries, err := awaited(t.Context(), patience{30 * time.Second, slog.New(slog.NewTextHandler(&log, nil))}, 24)
			if err != nil || tries != 25 || time.Since(began) != 24*askAgain {
				t.Errorf("got %v after %d tries and %s", err, tries, time.Since(began))
			}
			if got := strings.Count(log.String(), "the database cannot be reached yet; it is tried again"); got != 2 {
				t.Errorf("said so %d times, want at once and after 10s:\n%s", got, log.String())
			}
		})
	})
	t.Run("gives up in time, and says which setting that was", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			_, err := awaited(t.Context(), patience{30 * time.Second, silent}, 1000)
			if !errors.Is(err, errDown) || !strings.HasPrefix(err.Error(), "the database could not be opened within DB_CONNECT_TIMEOUT (30s): ") {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took != 30*time.Second {
				t.Errorf("took %s", took)
			}
		})
	})
	t.Run("does not wait when it shall not", func(t *testing.T) {
		if tries, err := awaited(t.Context(), patience{0, silent}, 1); !errors.Is(err, errDown) || tries != 1 {
			t.Errorf("got %v after %d tries", err, tries)
		}
	})
	t.Run("does not wait for what no time mends", func(t *testing.T) {
		tries := 0
		wrong := errors.New("wrong password")
		_, err := await(t.Context(), patience{time.Hour, silent}, "x", func(context.Context) (int, error) { tries++; return 0, wrong }, func(error) bool { return false })
		if !errors.Is(err, wrong) || err.Error() != "open x: wrong password" || tries != 1 {
			t.Errorf("got %v after %d tries", err, tries)
		}
	})
	t.Run("ends when the program is told to", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
			defer cancel()
			began := time.Now()
			if _, err := awaited(ctx, patience{time.Hour, silent}, 1000); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 700*time.Millisecond {
				t.Errorf("got %v after %s", err, time.Since(began))
			}
		})
	})
}
