package mysql_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	driverpkg "github.com/go-sql-driver/mysql"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
)

// wantRefused wants Open to fail with want in the text of its error.
func wantRefused(t testing.TB, c mysql.Config, want string) {
	t.Helper()
	s, err := mysql.Open(t.Context(), c)
	if err == nil {
		must(t, s.Close())
		t.Errorf("got no error, want one with %q", want)
	} else if !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want one with %q", err, want)
	}
}

// TestOpenRefusesServerThatTakesNoWrites goes red without the ping in Open.
func TestOpenRefusesServerThatTakesNoWrites(t *testing.T) {
	plain.Get(t) // skips where there is none
	server, err := mysqltest.Start(t.Context(), "--log-bin=log", "--server-id=1", "--binlog-format=MIXED")
	must(t, err)
	t.Cleanup(func() { must(t, server.Stop()) })
	c := server.Database(t)
	open(t, c)

	must(t, server.Exec(t.Context(), `SET GLOBAL binlog_format = 'STATEMENT'`))
	wantRefused(t, c, "set it to ROW or MIXED")
	must(t, server.Exec(t.Context(), `SET GLOBAL binlog_format = 'ROW'`))
	open(t, c)

	reader := account(t, server, c, `SELECT, INSERT, UPDATE, DELETE`)
	must(t, server.Exec(t.Context(), `SET GLOBAL read_only = 1`))
	wantRefused(t, reader, "the server is read-only: name the primary")
	must(t, server.Exec(t.Context(), `SET GLOBAL read_only = 0`))
	s, err := mysql.Open(t.Context(), reader)
	must(t, err)
	must(t, s.Close())
}

// account returns c for a user of its own, who has the rights.
func account(t testing.TB, server *mysqltest.Server, c mysql.Config, rights string) mysql.Config {
	t.Helper()
	must(t, server.Exec(t.Context(), `CREATE USER someone IDENTIFIED BY 'pw'`))
	t.Cleanup(func() { must(t, server.Exec(context.Background(), `DROP USER someone`)) })
	must(t, server.Exec(t.Context(), `GRANT `+rights+` ON `+c.Database+`.* TO someone`))
	c.User, c.Password = "someone", "pw"
	return c
}

func TestOpenSaysWhatTheUserLacks(t *testing.T) {
	server := plain.Get(t)

	t.Run("to change tables", func(t *testing.T) {
		c := account(t, server, server.Database(t), `SELECT, INSERT, UPDATE, DELETE`)
		c.Migrate = true
		wantRefused(t, c, "migrate as one who may")
	})

	t.Run("to use the database", func(t *testing.T) {
		c := account(t, server, server.Database(t), `SELECT`)
		c.Database = "nothing"
		wantRefused(t, c, "no right to the database, or there is none of that name")
	})

	t.Run("by way of TLS", func(t *testing.T) {
		c := account(t, server, server.Database(t), `SELECT`)
		must(t, server.Exec(t.Context(), `ALTER USER someone REQUIRE SSL`))
		wantRefused(t, c, "or wants TLS")
		if got := mysql.WithoutNames(&driverpkg.MySQLError{Number: 3159}).Error(); !strings.Contains(got, "wants TLS") {
			t.Errorf("with all users required: got %q, want it to say so", got)
		}
	})
}

func TestOpenOfServerThatIsNoMySQL(t *testing.T) {
	c := mysql.Config{Host: "127.0.0.1", User: "ann", Database: "auth", Timeout: time.Second}

	t.Run("and waits for the client to begin", func(t *testing.T) {
		c.Port = mute(t)
		wantRefused(t, c, "does not speak the protocol of MySQL")
	})

	t.Run("and closes the connection, or says something else", func(t *testing.T) {
		for _, greeting := range []string{"", "220 mail.example.com ESMTP and so on\r\n"} {
			c.Port = greeter(t, greeting)
			wantRefused(t, c, "does not speak the protocol of MySQL")
		}
	})
}

// greeter listens, says something and closes the connection.
func greeter(t testing.TB, greeting string) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = fmt.Fprint(conn, greeting)
			_ = conn.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func TestErrorOfCertificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: t0, NotAfter: t0.Add(time.Hour), DNSNames: []string{"db.example.com"},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	leaf, err := x509.ParseCertificate(der)
	must(t, err)
	trusted := x509.NewCertPool()
	trusted.AddCert(leaf)

	for want, options := range map[string]x509.VerifyOptions{
		"is for another name":                {Roots: trusted, CurrentTime: t0, DNSName: "db.example.org"},
		"has expired":                        {Roots: trusted, CurrentTime: t0.Add(2 * time.Hour), DNSName: "db.example.com"},
		"is not trusted: it is of no author": {Roots: x509.NewCertPool(), CurrentTime: t0, DNSName: "db.example.com"},
	} {
		_, err := leaf.Verify(options)
		got := mysql.WithoutNames(&tls.CertificateVerificationError{Err: err})
		wantNoNames(t, got, "example")
		if !strings.Contains(got.Error(), want) {
			t.Errorf("got error %v, want one with %q", got, want)
		}
	}
}

func TestWarnings(t *testing.T) {
	server := plain.Get(t) // which does not flush
	s := open(t, server.Database(t))
	got, err := s.Warnings(t.Context())
	must(t, err)
	if len(got) != 1 || !strings.Contains(got[0], "set innodb_flush_log_at_trx_commit=1") {
		t.Errorf("got %q, want one that says what to set", got)
	}
	must(t, server.Exec(t.Context(), `SET GLOBAL innodb_flush_log_at_trx_commit = 1`))
	t.Cleanup(func() {
		must(t, server.Exec(context.Background(), `SET GLOBAL innodb_flush_log_at_trx_commit = 2`))
	})
	got, err = s.Warnings(t.Context())
	must(t, err)
	if len(got) > 0 {
		t.Errorf("got %q, want none", got)
	}
}
