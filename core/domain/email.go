package domain

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxEmailBytes is the longest address there is: RFC 5321, section 4.5.3.1.3, less the
// angle brackets of a path.
const MaxEmailBytes = 254

// ErrEmail says that a text is not an e-mail address that this service keeps.
var ErrEmail = errors.New("not an e-mail address")

// Email is a parsed address: valid UTF-8, no control characters, at most MaxEmailBytes.
type Email string

// ParseEmail reads the bare address (RFC 5322 addr-spec, with UTF-8 as in RFC 6532) that a
// person typed. Blanks around it are dropped; a display name, a comment, a quoted local
// part or angle brackets are refused, since each of them would be a second spelling of the
// same mailbox. The error is ErrEmail and never repeats the text.
func ParseEmail(text string) (Email, error) {
	text = strings.Trim(text, " ")
	if text == "" || len(text) > MaxEmailBytes || !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable) {
		return "", ErrEmail
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text {
		return "", ErrEmail
	}
	return Email(text), nil
}

// unprintable is true of what has no place in an address: controls, line and paragraph
// separators, invisible format characters, and every kind of space.
func unprintable(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }

// Key is what makes two addresses the same: the address with A to Z in lower case, byte by
// byte. Every adapter keeps it beside the address, with its unique index there, under a
// byte-wise collation. No other letter is folded: strings.ToLower would turn the Kelvin
// sign into k, and mail for one person into an account of another.
func (e Email) Key() string {
	b := []byte(e)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
