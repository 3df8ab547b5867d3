package redis

import (
	"fmt"
	"strconv"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// epoch is 1970 in the digits of the scripts, which know no number below zero.
const epoch = 1 << 63

// digits writes a time in microseconds as 20 decimal digits, which sort as text like the times.
func digits(t time.Time) string { return digitsOf(t.UnixMicro()) }

func digitsOf(micros int64) string { return fmt.Sprintf("%020d", uint64(micros)^epoch) }

// span writes microseconds that are not negative as 20 decimal digits.
func span(micros int64) string { return fmt.Sprintf("%020d", micros) }

// microsOf reads what digits has written.
func microsOf(digits string) (int64, error) {
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("stored time is no time: %w", err)
	}
	return int64(n ^ epoch), nil
}

func timeOf(digits string) (time.Time, error) {
	micros, err := microsOf(digits)
	return time.UnixMicro(micros).UTC(), err
}

func secretHash(s string) (domain.SecretHash, error) {
	var h domain.SecretHash
	if len(s) != len(h) {
		return h, fmt.Errorf("stored hash has %d bytes, not %d", len(s), len(h))
	}
	copy(h[:], s)
	return h, nil
}

const (
	// slack is how much longer than needed the server keeps what expires by itself. The
	// service decides by the times that it is given, and clocks differ.
	slack = 24 * time.Hour

	// longest is how long the server keeps anything at most. Its own clock cannot count to
	// the end of what a session or a limit may ask for.
	longest = 100 * 365 * 24 * time.Hour
)

// ttl returns for how many milliseconds the server has to keep what is of use for so long.
func ttl(use time.Duration) int64 {
	return (min(max(use, 0), longest) + slack).Milliseconds()
}
