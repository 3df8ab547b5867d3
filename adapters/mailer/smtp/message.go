package smtp

import (
	"fmt"
	"net/mail"

	gomail "github.com/wneessen/go-mail"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// message writes m in the form of RFC 5322, with a text and an HTML body as alternatives.
// It is ErrInvalid where that cannot be done without saying something else than m says.
func (m *Mailer) message(from domain.Mail) (*gomail.Msg, error) {
	if err := port.CheckMail(from); err != nil {
		return nil, err
	}
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(&mail.Address{Name: m.config.FromName, Address: string(m.config.From)})
	message.SetAddrHeaderFromMailAddress(gomail.HeaderTo, &mail.Address{Address: string(from.To)})
	message.Subject(from.Subject)
	message.SetDateWithValue(m.config.Now().UTC())
	message.SetMessageIDWithValue(from.ID + "@" + m.config.MessageIDHost)
	// RFC 3834, section 5: keeps out-of-office notices from answering.
	message.SetGenHeader("Auto-Submitted", "auto-generated")

	message.SetBodyString(gomail.TypeTextPlain, from.Text)
	if from.HTML != "" {
		message.AddAlternativeString(gomail.TypeTextHTML, from.HTML)
	}
	return message, nil
}

func invalid(reason string) error { return fmt.Errorf("%s: %w", reason, port.ErrInvalid) }
