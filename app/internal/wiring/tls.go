package wiring

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// databaseTLS returns how the connection to a database server is encrypted, or nil where the
// configuration asks for nothing. It leaves out the name of the server, which the adapters
// know best.
func databaseTLS(d config.Database) (*tls.Config, error) {
	if !d.SSL {
		return nil, nil
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: !d.RejectUnauthorized}
	if d.SSLCA != "" {
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM([]byte(d.SSLCA)) {
			return nil, errors.New("wiring: DB_SSL__CA holds no certificate")
		}
	}
	if d.SSLCert != "" {
		own, err := tls.X509KeyPair([]byte(d.SSLCert), []byte(d.SSLKey))
		if err != nil {
			return nil, fmt.Errorf("wiring: read DB_SSL__CERT and DB_SSL__KEY: %w", err)
		}
		t.Certificates = []tls.Certificate{own}
	}
	return t, nil
}
