package config

import (
	"math"
	"strconv"
	"strings"
)

// parseSize reads a whole number of b, kb, mb or gb, each 1024 of the one before, in any
// case. The errors are those of parseDuration.
func parseSize(text string) (int, error) {
	if isDigits(text) {
		return 0, errNoUnit
	}
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	var size int
	switch strings.ToLower(text[digits:]) {
	case "b":
		size = 1
	case "kb":
		size = 1 << 10
	case "mb":
		size = 1 << 20
	case "gb":
		size = 1 << 30
	}
	if digits == 0 || size == 0 {
		return 0, errSyntax
	}
	n, err := strconv.Atoi(text[:digits])
	if err != nil || n > math.MaxInt/size {
		return 0, errTooLarge
	}
	return n * size, nil
}
