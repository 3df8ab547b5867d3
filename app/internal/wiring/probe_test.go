package wiring

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract/fakes"
)

func TestSharedProbe(t *testing.T) {
	down := errors.New("down")
	var tries int
	var answer error
	clock := fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC))
	probe := &sharedProbe{clock: clock, ping: func(context.Context) error { tries++; return answer }}
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
