package auth

import (
	"net/url"
	"strconv"
	"strings"
)

// maxResetURLBytes bounds what a request makes us keep.
const maxResetURLBytes = 2048

// placeOf is what samePlace compares, in a form for the log. The query is the caller's own
// and may hold anything.
func placeOf(page *url.URL) string {
	const longest = 200 // enough for every page that somebody means
	place := page.Scheme + "://" + page.Host + page.EscapedPath()
	return strconv.Quote(place[:min(len(place), longest)])
}

// parseResetURL reads an absolute URL of plain ASCII. What two readers may take for
// different places is refused: user information, backslashes, blanks and controls,
// fragments, and host names in other letters.
func parseResetURL(text string) (*url.URL, bool) {
	if len(text) > maxResetURLBytes || strings.ContainsFunc(text, ambiguousInURL) {
		return nil, false
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Opaque != "" || u.User != nil {
		return nil, false
	}
	if _, err := url.ParseQuery(u.RawQuery); err != nil {
		return nil, false // a part of it would be lost beside the token
	}
	return u, true
}

// ambiguousInURL is true of characters that have no place in a URL (RFC 3986, section 2),
// of the backslash, which browsers read as a slash, and of what begins a fragment or ends
// user information.
func ambiguousInURL(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`\#"<>^{|}`+"`", r)
}

// samePlace compares scheme, host, port and path, the last byte by byte, so that no dot
// segment and no other spelling of a character passes. The query is the caller's own.
func samePlace(a, b *url.URL) bool {
	return sameOrigin(a, b) && a.EscapedPath() == b.EscapedPath()
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	case u.Scheme == "http":
		return "80"
	}
	return ""
}
