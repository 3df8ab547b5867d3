package port

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// CheckMail returns ErrInvalid unless every mailer can send m as it is: all of it is valid
// UTF-8 without NUL; To is one bare address, the Subject is one line without control
// characters; the ID has 1 to 128 letters, digits, dots, underscores and hyphens of ASCII, the
// first of them a letter or a digit, so that it fits into a Message-ID and the name of a file.
// It keeps one header from becoming two, one recipient from becoming two, and an ID from
// becoming a path. Mailers call it before anything else.
func CheckMail(m domain.Mail) error {
	if err := CheckText(m.ID, string(m.To), m.Subject, m.Text, m.HTML); err != nil {
		return err
	}
	to, err := domain.ParseEmail(string(m.To))
	switch {
	case err != nil || to != m.To:
		return fmt.Errorf("the recipient is no bare address: %w", ErrInvalid)
	case !IsLine(m.Subject):
		return fmt.Errorf("the subject is no single line: %w", ErrInvalid)
	case !isMailID(m.ID):
		return fmt.Errorf("the identifier has no place in a Message-ID: %w", ErrInvalid)
	}
	return nil
}

// IsLine reports whether text fits into one line of a header: valid UTF-8 without control
// characters and the separators of lines and paragraphs, U+2028 and U+2029.
func IsLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

func isMailID(id string) bool {
	const longest = 128
	if id == "" || len(id) > longest || !isASCIIAlphanumeric(rune(id[0])) {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool {
		return !isASCIIAlphanumeric(r) && !strings.ContainsRune("._-", r)
	})
}

func isASCIIAlphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
