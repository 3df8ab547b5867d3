package contract

import (
	"context"
	"html"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunComposer runs ComposerCases, each on what open returns. It must have words for every one
// of domain.LetterKinds.
func RunComposer(t *testing.T, open func(t testing.TB) port.MailComposer, opts ...Option) {
	t.Helper()
	run(t, "composer", ComposerCases(), open, opts)
}

// ComposerCases returns the rules of port.MailComposer.
func ComposerCases() []Case[port.MailComposer] {
	return slices.Concat(composerCases(), composerMethods().cancelled())
}

func sampleContent() port.MailContent {
	return port.MailContent{
		Kind:      domain.LetterPasswordReset,
		Language:  "en",
		FirstName: "Ann",
		Link:      "https://example.com/reset?lang=en&token=Ab0-_xyz",
		ExpiresIn: time.Hour,
		Client:    sampleClient("then"),
	}
}

// sampleContents returns one of each kind. Only the link of a reset has an end.
func sampleContents() []port.MailContent {
	var all []port.MailContent
	for _, kind := range domain.LetterKinds() {
		c := sampleContent()
		if c.Kind != kind {
			c.Kind, c.ExpiresIn = kind, 0
		}
		all = append(all, c)
	}
	return all
}

// words is what a composer returns.
type words struct{ subject, text, html string }

func compose(t testing.TB, composer port.MailComposer, c port.MailContent) words {
	t.Helper()
	subject, text, body, err := composer.Compose(t.Context(), c)
	must(t, err)
	if strings.TrimSpace(subject) == "" || strings.TrimSpace(text) == "" || strings.TrimSpace(body) == "" {
		t.Fatalf("got a subject of %d, a text of %d and HTML of %d bytes, want words in each", len(subject), len(text), len(body))
	}
	return words{subject, text, body}
}

func composerCases() []Case[port.MailComposer] {
	const ruleLanguage = "Compose returns the subject and both bodies of the mail, in the language nearest to the one asked for."
	const ruleLink = "Both bodies hold the link."
	const ruleOutside = "Whatever comes from outside is escaped in the HTML body and brings no line breaks into the subject."
	// outside are all fields that somebody else has written.
	outside := map[string]func(c *port.MailContent, s string){
		"first name": func(c *port.MailContent, s string) { c.FirstName = s },
		"IP":         func(c *port.MailContent, s string) { c.Client.IP = s },
		"user agent": func(c *port.MailContent, s string) { c.Client.UserAgent = s },
		"origin":     func(c *port.MailContent, s string) { c.Client.Origin = s },
		"language":   func(c *port.MailContent, s string) { c.Language = s },
	}
	return []Case[port.MailComposer]{
		{"composer/language/falls-back-on-the-general", ruleLanguage, func(t testing.TB, composer port.MailComposer) {
			for _, language := range []string{"en", "de"} {
				general, special := sampleContent(), sampleContent()
				general.Language, special.Language = language, language+"-x-dialect"
				if compose(t, composer, general) != compose(t, composer, special) {
					t.Errorf("got other words for %q than for %q", special.Language, general.Language)
				}
			}
		}},
		{"composer/language/everybody-gets-a-mail", ruleLanguage, func(t testing.TB, composer port.MailComposer) {
			for _, language := range []string{"", "tlh", "en_GB", "no language at all", "*", strings.Repeat("x-", 200)} {
				c := sampleContent()
				c.Language = language
				compose(t, composer, c)
			}
		}},
		{"composer/nobody-need-be-known", ruleLanguage, func(t testing.TB, composer port.MailComposer) {
			c := sampleContent()
			c.FirstName, c.Client = "", domain.Client{}
			compose(t, composer, c)
		}},
		{"composer/link-in-the-text", ruleLink, func(t testing.TB, composer port.MailComposer) {
			for _, c := range sampleContents() {
				if got := compose(t, composer, c).text; !strings.Contains(got, c.Link) {
					t.Fatalf("%s: the text has no link %s: %q", c.Kind, c.Link, got)
				}
			}
		}},
		{"composer/link-in-the-html", ruleLink, func(t testing.TB, composer port.MailComposer) {
			for _, c := range sampleContents() {
				if got := compose(t, composer, c).html; !strings.Contains(html.UnescapeString(got), `href="`+c.Link+`"`) {
					t.Fatalf("%s: the HTML has no link to %s: %q", c.Kind, c.Link, got)
				}
			}
		}},
		{"composer/escapes-html", ruleOutside, func(t testing.TB, composer port.MailComposer) {
			for name, set := range outside {
				for _, bad := range []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "'><b>x</b>", "<!-- "} {
					for _, c := range sampleContents() {
						set(&c, bad)
						if got := compose(t, composer, c).html; strings.Contains(got, bad) {
							t.Errorf("%s, %s: the HTML holds %q as it came", c.Kind, name, bad)
						}
					}
				}
			}
		}},
		{"composer/subject-one-line", ruleOutside, func(t testing.TB, composer port.MailComposer) {
			for name, set := range outside {
				for _, lineBreak := range []string{"\r\n", "\n", "\r"} {
					for _, c := range sampleContents() {
						set(&c, "Ann"+lineBreak+"Bcc: bob@example.com")
						if got := compose(t, composer, c).subject; strings.ContainsAny(got, "\r\n") {
							t.Errorf("%s, %s: got subject %q, want one line", c.Kind, name, got)
						}
					}
				}
			}
		}},
		{"composer/each-kind-has-its-subject", "Each kind has a subject of its own.", func(t testing.TB, composer port.MailComposer) {
			for _, language := range []string{"en", "de"} {
				kinds := map[string]domain.LetterKind{}
				for _, c := range sampleContents() {
					c.Language = language
					subject := compose(t, composer, c).subject
					if other, taken := kinds[subject]; taken {
						t.Errorf("got the subject %q for %s and for %s", subject, other, c.Kind)
					}
					kinds[subject] = c.Kind
				}
			}
		}},
		{
			"composer/unknown-kind-is-not-found", "A kind that it has no words for is ErrNotFound.",
			func(t testing.TB, composer port.MailComposer) {
				for _, kind := range []domain.LetterKind{"", "no such kind", "../password-reset", "Password-Reset"} {
					c := sampleContent()
					c.Kind = kind
					_, _, _, err := composer.Compose(t.Context(), c)
					wantError(t, err, port.ErrNotFound)
				}
			},
		},
	}
}

func composerMethods() methods[port.MailComposer] {
	return methods[port.MailComposer]{
		port:      "composer",
		seed:      func(testing.TB, port.MailComposer) {},
		untouched: func(testing.TB, port.MailComposer) {}, // it keeps nothing
		list: []method[port.MailComposer]{
			{"Compose", func(ctx context.Context, composer port.MailComposer) error {
				_, _, _, err := composer.Compose(ctx, sampleContent())
				return err
			}},
		},
	}
}
