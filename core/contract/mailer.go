package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// MailerWorld is a port.Mailer under test and its receiving side.
type MailerWorld struct {
	Mailer port.Mailer
	// Received returns what the receiving side has taken charge of, in order and decoded:
	// one Mail for each recipient of each message, with the left part of its Message-ID.
	// Line breaks may be CR LF, and bodies may have gained one at their end.
	Received func(t testing.TB) []domain.Mail
}

// RunMailer runs MailerCases, each on what open returns: a world in which nothing has been
// received, which t.Cleanup closes.
func RunMailer(t *testing.T, open func(t testing.TB) MailerWorld, opts ...Option) {
	t.Helper()
	run(t, "mailer", MailerCases(), open, opts)
}

// MailerCases returns the rules of port.Mailer.
func MailerCases() []Case[MailerWorld] {
	return slices.Concat(mailerSendCases(), mailerMethods().cancelled())
}

func sampleMail(name string) domain.Mail {
	return domain.Mail{
		ID:      "0195f2c6-7d7e-7a10-8000-" + fmt.Sprintf("%012x", []byte(name)),
		To:      domain.Email(name + "@example.com"),
		Subject: "A new password",
		Text:    "Follow https://example.com/reset?token=abc to set it.",
		HTML:    `<p><a href="https://example.com/reset?token=abc">Set it</a></p>`,
	}
}

// received returns what has been received, with plain line breaks and none at the end.
func (w MailerWorld) received(t testing.TB) []domain.Mail {
	t.Helper()
	list := w.Received(t)
	for i := range list {
		list[i].Text, list[i].HTML = plainLines(list[i].Text), plainLines(list[i].HTML)
	}
	return list
}

func plainLines(s string) string {
	return strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
}

