// Package gotemplate puts mails into words with Go's templates: one text and one HTML
// template for each kind and language. English and German are in the binary; files in a
// folder replace them or add languages.
//
// # Files
//
// A template is named after what it is for: password-reset.en.txt and password-reset.en.html
// are the two bodies of the mail of the kind password-reset in English. The other kinds are
// password-changed, email-changed, tfa-enabled, tfa-disabled, recovery-code-used,
// identity-linked, identity-unlinked and registered-twice, which tell of something and bring no
// token, and invitation, registration and email-confirm, which bring one. A language (BCP 47)
// needs both. The text file also defines the subject, as the template "subject". The HTML
// file defines the template "content", which layout.html puts into a page; layout.html is
// shared by all and can be replaced like any other. Files whose names begin with a dot are
// left alone; one with any other name that is not understood is a mistake.
//
// # Values
//
//	.ProjectName          the name of the service
//	.FirstName            of who gets the mail; may be empty
//	.Link                 the link, complete
//	.ExpiresIn.Count      how long a link with a token works: so many
//	.ExpiresIn.Unit       minute, hour or day
//	.IP                   the address of who asked for the mail, or made the change; may be empty
//	.Language             the language of the template, for the lang attribute
//	.Direction            ltr or rtl, for the dir attribute
//	.Subject              the subject, as it came out; empty in the subject itself
//
// What else a request says of itself, its User-Agent for one, is not among them: anybody can
// ask for a mail to somebody else, and would choose words for it.
package gotemplate

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/text/language"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Config says in what words, and in whose name, mails are written.
type Config struct {
	// Path is a folder of templates that replace the ones of the binary or are added to
	// them; empty: none.
	Path string
	// DefaultLanguage is used where no language is asked for, or none that there is
	// (BCP 47). Every kind of mail needs templates in it. Empty: en.
	DefaultLanguage string
	// ProjectName is the name of the service in the mails.
	ProjectName string
}

// Composer is a port.MailComposer on templates that have been read, parsed and tried.
type Composer struct {
	project string
	kinds   map[domain.LetterKind]translations
}

var _ port.MailComposer = (*Composer)(nil)

// New reads all templates and tries each of them with sample values. The error lists every
// mistake there is, with the file that it is in.
func New(c Config) (*Composer, error) {
	if c.DefaultLanguage == "" {
		c.DefaultLanguage = "en"
	}
	fallback, err := language.Parse(c.DefaultLanguage)
	if err != nil {
		return nil, errors.New("gotemplate: the default language is no language tag")
	}
	files, unread := collect(c.Path)
	kinds, broken := files.parse(fallback, c.ProjectName)
	if err := errors.Join(unread, broken); err != nil {
		return nil, fmt.Errorf("gotemplate: %w", err)
	}
	return &Composer{project: c.ProjectName, kinds: kinds}, nil
}

// Compose implements port.MailComposer. A text that is not UTF-8 or holds NUL is ErrInvalid.
func (c *Composer) Compose(ctx context.Context, content port.MailContent) (subject, text, html string, err error) {
	if err := ctx.Err(); err != nil {
		return "", "", "", fmt.Errorf("gotemplate: compose: %w", err)
	}
	if err := port.CheckText(string(content.Kind), content.Language, content.FirstName, content.Link, content.Client.IP); err != nil {
		return "", "", "", fmt.Errorf("gotemplate: compose: %w", err)
	}
	kind, ok := c.kinds[content.Kind]
	if !ok {
		return "", "", "", fmt.Errorf("gotemplate: compose: no words for this kind of mail: %w", port.ErrNotFound)
	}
	words := kind.nearest(content.Language)
	subject, text, html, err = words.write(valuesOf(content, c.project, words.language))
	if err != nil {
		return "", "", "", fmt.Errorf("gotemplate: compose: %w", err)
	}
	return subject, text, html, nil
}

// Language returns the tag (BCP 47) of the templates that Compose takes for a kind of mail
// where preferred is asked for, or "" where the kind has no words.
func (c *Composer) Language(kind domain.LetterKind, preferred string) string {
	translations, ok := c.kinds[kind]
	if !ok {
		return ""
	}
	return translations.nearest(preferred).language.String()
}
