package port

import "time"

// Clock tells the time, in UTC, to the microsecond and no finer.
type Clock interface{ Now() time.Time }
