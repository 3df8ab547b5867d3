package history

import (
	"fmt"
	"time"
)

// Figures says in numbers how a service stood its faults.
type Figures struct {
	Rotations, Logouts int           // acknowledged
	Lost               int           // acknowledged, and forgotten
	Resurrected        int           // spent or ended, and good again
	Errors             int           // uses that were not acknowledged, whatever the reason
	Unknown            int           // those of them whose outcome the client could not know
	LongestOutage      time.Duration // in which no client got an acknowledgement
}

// uses is how many were acknowledged.
func (f Figures) uses() int { return f.Rotations + f.Logouts }

// Add returns the figures of two loads, one after the other.
func (f Figures) Add(other Figures) Figures {
	return Figures{
		Rotations:     f.Rotations + other.Rotations,
		Logouts:       f.Logouts + other.Logouts,
		Lost:          f.Lost + other.Lost,
		Resurrected:   f.Resurrected + other.Resurrected,
		Errors:        f.Errors + other.Errors,
		Unknown:       f.Unknown + other.Unknown,
		LongestOutage: max(f.LongestOutage, other.LongestOutage),
	}
}

// Judged returns the figures with what a check found beside them.
func (f Figures) Judged(v Verdict) Figures {
	f.Lost += len(v.Lost)
	f.Resurrected += len(v.Resurrected)
	return f
}

// String names each figure.
func (f Figures) String() string {
	return fmt.Sprintf("%d rotations and %d logouts acknowledged, %d lost, %d resurrected, %d errors seen by clients (%d with an unknown outcome), longest outage %v",
		f.Rotations, f.Logouts, f.Lost, f.Resurrected, f.Errors, f.Unknown, f.LongestOutage.Round(time.Millisecond))
}
