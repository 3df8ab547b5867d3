package fakes

import (
	"context"
	"fmt"
	"html"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.MailComposer = Composer{}

// Composer is a port.MailComposer with few words, in English and in German: the same
// content always gives the same mail. It is safe for concurrent use.
type Composer struct{}

// Compose puts the link on a line of its own into the text, and into an href of the HTML.
func (Composer) Compose(ctx context.Context, c port.MailContent) (subject, text, body string, err error) {
	if err := ctx.Err(); err != nil {
		return "", "", "", fmt.Errorf("fakes: compose mail: %w", err)
	}
	language, _, _ := strings.Cut(strings.ToLower(c.Language), "-")
	title, hint, ok := wordsOf(c.Kind, language == "de")
	if !ok {
		return "", "", "", fmt.Errorf("fakes: compose mail: %w", port.ErrNotFound)
	}
	subject = fmt.Sprintf(title, strings.Join(strings.Fields(c.FirstName), " "))
	hint = fmt.Sprintf(hint, c.Client.IP, c.Client.UserAgent, c.ExpiresIn)
	text = fmt.Sprintf("%s\n\n%s\n\n%s\n", subject, c.Link, hint)
	body = fmt.Sprintf("<h1>%s</h1><p><a href=\"%s\">%[2]s</a></p><p>%s</p>",
		html.EscapeString(subject), html.EscapeString(c.Link), html.EscapeString(hint))
	return subject, text, body, nil
}

// wordsOf returns a title with a place for the name, and a hint with places for an address, an
// agent and a time.
func wordsOf(kind domain.LetterKind, german bool) (title, hint string, ok bool) {
	switch {
	case kind == domain.LetterPasswordReset && german:
		return "Ein neues Passwort für %s", "Angefordert von %s mit %s. Der Link gilt %s.", true
	case kind == domain.LetterPasswordReset:
		return "A new password for %s", "Asked for from %s with %s. The link works for %s.", true
	case kind == domain.LetterInvitation:
		return "%s, you have been invited", "Invited from %s with %s. The link works for %s.", true
	case kind == domain.LetterRegistration:
		return "%s, confirm your address", "Registered from %s with %s. The link works for %s.", true
	case kind == domain.LetterRegisteredTwice:
		return "%s, there is an account already", "Registered from %s with %s. %s", true
	case kind == domain.LetterEmailConfirm:
		return "%s, confirm your new address", "Changed from %s with %s. The link works for %s.", true
	case kind == domain.LetterPasswordChanged:
		return "%s, the password was changed", "Changed from %s with %s. %s", true
	case kind == domain.LetterEmailChanged:
		return "%s, the address was changed", "Changed from %s with %s. %s", true
	case kind == domain.LetterTFAEnabled:
		return "%s, the second factor is on", "Changed from %s with %s. %s", true
	case kind == domain.LetterTFADisabled:
		return "%s, the second factor is off", "Changed from %s with %s. %s", true
	case kind == domain.LetterRecoveryUsed:
		return "%s, a recovery code was used", "Used from %s with %s. %s", true
	case kind == domain.LetterIdentityLinked:
		return "%s, there is another way in", "Linked from %s with %s. %s", true
	case kind == domain.LetterIdentityUnlinked:
		return "%s, there is one way in less", "Unlinked from %s with %s. %s", true
	}
	return "", "", false
}
