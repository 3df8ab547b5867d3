package config

import (
	"strconv"
	"strings"

	"github.com/joho/godotenv"
)

// lastGoodLine returns the number of the last line up to which a .env file can be read.
func lastGoodLine(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for n := len(lines) - 1; n > 0; n-- {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:n], "")); err == nil {
			return strconv.Itoa(n)
		}
	}
	return "0"
}
