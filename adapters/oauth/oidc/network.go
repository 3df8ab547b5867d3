package oidc

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"syscall"
)

// network says why there was no answer to a call, by the type of err and in no words of its own.
func network(err error) string {
	if _, lost := errors.AsType[*url.Error](err); !lost {
		return "the answer makes no sense"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "the host is not known"
		}
		return "DNS gives no answer"
	}
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		return "no answer in time"
	}
	if verification, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return distrust(verification)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "there is no TLS"
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return "TLS is refused"
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number.Error()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return "the connection is lost"
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return "there is no connection"
	}
	return "the answer is no HTTP"
}

// distrust says what is wrong with a certificate. The text of the error has names in it.
func distrust(err *tls.CertificateVerificationError) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate is for another name than that of the host"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "the certificate has expired or is not valid yet"
	}
	return "the certificate is not trusted: it is of no authority that this service knows"
}
