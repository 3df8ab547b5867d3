package wiring

import (
	"net"
	"path/filepath"
	"strconv"

	"github.com/sallyport-auth/sallyport/adapters/mailer/devmail"
	"github.com/sallyport-auth/sallyport/adapters/mailer/smtp"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// PostOffice is the mailer that EMAIL_TRANSPORT names, and what belongs to it.
type PostOffice struct {
	Mailer port.Mailer

	// Where says in words where a mail is that Mailer has taken, as in "in the folder X".
	Where string

	// Mailbox is the page at /mailbox and below; nil with a real mail server, and where
	// others than this machine may be led to the service: behind a proxy that leaves no
	// trace they look like this machine.
	Mailbox *devmail.Mailbox
}

// NewPostOffice makes the mailer that the configuration names. It does not call a mail
// server.
func NewPostOffice(c config.Config, clock port.Clock) (PostOffice, error) {
	publicURL, err := parsePublicURL(c)
	if err != nil {
		return PostOffice{}, err
	}
	if c.Mail.Transport == config.Mailbox {
		return newMailbox(c, clock, publicURL.Hostname())
	}
	return newSMTP(c, clock, publicURL.Hostname())
}

func newSMTP(c config.Config, clock port.Clock, host string) (PostOffice, error) {
	mailer, err := smtp.New(smtp.Config{
		Host:          c.Mail.SMTPHost,
		Port:          c.Mail.SMTPPort,
		User:          c.Mail.SMTPUser,
		Password:      string(c.Mail.SMTPPassword),
		TLS:           protection(c.Mail),
		From:          domain.Email(c.Mail.From),
		FromName:      c.General.ProjectName,
		MessageIDHost: host,
		HelloName:     c.Mail.SMTPName,
		Now:           clock.Now,
	})
	if err != nil {
		return PostOffice{}, err
	}
	return PostOffice{
		Mailer: mailer,
		Where:  "with the mail server " + net.JoinHostPort(c.Mail.SMTPHost, strconv.Itoa(c.Mail.SMTPPort)),
	}, nil
}

func protection(m config.Mail) smtp.TLS {
	switch {
	case m.SMTPSecure:
		return smtp.ImplicitTLS
	case m.SMTPIgnoreTLS:
		return smtp.NoTLS
	}
	return smtp.StartTLS
}

func newMailbox(c config.Config, clock port.Clock, host string) (PostOffice, error) {
	dir := filepath.Join(c.General.DataDir, "mailbox")
	mailbox, err := devmail.New(devmail.Config{
		Dir:           dir,
		From:          domain.Email(c.Mail.From),
		FromName:      c.General.ProjectName,
		MessageIDHost: host,
		ListenHost:    c.Server.Host,
		Now:           clock.Now,
	})
	if err != nil {
		return PostOffice{}, err
	}
	office := PostOffice{Mailer: mailbox, Where: "in the folder " + dir}
	if c.Server.IsLocal() {
		office.Mailbox = mailbox
	}
	return office, nil
}
