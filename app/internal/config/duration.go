package config

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// units are the units of durations, the longest first.
func units() []struct {
	name string
	size time.Duration
} {
	return []struct {
		name string
		size time.Duration
	}{
		{"w", 7 * 24 * time.Hour},
		{"d", 24 * time.Hour},
		{"h", time.Hour},
		{"m", time.Minute},
		{"s", time.Second},
		{"ms", time.Millisecond},
	}
}

var (
	errNoUnit   = errors.New("has no unit")
	errSyntax   = errors.New("cannot be read")
	errTooLarge = errors.New("is too large")
)

// parseDuration reads whole numbers with units, as in 15m or 1h30m. The errors are
// errNoUnit for a bare number other than 0, errTooLarge and errSyntax.
func parseDuration(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	if text == "" {
		return 0, errSyntax
	}
	if isDigits(text) {
		return 0, errNoUnit
	}
	var total time.Duration
	for text != "" {
		digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
		number, rest := text[:digits], text[digits:]
		letters := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		size := unitSize(rest[:letters])
		if digits == 0 || size == 0 {
			return 0, errSyntax
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n > (math.MaxInt64-int64(total))/int64(size) {
			return 0, errTooLarge
		}
		total += time.Duration(n) * size
		text = rest[letters:]
	}
	return total, nil
}

func unitSize(name string) time.Duration {
	for _, unit := range units() {
		if unit.name == name {
			return unit.size
		}
	}
	return 0
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
