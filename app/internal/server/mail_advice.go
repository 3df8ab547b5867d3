package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/adapters/mailer/smtp"
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// implicitTLSPort is where mail servers speak TLS from the first byte (RFC 8314, section 7.3).
const implicitTLSPort = 465

// withAdvice adds which settings to look at to what a mail server, or the way to it, did not
// like. The mailer knows no settings.
func withAdvice(err error, m config.Mail) error {
	if advice := adviceFor(err, m); advice != "" {
		return fmt.Errorf("%w; %s", err, advice)
	}
	return err
}

func adviceFor(err error, m config.Mail) string {
	_, notTLS := errors.AsType[tls.RecordHeaderError](err)
	_, badCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, otherName := errors.AsType[x509.HostnameError](err)
	switch {
	case errors.Is(err, smtp.ErrNoSTARTTLS):
		return "where it speaks TLS from the first byte, set EMAIL_SMTP_SECURE=true and mostly EMAIL_SMTP_PORT=465; where it is on this machine or in a network of its own, EMAIL_SMTP_IGNORE_TLS=true"
	case notTLS && m.SMTPSecure:
		return "the server does not begin with TLS: set EMAIL_SMTP_SECURE=false, and mostly EMAIL_SMTP_PORT=587"
	case otherName:
		return "set EMAIL_SMTP_HOST to a name that is in the certificate"
	case badCertificate:
		return "if an authority of your own has signed the certificate, name its file in SSL_CERT_FILE"
	case errors.Is(err, smtp.ErrNoLogin):
		return "unset EMAIL_SMTP_USER and EMAIL_SMTP_PASSWORD where it wants no login; some servers offer one only in TLS"
	case errors.Is(err, context.DeadlineExceeded) && m.SMTPPort == implicitTLSPort && !m.SMTPSecure:
		return "on port 465 servers mostly speak TLS from the first byte: set EMAIL_SMTP_SECURE=true"
	}
	return ""
}
