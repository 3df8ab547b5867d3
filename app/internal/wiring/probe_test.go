package wiring

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract/fakes"
)

func newClock() *fakes.Clock {
	return fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC))
}

func TestSharedProbe(t *testing.T) {
	down := errors.New("down")
	var tries int
	var answer error
	clock := newClock()
	probe := &sharedProbe{clock: clock, limit: time.Minute, ping: func(context.Context) error { tries++; return answer }}
	want := func(n int, err error) {
		t.Helper()
		if got := probe.Ping(t.Context()); !errors.Is(got, err) || tries != n {
			t.Errorf("got %v after %d tries, want %v after %d", got, tries, err, n)
		}
	}

	want(1, nil)
	answer = down
	clock.Advance(probeFor - time.Microsecond)
	want(1, nil)
	clock.Advance(time.Microsecond)
	want(2, down)
	answer = nil
	want(2, down)
	clock.Advance(probeFor)
	want(3, nil)
	answer = down
	clock.Advance(-time.Hour) // a clock that was set back must not keep an old answer alive
	want(4, down)
}

// TestSharedProbeOfASilentServer has everybody wait for one try, as long as that may take and
// not longer.
func TestSharedProbeOfASilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 5 * time.Second
		tries := 0
		probe := &sharedProbe{clock: newClock(), limit: limit, ping: func(ctx context.Context) error {
			tries++
			<-ctx.Done()
			return ctx.Err()
		}}
		began := time.Now()
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := probe.Ping(impatient); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("who waits a second: got %v after %s", err, time.Since(began))
		}
		answers := make(chan error)
		for range 20 {
			go func() { answers <- probe.Ping(t.Context()) }()
		}
		for range 20 {
			if err := <-answers; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the end of the try", err)
			}
		}
		if took := time.Since(began); took != limit || tries != 1 {
			t.Errorf("%d tries took %s, want one of %s", tries, took, limit)
		}
	})
}
