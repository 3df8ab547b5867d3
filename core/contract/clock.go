package contract

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// RunClock runs ClockCases, each on what open returns.
func RunClock(t *testing.T, open func(t testing.TB) port.Clock, opts ...Option) {
	t.Helper()
	run(t, "clock", ClockCases(), open, opts)
}

// ClockCases returns the rules of port.Clock.
func ClockCases() []Case[port.Clock] {
	const rule = "Clock tells the time, in UTC, to the microsecond and no finer."
	return []Case[port.Clock]{
		{"clock/utc", rule, func(t testing.TB, clock port.Clock) {
			wantUTC(t, clock.Now())
		}},
		{"clock/microseconds", rule, func(t testing.TB, clock port.Clock) {
			for range 3 { // a finer one may show a whole microsecond by chance
				if got := clock.Now(); got.Nanosecond()%int(time.Microsecond) != 0 {
					t.Fatalf("got %v, want whole microseconds", got)
				}
			}
		}},
	}
}
