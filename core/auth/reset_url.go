package auth

import (
	"net/url"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// maxResetURLBytes bounds what a request makes us keep.
const maxResetURLBytes = 2048

// resetPage returns where the link of a reset mail leads: the page of the service itself,
// or the one that the request names, if it is on the allow list.
func (s *Service) resetPage(requested string) (string, error) {
	if requested == "" {
		return s.settings.ResetPage, nil
	}
	page, ok := parseResetURL(requested)
	if !ok {
		return "", resetURLRefused()
	}
	for _, text := range s.settings.ResetURLs {
		if allowed, ok := parseResetURL(text); ok && samePlace(page, allowed) {
			return page.String(), nil
		}
	}
	return "", resetURLRefused()
}

func resetURLRefused() error {
	return domain.InvalidPayloadError("reset_url", "The URL can't be used to reset passwords")
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
	return a.Scheme == b.Scheme &&
		strings.EqualFold(a.Hostname(), b.Hostname()) &&
		portOf(a) == portOf(b) &&
		a.EscapedPath() == b.EscapedPath()
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

// withToken returns the page with the token as a parameter of its query; others stay.
func withToken(page, token string) (string, error) {
	u, err := url.Parse(page)
	if err != nil {
		return "", err
	}
	query := u.Query()
	query.Set("token", token)
	u.RawQuery = query.Encode()
	return u.String(), nil
}
