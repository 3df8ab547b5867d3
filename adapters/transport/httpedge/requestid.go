package httpedge

import "strings"

// IsRequestID reports whether an ID that a caller has given its request may stand in the log and
// in the answer: 1 to 64 letters, digits, "-", "_" and ".".
func IsRequestID(id string) bool {
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		return !letter && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
}
