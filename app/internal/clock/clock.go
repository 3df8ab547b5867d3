// Package clock tells the time of the machine.
package clock

import (
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// System is the clock of the machine, in UTC and to the microsecond. It is safe for
// concurrent use.
type System struct{}

var _ port.Clock = System{}

// Now returns the time.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
