package faulty

import (
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

type clock func() time.Time

func (c clock) Now() time.Time { return c() }

func clockFaults() []Fault {
	return []Fault{
		{
			Name: "clock-local", Turns: []string{"clock/utc"},
			Clock: func(inner port.Clock) port.Clock {
				return clock(func() time.Time { return inner.Now().In(elsewhere()) })
			},
		},
		{
			Name: "clock-too-fine", Turns: []string{"clock/microseconds"},
			Clock: func(inner port.Clock) port.Clock {
				return clock(func() time.Time { return inner.Now().Add(time.Nanosecond) })
			},
		},
	}
}
