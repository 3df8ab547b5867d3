package auth

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// maxResetURLBytes bounds what a request makes us keep.
const maxResetURLBytes = 2048

// resetPage returns the page that a letter keeps: the one that the request names, if it is on
// the allow list, or "" for that of the service itself, which is looked up when the mail is
// written.
func (s *Service) resetPage(requested string) (string, error) {
	if requested == "" {
		return "", nil
	}
	page, ok := parseResetURL(requested)
	if !ok {
		return "", resetURLRefused("is no absolute URL, or one that two readers may take for different places")
	}
	for _, text := range s.settings.ResetURLs {
		if allowed, ok := parseResetURL(text); ok && samePlace(page, allowed) {
			return page.String(), nil
		}
	}
	reason := "is not on the allow list"
	if len(s.settings.ResetURLs) == 0 {
		reason = "is refused, as all are while the allow list is empty"
	}
	return "", resetURLRefused(placeOf(page) + " " + reason)
}

// resetURLRefused tells the caller nothing of the allow list; the cause is for the operator.
func resetURLRefused(cause string) error {
	refusal := domain.InvalidPayloadError("reset_url", "The URL can't be used to reset passwords")
	refusal.Err = errors.New("reset_url " + cause)
	return refusal
}

// placeOf is what samePlace compares, in a form for the log. The query is the caller's own
// and may hold anything.
func placeOf(page *url.URL) string {
	const longest = 200 // enough for every page that somebody means
	place := page.Scheme + "://" + page.Host + page.EscapedPath()
	return strconv.Quote(place[:min(len(place), longest)])
}

// pageOf returns where the link of a letter leads now. The configuration may have changed
// since the letter was queued, and a page that has left the allow list gets no token: the page
// of the service itself, which every token is good for, takes its place.
func (s *Service) pageOf(letter domain.Letter) (page string, replaced error) {
	page, err := s.resetPage(letter.URL)
	if err != nil || page == "" {
		return s.settings.ResetPage, err
	}
	return page, nil
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
