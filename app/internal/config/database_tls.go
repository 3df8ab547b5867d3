package config

import (
	"crypto/tls"
	"crypto/x509"
)

func (l *loader) checkDatabaseTLS(d Database) {
	if !l.sound("DB_SSL") {
		return
	}
	l.checkAuthorities(d)
	l.checkOwnCertificate(d)
	switch {
	case !d.SSL && (d.SSLCA != "" || d.SSLCert != "" || d.SSLKey != ""):
		l.mistake("DB_SSL", "is false, and certificates for TLS are set", "write true, or unset the DB_SSL__ settings")
	case !d.SSL && l.isSet("DB_SSL__REJECT_UNAUTHORIZED"):
		l.warn("DB_SSL__REJECT_UNAUTHORIZED has no effect without DB_SSL")
	case d.SSL && !d.RejectUnauthorized:
		l.warn("DB_SSL__REJECT_UNAUTHORIZED is false: whoever is on the way to the database can pose as it and read everything")
	case !d.SSL && !l.isSet("DB_SSL") && d.Host != "" && !isLoopback(d.Host):
		l.warn("the connection to DB_HOST is not encrypted; set DB_SSL to true, or to false if whoever is on the way may read everything")
	}
}

// checkAuthorities repeats nothing: what was put there may be another file's text.
func (l *loader) checkAuthorities(d Database) {
	if d.SSLCA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(d.SSLCA)) {
		l.mistake("DB_SSL__CA", "holds no certificate", pemFix("DB_SSL__CA"))
	}
}

func (l *loader) checkOwnCertificate(d Database) {
	switch {
	case !l.sound("DB_SSL__CERT", "DB_SSL__KEY"):
	case d.SSLCert == "" && d.SSLKey == "":
	case d.SSLCert == "":
		l.mistake("DB_SSL__CERT", "is not set, and DB_SSL__KEY is", "set both of them, or none")
	case d.SSLKey == "":
		l.mistake("DB_SSL__KEY", "is not set, and DB_SSL__CERT is", "set both of them, or none")
	default:
		if _, err := tls.X509KeyPair([]byte(d.SSLCert), []byte(d.SSLKey)); err != nil {
			l.mistake("DB_SSL__CERT", "and DB_SSL__KEY are no certificate and its private key", pemFix("DB_SSL__CERT"))
		}
	}
}

func pemFix(name string) string {
	return "write the text from -----BEGIN to the last -----, or name a file of it in " + name + fileSuffix
}
