package mysql_test

import (
	"crypto/tls"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	driverpkg "github.com/go-sql-driver/mysql"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
)

func TestConnectionString(t *testing.T) {
	const plainTLS, checkedTLS, uncheckedTLS, anyTLS = "", "true", "skip-verify", "preferred"
	for given, want := range map[string][6]string{ // user, password, network, address, database, TLS
		"mysql://ann:pw@db.example.com/auth":                 {"ann", "pw", "tcp", "db.example.com:3306", "auth", plainTLS},
		"mysql://ann:pw@db.example.com:3307/auth":            {"ann", "pw", "tcp", "db.example.com:3307", "auth", plainTLS},
		"MariaDB://ann@[::1]:3307/auth":                      {"ann", "", "tcp", "[::1]:3307", "auth", plainTLS},
		"mysql://ann:a%40b%2Fc%3A%25@h/auth":                 {"ann", "a@b/c:%", "tcp", "h:3306", "auth", plainTLS},
		"mysql://ann:pw@/auth?socket=/run/mysqld/s":          {"ann", "pw", "unix", "/run/mysqld/s", "auth", plainTLS},
		"mysql://ann:pw@h/auth?tls=true":                     {"ann", "pw", "tcp", "h:3306", "auth", checkedTLS},
		"mysql://ann:pw@h/auth?ssl-mode=REQUIRED":            {"ann", "pw", "tcp", "h:3306", "auth", uncheckedTLS},
		"mysql://ann:pw@h/auth?ssl-mode=verify_identity":     {"ann", "pw", "tcp", "h:3306", "auth", checkedTLS},
		"mysql://ann:pw@h/auth?ssl-mode=PREFERRED":           {"ann", "pw", "tcp", "h:3306", "auth", anyTLS},
		"mysql://ann:pw@h/auth?ssl-mode=DISABLED":            {"ann", "pw", "tcp", "h:3306", "auth", "false"},
		"ann:pw@tcp(db.example.com:3307)/auth":               {"ann", "pw", "tcp", "db.example.com:3307", "auth", plainTLS},
		"ann:p/w@:x@tcp(h)/auth?charset=latin1&timeout=1h":   {"ann", "p/w@:x", "tcp", "h:3306", "auth", plainTLS},
		"ann:pw@unix(/run/mysqld/s)/auth?tls=skip-verify":    {"ann", "pw", "unix", "/run/mysqld/s", "auth", uncheckedTLS},
		"ann:pw@/auth?multiStatements=true&parseTime=true":   {"ann", "pw", "tcp", "127.0.0.1:3306", "auth", plainTLS},
		"ann:mysql://x@tcp(h:1)/auth?clientFoundRows=false":  {"ann", "mysql://x", "tcp", "h:1", "auth", plainTLS},
		"ann:pw@tcp(h:1)/auth?interpolateParams=false&tls=1": {"ann", "pw", "tcp", "h:1", "auth", checkedTLS},
	} {
		t.Run(given, func(t *testing.T) {
			d, err := mysql.DriverConfig(mysql.Config{ConnectionString: given, Timeout: time.Second})
			must(t, err)
			if got := [6]string{d.User, d.Passwd, d.Net, d.Addr, d.DBName, d.TLSConfig}; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if !d.ClientFoundRows || d.MultiStatements || !d.InterpolateParams || d.ParseTime || d.AllowAllFiles || !d.CheckConnLiveness {
				t.Errorf("got %+v, want what the string says of statements and results overruled", d)
			}
			if _, ok := d.Logger.(*driverpkg.NopLogger); !ok {
				t.Errorf("got logger %T, want none: it would write addresses", d.Logger)
			}
			if d.Timeout != time.Second || d.ReadTimeout != time.Second || d.WriteTimeout != time.Second {
				t.Errorf("got time-outs %v, %v and %v, want those of the configuration", d.Timeout, d.ReadTimeout, d.WriteTimeout)
			}
		})
	}

	t.Run("does not weaken the TLS that is configured", func(t *testing.T) {
		for _, mode := range []string{"false", "preferred", "skip-verify"} {
			for _, form := range []string{"mysql://ann:pw@db.example.com/auth?tls=" + mode, "ann:pw@tcp(db.example.com)/auth?tls=" + mode} {
				d, err := mysql.DriverConfig(mysql.Config{ConnectionString: form, TLS: &tls.Config{MinVersion: tls.VersionTLS13}})
				must(t, err)
				if d.TLS == nil || d.TLS.MinVersion != tls.VersionTLS13 || d.TLS.InsecureSkipVerify || d.AllowFallbackToPlaintext {
					t.Errorf("%s: got %+v and fallback %t, want the configured", form, d.TLS, d.AllowFallbackToPlaintext)
				}
			}
		}
	})

	t.Run("that would be taken for less than it says is refused by the name of what it has", func(t *testing.T) {
		for given, want := range map[string]string{
			"mysql://ann:secret@h/auth?tls=true&ssl-mode=DISABLED":                 "more than once whether to use TLS",
			"mysql://ann:secret@h/auth?ssl-mode=VERIFY_IDENTITY&sslmode=PREFERRED": "more than once whether to use TLS",
			"mysql://ann:secret@h/auth?tls=true&tls=false":                         "more than once whether to use TLS",
			"mysql://ann:secret@h/auth?socket=/a&socket=/b":                        `"socket" more than once`,
			"mysql://ann:secret@h/auth?ssl-mode=VERIFY_CA":                         "none of DISABLED, PREFERRED, REQUIRED and VERIFY_IDENTITY",
			"mysql://ann:secret@h:99999/auth":                                      "port of the server is out of range",
			"mysql://ann:secret@h:0/auth":                                          "port of the server is out of range",
			"ann:secret@tcp(h:99999)/auth":                                         "port of the server is out of range",
			"mysql://ann:secret@/auth":                                             "neither a host nor a socket",
			"mysql://ann:secret@:3306/auth":                                        "neither a host nor a socket",
			"mysql://ann:secret@h/auth?foo=1":                                      `a parameter "foo"`,
			"ann:secret@tcp(h)/auth?compress=true":                                 "compress",
			"ann:secret@tcp(h)/auth?tls=true&rejectReadOnly=true":                  "rejectReadOnly",
			"ann:secret@tcp(h)/auth?serverPubKey=k":                                "serverPubKey",
			"ann:secret@tcp(h)/auth?allowOldPasswords=1":                           "allowOldPasswords",
		} {
			for range 8 { // the order of parameters is not that of the string
				err := mysql.Config{ConnectionString: given}.Check()
				if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
					t.Errorf("%s: got error %v, want one with %q", given, err, want)
					break
				}
			}
		}
	})

	t.Run("that is wrong is refused without a word of it", func(t *testing.T) {
		for _, given := range []string{
			"secret", "mysql://ann:secret", "mysql://ann:secret@h:secret/auth", "mysql://ann:se%ZZcret@h/auth",
			"mysql://ann:secret@h/auth?socket=%ZZsecret", "mysql://ann:secret@h/auth#secret", "mysql:secret",
			"mysql://ann:secret@h/auth?tls=secret", "mysql://ann:secret@h/auth?ssl-mode=secret",
			"mysql://ann:secret@h/auth?charset=secret", "mysql://ann:secret@h/", "mysql://:secret@h/auth",
			"postgres://ann:secret@h/auth", "ann:secret@tcp(h/auth", "ann:secret@secret/auth",
			"ann:secret@tcp(h)/auth?tls=secret", "ann:secret@tcp(h)/auth?parseTime=secret", "ann:secret@tcp(h)/",
			"ann:secret@tcp(h)/auth?compress=secret", "ann:secret@tcp(h)/auth?tls=true&serverPubKey=secret",
			"ann:secret@tcp(h)/auth?strict=secret", ":secret@tcp(h)/auth", "ann:secret@tcp(h)/auth?timeout=secret",
		} {
			_, err := mysql.Open(t.Context(), mysql.Config{ConnectionString: given, Timeout: time.Second})
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: got error %v, want one without a value", given, err)
			}
		}
	})
}

