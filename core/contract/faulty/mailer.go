package faulty

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type mailer func(ctx context.Context, m domain.Mail) error

func (f mailer) Send(ctx context.Context, m domain.Mail) error { return f(ctx, m) }

// sending plants a fault in Send.
func sending(send func(ctx context.Context, inner port.Mailer, m domain.Mail) error) func(contract.MailerWorld) contract.MailerWorld {
	return func(w contract.MailerWorld) contract.MailerWorld {
		inner := w.Mailer
		w.Mailer = mailer(func(ctx context.Context, m domain.Mail) error { return send(ctx, inner, m) })
		return w
	}
}

// sent changes what is sent.
func sent(change func(m *domain.Mail)) func(contract.MailerWorld) contract.MailerWorld {
	return sending(func(ctx context.Context, inner port.Mailer, m domain.Mail) error {
		change(&m)
		return inner.Send(ctx, m)
	})
}

func withoutLineBreaks(s string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(s) }

func onlyASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7e {
			return '?'
		}
		return r
	}, s)
}

// longestLine is that of a line of mail (RFC 5322, section 2.1.1).
const longestLine = 998

func mailerFaults() []Fault {
	return []Fault{
		{
			Name: "text-left-out",
			Turns: []string{
				"mailer/delivered", "mailer/delivered-whole/subject", "mailer/delivered-whole/bodies", "mailer/one-recipient",
			},
			Mailer: sent(func(m *domain.Mail) {
				if port.CheckMail(*m) == nil && m.HTML != "" && m.To == "ann@example.com" {
					m.Text = ""
				}
			}),
		},
		{
			Name: "subject-without-encoding", Turns: []string{"mailer/delivered-whole/subject"},
			Mailer: sent(func(m *domain.Mail) {
				if port.CheckMail(*m) == nil {
					m.Subject = onlyASCII(m.Subject)
				}
			}),
		},
		{
			Name: "long-lines-cut", Turns: []string{"mailer/delivered-whole/bodies"},
			Mailer: sent(func(m *domain.Mail) {
				lines := strings.Split(m.Text, "\n")
				for i, line := range lines {
					lines[i] = line[:min(len(line), longestLine)]
				}
				m.Text = strings.Join(lines, "\n")
			}),
		},
		{
			Name: "recipients-add-up", Turns: []string{"mailer/one-recipient"},
			Mailer: func(w contract.MailerWorld) contract.MailerWorld {
				var before once
				return sending(func(ctx context.Context, inner port.Mailer, m domain.Mail) error {
					if m.To == "ann@example.com" {
						before.take()
					} else if before.taken.Load() {
						copied := m
						copied.To = "ann@example.com"
						if err := inner.Send(ctx, copied); err != nil {
							return err
						}
					}
					return inner.Send(ctx, m)
				})(w)
			},
		},
		{
			Name: "crlf-passes-in-to", Turns: []string{"mailer/header-injection/to"},
			Mailer: sent(func(m *domain.Mail) { m.To = domain.Email(withoutLineBreaks(string(m.To))) }),
		},
		{
			Name: "crlf-passes-in-subject", Turns: []string{"mailer/header-injection/subject"},
			Mailer: sent(func(m *domain.Mail) { m.Subject = withoutLineBreaks(m.Subject) }),
		},
		{
			Name: "recipient-not-looked-at", Turns: []string{"mailer/refused/recipient"},
			Mailer: sent(func(m *domain.Mail) {
				if _, err := domain.ParseEmail(string(m.To)); err != nil && !strings.ContainsAny(string(m.To), "\r\n") {
					m.To = "ann@example.com"
				}
			}),
		},
		{
			Name: "control-characters-pass-in-subject", Turns: []string{"mailer/refused/subject"},
			Mailer: sent(func(m *domain.Mail) {
				if !utf8.ValidString(m.Subject) {
					return
				}
				m.Subject = strings.Map(func(r rune) rune {
					if r == '\r' || r == '\n' || !unicode.IsControl(r) && r != '\u2028' {
						return r
					}
					return -1
				}, m.Subject)
			}),
		},
		{
			Name: "any-identifier-passes", Turns: []string{"mailer/refused/identifier"},
			Mailer: sending(func(ctx context.Context, inner port.Mailer, m domain.Mail) error {
				as := domain.Mail{ID: m.ID, To: "ann@example.com"}
				if port.CheckMail(as) != nil {
					m.ID = "id"
				}
				return inner.Send(ctx, m)
			}),
		},
		{
			Name: "bytes-that-are-no-text-pass", Turns: []string{"mailer/refused/no-text"},
			Mailer: sent(func(m *domain.Mail) {
				for _, text := range []*string{&m.Subject, &m.Text, &m.HTML} {
					*text = strings.ReplaceAll(strings.ToValidUTF8(*text, "?"), "\x00", "")
				}
			}),
		},
		{
			Name: "injection-may-pass", Turns: []string{
				"mailer/header-injection/to", "mailer/header-injection/subject",
				"mailer/refused/recipient", "mailer/refused/subject", "mailer/refused/identifier", "mailer/refused/no-text",
			},
			Mailer: sending(func(ctx context.Context, inner port.Mailer, m domain.Mail) error {
				return replaceError(inner.Send(ctx, m), port.ErrInvalid, errors.New("try again later"))
			}),
		},
		{
			Name: "mail-lost-under-load", Turns: []string{"mailer/many-at-once"},
			Mailer: func(w contract.MailerWorld) contract.MailerWorld {
				var o overlap
				var lost once
				return sending(func(ctx context.Context, inner port.Mailer, m domain.Mail) error {
					return o.during(func(shared bool) error {
						if shared && lost.take() {
							return nil
						}
						return inner.Send(ctx, m)
					})
				})(w)
			},
		},
		{
			Name: "ignores-ctx/mailer.send", Turns: []string{"ctx/cancelled/mailer.send"},
			Mailer: sending(func(ctx context.Context, inner port.Mailer, m domain.Mail) error {
				return inner.Send(context.WithoutCancel(ctx), m)
			}),
		},
	}
}
