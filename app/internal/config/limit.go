package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	maxBurst  = 1_000_000
	maxWindow = 30 * 24 * time.Hour
)

// parseLimit reads attempts per time, as in 10/15m, or off, which is the zero Limit. The
// errors are those of parseDuration.
func parseLimit(text string) (port.Limit, error) {
	if strings.EqualFold(text, "off") {
		return port.Limit{}, nil
	}
	attempts, window, found := strings.Cut(text, "/")
	attempts, window = strings.TrimSpace(attempts), strings.TrimSpace(window)
	if !found || !isDigits(attempts) {
		return port.Limit{}, errSyntax
	}
	every, err := parseDuration(window)
	if err != nil {
		return port.Limit{}, err
	}
	burst, err := strconv.Atoi(attempts)
	if err != nil || burst > maxBurst || every > maxWindow {
		return port.Limit{}, errTooLarge
	}
	if burst == 0 || every < time.Second {
		return port.Limit{}, errSyntax
	}
	// Ports keep times to the microsecond; a window of at least a second and the bound
	// on attempts leave at least one.
	return port.Limit{Burst: burst, Every: (every / time.Duration(burst)).Truncate(time.Microsecond)}, nil
}
