package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Client is who called, as the transport saw it.
type Client struct{ IP, UserAgent, Origin string }

const (
	maxIPBytes     = 45 // the longest textual IPv6 address
	maxClientBytes = 255
)

// Bounded returns c fit to be stored and logged: valid UTF-8 without control characters and
// line separators, the address at most 45 bytes, the others at most 255.
func (c Client) Bounded() Client {
	return Client{
		IP:        boundedText(c.IP, maxIPBytes),
		UserAgent: boundedText(c.UserAgent, maxClientBytes),
		Origin:    boundedText(c.Origin, maxClientBytes),
	}
}

func boundedText(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	for len(s) > limit {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