func TestConfig(t *testing.T) {
	t.Run("that cannot work is refused", func(t *testing.T) {
		good := mysql.Config{Host: "127.0.0.1", Database: "auth", User: "ann"}
		for name, change := range map[string]func(c *mysql.Config){
			"no database":          func(c *mysql.Config) { c.Database = "" },
			"no user":              func(c *mysql.Config) { c.User = "" },
			"host and string":      func(c *mysql.Config) { c.ConnectionString = "mysql://ann@h/auth" },
			"host and socket":      func(c *mysql.Config) { c.Socket = "/run/s" },
			"too short a time":     func(c *mysql.Config) { c.Timeout = time.Microsecond },
			"fewer than no time":   func(c *mysql.Config) { c.Timeout = -time.Second },
			"no connections":       func(c *mysql.Config) { c.MaxConnections = -1 },
			"more at first":        func(c *mysql.Config) { c.MinConnections, c.MaxConnections = 5, 4 },
			"fewer than no more":   func(c *mysql.Config) { c.MinConnections = -1 },
			"a port out of range":  func(c *mysql.Config) { c.Port = 65536 },
			"a port below the one": func(c *mysql.Config) { c.Port = -1 },
		} {
			c := good
			change(&c)
			if _, err := mysql.DriverConfig(c); err == nil {
				t.Errorf("%s: got no error, want one", name)
			}
		}
		_, err := mysql.DriverConfig(good)
		must(t, err)
	})

	t.Run("reaches the server in each of its forms", func(t *testing.T) {
		server := plain.Get(t)
		c := server.Database(t)
		socket := filepath.Join(server.Folder(), "s")
		at := fmt.Sprintf("%s:%d", c.Host, c.Port)
		for name, form := range map[string]mysql.Config{
			"fields":       c,
			"socket":       {Socket: socket, Database: c.Database, User: c.User, Password: c.Password},
			"URL":          {ConnectionString: server.URL(c)},
			"URL, socket":  {ConnectionString: strings.Replace(server.URL(c), at, "", 1) + "?socket=" + socket},
			"DSN":          {ConnectionString: fmt.Sprintf("%s:%s@tcp(%s)/%s", c.User, c.Password, at, c.Database)},
			"DSN, socket":  {ConnectionString: fmt.Sprintf("%s:%s@unix(%s)/%s", c.User, c.Password, socket, c.Database)},
			"URL, any TLS": {ConnectionString: server.URL(c) + "?tls=preferred"},
		} {
			t.Run(name, func(t *testing.T) {
				must(t, server.Exec(t.Context(), `DROP DATABASE `+c.Database))
				must(t, server.Exec(t.Context(), `CREATE DATABASE `+c.Database))
				must(t, open(t, form).Ping(t.Context())) // which migrates, by other connections
			})
		}
	})
}
