package port

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// CheckKey returns ErrInvalid unless every key is text that all stores keep alike: valid
// UTF-8 without NUL, at most MaxKeyBytes. Adapters call it before anything else, since
// databases disagree about what to do with the rest: one refuses, one cuts, one pads.
func CheckKey(keys ...string) error {
	for _, k := range keys {
		if len(k) > MaxKeyBytes {
			return fmt.Errorf("key of %d bytes: %w", len(k), ErrInvalid)
		}
	}
	return CheckText(keys...)
}

// CheckText returns ErrInvalid unless every text is valid UTF-8 without NUL.
func CheckText(texts ...string) error {
	for _, s := range texts {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fmt.Errorf("text that is no UTF-8 or holds NUL: %w", ErrInvalid)
		}
	}
	return nil
}

// CheckBucket returns ErrInvalid unless key and l can be used together: see CheckKey and
// CheckLimit.
func CheckBucket(key string, l Limit) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	return CheckLimit(l)
}

// CheckLimit returns ErrInvalid unless l allows an attempt at all, gives one back after a
// microsecond at least, and reaches no farther than a quarter of the range of microseconds,
// which leaves room for the time itself: some 70 000 years.
func CheckLimit(l Limit) error {
	every := l.Every.Microseconds()
	if l.Burst < 1 || every < 1 || int64(l.Burst) > math.MaxInt64/4/every {
		return fmt.Errorf("limit of %d attempts, one each %s: %w", l.Burst, l.Every, ErrInvalid)
	}
	return nil
}