func mailerSendCases() []Case[MailerWorld] {
	const rule = "Send returns nil once another party has taken charge of m."
	const ruleInvalid = "ErrInvalid says that m will never be taken, however often it is tried: one that CheckMail refuses, an address that the server refuses for good."
	comesThrough := func(change func(m *domain.Mail)) func(testing.TB, MailerWorld) {
		return func(t testing.TB, w MailerWorld) {
			m := sampleMail("ann")
			change(&m)
			must(t, w.Mailer.Send(t.Context(), m))
			wantEqual(t, w.received(t), []domain.Mail{m})
		}
	}
	// injected wants each kind of line break to be refused, with and without something
	// after it.
	injected := func(inject func(m *domain.Mail, end string)) func(testing.TB, MailerWorld) {
		return func(t testing.TB, w MailerWorld) {
			for _, lineBreak := range []string{"\r\n", "\n", "\r"} {
				for _, end := range []string{lineBreak, lineBreak + "Bcc: bob@example.com", lineBreak + lineBreak + "body"} {
					m := sampleMail("ann")
					inject(&m, end)
					if err := w.Mailer.Send(t.Context(), m); !errors.Is(err, port.ErrInvalid) {
						t.Errorf("%q: got error %v, want one that matches %q", end, err, port.ErrInvalid)
					}
				}
			}
			wantEqual(t, len(w.received(t)), 0)
		}
	}
	// refused wants each of the changes to make a mail that is never taken.
	refused := func(changes ...func(m *domain.Mail)) func(testing.TB, MailerWorld) {
		return func(t testing.TB, w MailerWorld) {
			for _, change := range changes {
				m := sampleMail("ann")
				change(&m)
				if err := w.Mailer.Send(t.Context(), m); !errors.Is(err, port.ErrInvalid) {
					t.Errorf("%+v: got error %v, want one that matches %q", m, err, port.ErrInvalid)
				}
			}
			wantEqual(t, len(w.received(t)), 0)
		}
	}
	to := func(s string) func(*domain.Mail) { return func(m *domain.Mail) { m.To = domain.Email(s) } }
	id := func(s string) func(*domain.Mail) { return func(m *domain.Mail) { m.ID = s } }
	subject := func(s string) func(*domain.Mail) { return func(m *domain.Mail) { m.Subject = s } }
	return []Case[MailerWorld]{
		{"mailer/delivered", rule, comesThrough(func(*domain.Mail) {})},
		{"mailer/delivered-whole/subject", rule, comesThrough(func(m *domain.Mail) {
			m.Subject = "Ein neues Passwort f\u00fcr J\u00f6rg \U0001F511, " + strings.Repeat("und noch mehr davon ", 20) + "=?utf-8?q?ende?="
		})},
		{"mailer/delivered-whole/bodies", rule, comesThrough(func(m *domain.Mail) {
			lines := "Gr\u00fc\u00dfe \U0001F511\n.\n..two dots\nFrom the start\n--boundary\n100 =3D, a=b\n\ttab and blanks  \n" + strings.Repeat("long ", 1000) + "\n\nend"
			m.Text, m.HTML = lines, "<pre>"+lines+"</pre>"
		})},
		{"mailer/one-recipient", rule, func(t testing.TB, w MailerWorld) {
			ann, bob := sampleMail("ann"), sampleMail("bob")
			must(t, w.Mailer.Send(t.Context(), ann))
			must(t, w.Mailer.Send(t.Context(), bob))
			wantEqual(t, w.received(t), []domain.Mail{ann, bob})
		}},
		{"mailer/header-injection/to", ruleInvalid, injected(func(m *domain.Mail, end string) { m.To += domain.Email(end) })},
		{"mailer/header-injection/subject", ruleInvalid, injected(func(m *domain.Mail, end string) { m.Subject += end })},
		{"mailer/refused/recipient", ruleInvalid, refused(
			to(""), to("ann"), to(" ann@example.com"), to("Ann <ann@example.com>"), to("<ann@example.com>"),
			to("ann@example.com,bob@example.com"), to("ann@example.com;bob@example.com"), to("ann@example.com bob@example.com"),
		)},
		{"mailer/refused/subject", ruleInvalid, refused(
			subject("a\tb"), subject("\x1b[2J"), subject("a\u0085b"), subject("a\u2028b"), subject("a\x7f"),
		)},
		{"mailer/refused/identifier", ruleInvalid, refused(
			id(""), id("a b"), id("a@b"), id("<a>"), id("a>\r\nX: y"), id("../a"), id(".a"), id(`a\b`), id("a\u00e4"), id(strings.Repeat("a", 129)),
		)},
		{"mailer/refused/no-text", ruleInvalid, refused(
			subject("a\xff"),
			func(m *domain.Mail) { m.Text = "a\xff" }, func(m *domain.Mail) { m.Text = "a\x00b" },
			func(m *domain.Mail) { m.HTML = "a\xff" }, func(m *domain.Mail) { m.HTML = "a\x00b" },
		)},
		{"mailer/many-at-once", "Methods are safe for concurrent use.", func(t testing.TB, w MailerWorld) {
			mail := func(i int) domain.Mail { return sampleMail(fmt.Sprintf("user%02d", i)) }
			race(t, racers, func(i int) error { return w.Mailer.Send(t.Context(), mail(i)) }).want(t, racers, nil)
			got := w.received(t)
			slices.SortFunc(got, func(a, b domain.Mail) int { return strings.Compare(string(a.To), string(b.To)) })
			want := make([]domain.Mail, racers)
			for i := range want {
				want[i] = mail(i)
			}
			wantEqual(t, got, want)
		}},
	}
}

func mailerMethods() methods[MailerWorld] {
	return methods[MailerWorld]{
		port:      "mailer",
		seed:      func(testing.TB, MailerWorld) {},
		untouched: func(t testing.TB, w MailerWorld) { t.Helper(); wantEqual(t, len(w.received(t)), 0) },
		list: []method[MailerWorld]{
			{"Send", func(ctx context.Context, w MailerWorld) error { return w.Mailer.Send(ctx, sampleMail("ann")) }},
		},
	}
}
