package smtp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// deliver speaks one session with the server. It owns the connection, so that whatever goes
// wrong at any step leaves none open.
func (m *Mailer) deliver(ctx context.Context, message *gomail.Msg) error {
	conn, closeConn, err := m.connect(ctx)
	if err != nil {
		return err
	}
	defer closeConn()

	client, err := smtp.NewClient(conn, m.config.Host)
	if err != nil {
		return failed("greeting", err)
	}
	if err := client.Hello(m.config.HelloName); err != nil {
		return failed("EHLO", err)
	}
	if err := m.startTLS(client); err != nil {
		return err
	}
	if err := m.login(client); err != nil {
		return err
	}
	if err := transfer(client, message); err != nil {
		return err
	}
	// The server has taken the mail; how it takes leave changes nothing.
	_ = client.Quit()
	return nil
}

func (m *Mailer) startTLS(client *smtp.Client) error {
	if m.config.TLS != StartTLS {
		return nil
	}
	if offered, _ := client.Extension("STARTTLS"); !offered {
		return ErrNoSTARTTLS
	}
	if err := client.StartTLS(m.tls); err != nil {
		return failed("STARTTLS", err)
	}
	return nil
}

func (m *Mailer) login(client *smtp.Client) error {
	if m.config.User == "" {
		return nil
	}
	_, offered := client.Extension("AUTH")
	auth := m.mechanism(strings.Fields(offered))
	if auth == nil {
		return ErrNoLogin
	}
	if err := client.Auth(auth); err != nil {
		return failed("AUTH", err)
	}
	return nil
}

// mechanism returns the best of the mechanisms that are offered, or nil. None of those
// that stand on a broken hash is used, since PLAIN in TLS is better than they are.
func (m *Mailer) mechanism(offered []string) smtp.Auth {
	user, password, host := m.config.User, m.config.Password, m.config.Host
	switch {
	case slices.Contains(offered, "SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(user, password)
	case slices.Contains(offered, "PLAIN"):
		return smtp.PlainAuth("", user, password, host, isLoopback(host))
	case slices.Contains(offered, "LOGIN"):
		return smtp.LoginAuth(user, password, host, isLoopback(host))
	}
	return nil
}

// transfer hands over the mail and waits for the server to take it.
func transfer(client *smtp.Client, message *gomail.Msg) error {
	from, err := message.GetSender(false)
	if err != nil {
		return fmt.Errorf("name the sender: %w", err)
	}
	to, err := message.GetRecipients()
	if err != nil {
		return fmt.Errorf("name the recipient: %w", err)
	}
	international, _ := client.Extension("SMTPUTF8")
	plain := isASCII(from) && isASCII(to[0])
	if !plain && !international {
		return invalid("the address is not in ASCII, and the server has no SMTPUTF8")
	}
	// A mail that asks for SMTPUTF8 (RFC 6531) can be returned by a server further on that
	// does not know it, so only one that needs it asks.
	client.SkipSMTPUTF8(plain)

	if err := client.Mail(from); err != nil {
		return failed("MAIL FROM", err)
	}
	if err := client.Rcpt(to[0]); err != nil {
		return refusedMail("RCPT TO", err)
	}
	data, err := client.Data()
	if err != nil {
		return refusedMail("DATA", err)
	}
	if _, err := message.WriteTo(data); err != nil {
		return failed("content", err)
	}
	if err := data.Close(); err != nil {
		return refusedMail("end of content", err)
	}
	return nil
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 127 })
}
