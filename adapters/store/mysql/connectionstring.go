package mysql

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// errConnectionString says nothing of what the string is: any part of one that is wrongly
// written may be the password.
var errConnectionString = errors.New("the connection string is neither a mysql:// URL nor a DSN of the driver")

// parseConnectionString reads both forms. No error of it repeats a value.
func parseConnectionString(s string) (*mysql.Config, error) {
	scheme, _, isURL := strings.Cut(s, "://")
	switch scheme = strings.ToLower(scheme); {
	case isURL && (scheme == "mysql" || scheme == "mariadb"):
		return parseURL(s)
	case hasParameter(s, "strict"): // for which the driver would panic
		return nil, errConnectionString
	}
	for _, name := range dropped {
		if hasParameter(s, name) {
			return nil, fmt.Errorf("the connection string has the parameter %s, which is not supported", name)
		}
	}
	d, err := mysql.ParseDSN(s)
	if err != nil {
		return nil, errConnectionString
	}
	// Read once more into a new one, since character set, compression and time zone are
	// not to be had otherwise.
	clean := mysql.NewConfig()
	clean.User, clean.Passwd, clean.Net, clean.Addr, clean.DBName = d.User, d.Passwd, d.Net, d.Addr, d.DBName
	clean.TLS, clean.TLSConfig, clean.AllowFallbackToPlaintext = d.TLS, d.TLSConfig, d.AllowFallbackToPlaintext
	clean.AllowNativePasswords, clean.AllowCleartextPasswords = d.AllowNativePasswords, d.AllowCleartextPasswords
	clean.Params, clean.ConnectionAttributes, clean.MaxAllowedPacket = d.Params, d.ConnectionAttributes, d.MaxAllowedPacket
	return clean, nil
}

// dropped are the parameters of the driver that would be lost, though whoever writes them wants
// something else than what we overrule on each connection.
var dropped = []string{"allowOldPasswords", "compress", "rejectReadOnly", "serverPubKey"}

func hasParameter(dsn, name string) bool {
	_, parameters, _ := strings.Cut(dsn[strings.LastIndexByte(dsn, '/')+1:], "?")
	for parameter := range strings.SplitSeq(parameters, "&") {
		if strings.HasPrefix(parameter, name+"=") {
			return true
		}
	}
	return false
}

func parseURL(s string) (*mysql.Config, error) {
	u, err := url.Parse(s)
	if err != nil || u.Fragment != "" || u.Opaque != "" {
		return nil, errConnectionString
	}
	parameters, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errConnectionString
	}
	d := mysql.NewConfig()
	d.DBName = strings.TrimPrefix(u.Path, "/")
	d.User = u.User.Username()
	d.Passwd, _ = u.User.Password()

	host, port := u.Hostname(), u.Port()
	if host == "" && !parameters.Has("socket") {
		return nil, errors.New("the connection string names neither a host nor a socket")
	}
	if port == "" {
		port = strconv.Itoa(defaultPort)
	}
	d.Net, d.Addr = "tcp", net.JoinHostPort(host, port)

	if encryptions := []string{"tls", "ssl-mode", "sslmode", "ssl_mode"}; given(parameters, encryptions) > 1 {
		return nil, errors.New("the connection string says more than once whether to use TLS (tls, ssl-mode)")
	}
	for name, values := range parameters {
		if len(values) > 1 {
			return nil, fmt.Errorf("the connection string has the parameter %q more than once", name)
		}
		switch value := values[0]; name {
		case "socket":
			d.Net, d.Addr = "unix", value
		case "tls":
			err = setTLS(d, value)
		case "ssl-mode", "sslmode", "ssl_mode":
			err = setSSLMode(d, value)
		default:
			err = fmt.Errorf("the connection string has a parameter %q, which is none of socket, tls and ssl-mode", name)
		}
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

// given returns how often parameters has one of names.
func given(parameters url.Values, names []string) int {
	n := 0
	for _, name := range names {
		n += len(parameters[name])
	}
	return n
}

func setTLS(d *mysql.Config, value string) error {
	switch value = strings.ToLower(value); value {
	case "true", "false", "skip-verify", "preferred":
		d.TLSConfig = value
		return nil
	}
	return errors.New("tls in the connection string is none of true, false, skip-verify and preferred")
}

// setSSLMode is for the modes of MySQL's own clients. There REQUIRED checks no certificate.
func setSSLMode(d *mysql.Config, value string) error {
	switch strings.ToUpper(value) {
	case "DISABLED":
		return setTLS(d, "false")
	case "PREFERRED":
		return setTLS(d, "preferred")
	case "REQUIRED":
		return setTLS(d, "skip-verify")
	case "VERIFY_IDENTITY":
		return setTLS(d, "true")
	}
	return errors.New("ssl-mode in the connection string is none of DISABLED, PREFERRED, REQUIRED and VERIFY_IDENTITY")
}
