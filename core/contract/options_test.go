package contract

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// silent is a testing.TB that only remembers whether it has failed.
type silent struct {
	testing.TB
	failed bool
}

func (s *silent) Helper() {}

func (s *silent) Logf(string, ...any) {}

func (s *silent) Errorf(string, ...any) { s.failed = true }

func (s *silent) Failed() bool { return s.failed }

func TestOptions(t *testing.T) {
	t.Run("a skip needs a reason and the ID of a case", func(t *testing.T) {
		for _, c := range []struct {
			id, reason string
			failed     bool
		}{
			{"clock/utc", "this clock is in another zone", false},
			{"clock/utc", "", true},
			{"clock/vanished", "it is not there", true},
		} {
			s := &silent{TB: t}
			checkSkips(s, ClockCases(), map[string]string{c.id: c.reason})
			if s.failed != c.failed {
				t.Errorf("Skip(%q, %q): got failure %t, want %t", c.id, c.reason, s.failed, c.failed)
			}
		}
	})
	t.Run("a number of cases other than the expected one fails the run", func(t *testing.T) {
		for _, c := range []struct {
			ran, expected int
			failed        bool
		}{{5, 5, false}, {4, 5, true}, {6, 5, true}, {0, 5, true}, {5, -1, false}} {
			s := &silent{TB: t}
			report(s, "clock", c.ran, c.expected)
			// Nothing is expected of a run of some subtests only, such as this one may be.
			if s.failed != (c.failed && !partial()) {
				t.Errorf("%d cases, %d expected: got failure %t, want %t", c.ran, c.expected, s.failed, c.failed)
			}
		}
	})
	t.Run("a slow store gets more time", func(t *testing.T) {
		var got time.Duration
		cases := []Case[port.Clock]{{ID: "waits", Rule: "none", Run: func(t testing.TB, _ port.Clock) { got = patienceOf(t) }}}
		t.Run("run", func(t *testing.T) {
			run(t, "slow", cases, func(testing.TB) port.Clock { return wholeClock{} }, []Option{Slow(3), Expect(1)})
		})
		if want := 3 * patience; got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// wholeClock shows whole seconds.
type wholeClock struct{}

func (wholeClock) Now() time.Time { return time.Now().UTC().Truncate(time.Second) }
