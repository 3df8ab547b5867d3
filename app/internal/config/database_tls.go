package config

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"strings"
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
	case d.SSL && d.SocketPath != "":
		l.mistake("DB_SSL", "is true, and DB_SOCKET_PATH leads to a socket of this machine, which has no TLS", "unset DB_SSL and what begins with DB_SSL__, or set DB_HOST in place of DB_SOCKET_PATH")
	case !d.SSL && !l.isSet("DB_SSL") && d.Host != "" && !isLoopback(d.Host):
		l.warn("the connection to DB_HOST is not encrypted; set DB_SSL to true, or to false if whoever is on the way may read everything")
	case !d.SSL && !l.isSet("DB_SSL") && leavesInTheClear(d.ConnectionString):
		l.warn("the connection of DB_CONNECTION_STRING may not be encrypted; set DB_SSL to true, or to false if whoever is on the way may read everything")
	}
}

// leavesInTheClear reports whether a URL leads to another machine and neither demands TLS nor
// says that there is to be none.
func leavesInTheClear(connection Secret) bool {
	if _, isURL := schemeOf(connection); !isURL {
		return false
	}
	u, err := url.Parse(string(connection))
	if err != nil || u.Host == "" || isLoopback(u.Hostname()) {
		return false
	}
	for _, name := range []string{"sslmode", "ssl-mode", "tls"} {
		switch strings.ToLower(u.Query().Get(name)) {
		case "", "prefer", "preferred", "allow": // falls back to none by itself
		default:
			return false
		}
	}
	return true
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
