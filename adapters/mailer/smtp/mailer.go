// Package smtp hands mail to a mail server (RFC 5321): over STARTTLS unless told
// otherwise, one connection for each mail.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Mailer is a port.Mailer on a mail server. It holds no connection between calls.
type Mailer struct {
	config Config
	tls    *tls.Config
}

var _ port.Mailer = (*Mailer)(nil)

// New returns a Mailer, or an error that lists all that is wrong with c. It does not call
// the server, which may be down when the service starts.
func New(c Config) (*Mailer, error) {
	c, err := c.check()
	if err != nil {
		return nil, err
	}
	return &Mailer{
		config: c,
		tls:    &tls.Config{ServerName: c.Host, RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12},
	}, nil
}

// Send implements port.Mailer: nil means that the server has answered the end of the mail
// with 250. ErrInvalid is a mail that cannot be written, or one that the server has refused
// for good because of what it is or whom it is for. No error holds an address or a word of
// the server's, which may repeat one.
//
// A server that takes the mail and then loses the connection before it says so gets the
// mail again at the next attempt, under the same Message-ID.
func (m *Mailer) Send(ctx context.Context, mail domain.Mail) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("smtp: send: %w", err)
	}
	message, err := m.message(mail)
	if err != nil {
		return fmt.Errorf("smtp: write the mail: %w", err)
	}
	sending, cancel := context.WithTimeout(ctx, m.config.Timeout)
	defer cancel()
	if err := m.deliver(sending, message); err != nil {
		return fmt.Errorf("smtp: send: %w", withReason(sending, err))
	}
	return nil
}

// withReason says that the context is done, where that is what has broken the connection.
func withReason(ctx context.Context, err error) error {
	if done := ctx.Err(); done != nil && !errors.Is(err, done) && !errors.Is(err, port.ErrInvalid) {
		return errors.Join(done, err)
	}
	return err
}

// connect returns a connection that is closed when ctx is done, and a function to close it.
func (m *Mailer) connect(ctx context.Context) (net.Conn, func(), error) {
	dial := new(net.Dialer).DialContext
	if m.config.TLS == ImplicitTLS {
		dial = (&tls.Dialer{Config: m.tls}).DialContext
	}
	conn, err := dial(ctx, "tcp", m.config.address())
	if err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	return conn, func() { stop(); conn.Close() }, nil
}
