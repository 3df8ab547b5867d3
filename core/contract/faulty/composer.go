package faulty

import (
	"context"
	"errors"
	"html"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// words is what a composer returns.
type words struct{ subject, text, html string }

type composer func(ctx context.Context, c port.MailContent) (words, error)

func (f composer) Compose(ctx context.Context, c port.MailContent) (subject, text, html string, err error) {
	w, err := f(ctx, c)
	return w.subject, w.text, w.html, err
}

// composing plants a fault in Compose: before changes what is asked for, after what is
// answered. Either may be nil.
func composing(before func(c *port.MailContent) error, after func(c port.MailContent, w *words)) func(port.MailComposer) port.MailComposer {
	return func(inner port.MailComposer) port.MailComposer {
		return composer(func(ctx context.Context, c port.MailContent) (words, error) {
			if before != nil {
				if err := before(&c); err != nil {
					return words{}, err
				}
			}
			var w words
			var err error
			if w.subject, w.text, w.html, err = inner.Compose(ctx, c); err != nil {
				return words{}, err
			}
			if after != nil {
				after(c, &w)
			}
			return w, nil
		})
	}
}

func composerFaults() []Fault {
	return []Fault{
		{
			Name: "language-by-its-whole-name", Turns: []string{"composer/language/falls-back-on-the-general"},
			Composer: composing(func(c *port.MailContent) error {
				if strings.Contains(c.Language, "-") {
					c.Language = ""
				}
				return nil
			}, nil),
		},
		{
			Name: "unknown-language-errors", Turns: []string{"composer/language/everybody-gets-a-mail"},
			Composer: composing(func(c *port.MailContent) error {
				if c.Language == "tlh" {
					return errors.New("no words in this language")
				}
				return nil
			}, nil),
		},
		{
			Name: "name-needed", Turns: []string{"composer/nobody-need-be-known"},
			Composer: composing(func(c *port.MailContent) error {
				if c.FirstName == "" {
					return errors.New("no name to greet")
				}
				return nil
			}, nil),
		},
		{
			Name: "link-in-html-only", Turns: []string{"composer/link-in-the-text"},
			Composer: composing(nil, func(c port.MailContent, w *words) { w.text = strings.ReplaceAll(w.text, c.Link, "") }),
		},
		{
			Name: "link-in-text-only", Turns: []string{"composer/link-in-the-html"},
			Composer: composing(nil, func(c port.MailContent, w *words) {
				w.html = strings.ReplaceAll(w.html, html.EscapeString(c.Link), "#")
			}),
		},
		{
			Name: "html-not-escaped", Turns: []string{"composer/escapes-html"},
			Composer: composing(nil, func(c port.MailContent, w *words) { w.html += "<p>" + c.Client.UserAgent + "</p>" }),
		},
		{
			Name: "name-in-the-subject-as-it-comes", Turns: []string{"composer/subject-one-line"},
			Composer: composing(nil, func(c port.MailContent, w *words) { w.subject = c.FirstName + ": " + w.subject }),
		},
		{
			Name: "unlinked-is-linked", Turns: []string{"composer/each-kind-has-its-subject"},
			Composer: composing(func(c *port.MailContent) error {
				if c.Kind == domain.LetterIdentityUnlinked {
					c.Kind = domain.LetterIdentityLinked
				}
				return nil
			}, nil),
		},
		{
			Name: "every-kind-is-a-reset", Turns: []string{"composer/unknown-kind-is-not-found"},
			Composer: composing(func(c *port.MailContent) error {
				if !slices.Contains(domain.LetterKinds(), c.Kind) {
					c.Kind = domain.LetterPasswordReset
				}
				return nil
			}, nil),
		},
		{
			Name: "ignores-ctx/composer.compose", Turns: []string{"ctx/cancelled/composer.compose"},
			Composer: func(inner port.MailComposer) port.MailComposer {
				return composer(func(ctx context.Context, c port.MailContent) (words, error) {
					subject, text, body, err := inner.Compose(context.WithoutCancel(ctx), c)
					return words{subject, text, body}, err
				})
			},
		},
	}
}
