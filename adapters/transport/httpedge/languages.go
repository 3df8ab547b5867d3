package httpedge

import "strings"

// maxLanguages is the longest Accept-Language that is looked at, in bytes. Browsers send far
// less.
const maxLanguages = 255

// Languages returns the value of an Accept-Language field (RFC 9110, section 12.5.4) as it is
// to be kept and looked at: the value itself, or nothing for one that no browser sends, which
// is too long or has other characters than the printable ones of ASCII.
func Languages(value string) string {
	if len(value) > maxLanguages || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return value
}
