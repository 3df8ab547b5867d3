package smtp

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// TLS says how the connection to the mail server is protected.
type TLS int

// The ways to protect the connection.
const (
	// StartTLS begins in the clear and upgrades before anything is said (RFC 3207). A
	// server that does not offer it is refused.
	StartTLS TLS = iota
	// ImplicitTLS is TLS from the first byte (RFC 8314, section 3.3).
	ImplicitTLS
	// NoTLS sends mail, and so the links in it, in the clear. It is for a server on this
	// machine or in a network that nobody else can read.
	NoTLS
)

// defaultTimeout is how long one mail may take; RFC 5321, section 4.5.3.2, is more patient,
// but the queue tries again.
const defaultTimeout = 20 * time.Second

// Config says which server takes the mail, and whom it comes from.
type Config struct {
	Host string // name or address of the server; its certificate has to be for it
	Port int

	// User and Password log in with SMTP AUTH; an empty User does not log in. They are
	// sent over TLS only, or to this machine.
	User, Password string

	TLS TLS
	// RootCAs are who may have signed the server's certificate; nil: whom the system
	// trusts.
	RootCAs *x509.CertPool

	From     domain.Email // of the header and of the envelope
	FromName string       // shown beside From; may be empty

	// MessageIDHost is the right part of the Message-ID: the host of the service's public
	// URL.
	MessageIDHost string
	// HelloName is what the service calls itself in EHLO; empty: MessageIDHost.
	HelloName string

	// Timeout bounds one Send from dialling to the server's last word; 0: 20 seconds.
	Timeout time.Duration

	// Now is the clock that the Date of a mail is read from.
	Now func() time.Time
}

// check returns c with its defaults, or all that is wrong with it.
func (c Config) check() (Config, error) {
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	c.MessageIDHost = literal(c.MessageIDHost)
	if c.HelloName == "" {
		c.HelloName = c.MessageIDHost
	}
	return c, errors.Join(c.checkServer(), c.checkLogin(), c.checkSender())
}

func (c Config) checkServer() error {
	switch {
	case !isAtom(c.Host):
		return errors.New("smtp: Host is no host name and no address")
	case c.Port < 1 || c.Port > 65535:
		return fmt.Errorf("smtp: Port %d is none", c.Port)
	case c.TLS < StartTLS || c.TLS > NoTLS:
		return fmt.Errorf("smtp: TLS %d is no way to protect a connection", c.TLS)
	case c.Timeout < 0:
		return fmt.Errorf("smtp: Timeout %s is negative", c.Timeout)
	}
	return nil
}

func (c Config) checkLogin() error {
	switch {
	case c.User == "" && c.Password != "":
		return errors.New("smtp: there is a Password and no User")
	case c.User != "" && c.TLS == NoTLS && !isLoopback(c.Host):
		return errors.New("smtp: a User without TLS would send the password in the clear")
	}
	return nil
}

func (c Config) checkSender() error {
	from, err := domain.ParseEmail(string(c.From))
	switch {
	case err != nil || from != c.From:
		return errors.New("smtp: From is no bare address")
	case !port.IsLine(c.FromName):
		return errors.New("smtp: FromName is no single line of text")
	case !isAtom(c.MessageIDHost):
		return errors.New("smtp: MessageIDHost is no host name and no address")
	case !isAtom(c.HelloName):
		return errors.New("smtp: HelloName is no host name and no address")
	case c.Now == nil:
		return errors.New("smtp: Now is missing")
	}
	return nil
}

// literal writes an address as the address literal of RFC 5321, section 4.1.3, and leaves a
// name alone.
func literal(host string) string {
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	switch {
	case err != nil:
		return host
	case addr.Unmap().Is4():
		return "[" + addr.Unmap().String() + "]"
	}
	return "[IPv6:" + addr.WithZone("").String() + "]"
}

func isLoopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

// isAtom reports whether text is visible ASCII, at most as long as a host name, without the
// characters that have a meaning in a command, a header or an identifier.
func isAtom(text string) bool {
	return text != "" && len(text) <= 255 && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`<>()@,;"\`, r)
	})
}

func (c Config) address() string { return net.JoinHostPort(c.Host, fmt.Sprint(c.Port)) }
