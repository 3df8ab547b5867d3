package fiberhttp

import (
	"bytes"
	"strconv"
	"unicode/utf16"
)

// hasLoneSurrogate reports whether valid JSON holds an escape such as \ud800 that is half of
// a character (RFC 8259, section 8.2). encoding/json reads every such half as U+FFFD, which
// would make one password of many.
func hasLoneSurrogate(text []byte) bool {
	for {
		_, escape, found := bytes.Cut(text, []byte(`\`))
		if !found {
			return false
		}
		unit, ok := escapedUnit(escape)
		if !ok {
			text = escape[1:] // one of the escapes of two characters
			continue
		}
		text = escape[5:]
		if !utf16.IsSurrogate(unit) {
			continue
		}
		low, ok := escapedUnit(bytes.TrimPrefix(text, []byte(`\`)))
		if !ok || text[0] != '\\' || utf16.DecodeRune(unit, low) == '\uFFFD' {
			return true
		}
		text = text[6:]
	}
}

// escapedUnit returns the UTF-16 code unit of an escape "uXXXX", without its backslash, that
// text begins with.
func escapedUnit(text []byte) (unit rune, ok bool) {
	if len(text) < 5 || text[0] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[1:5]), 16, 16)
	return rune(n), err == nil
}
