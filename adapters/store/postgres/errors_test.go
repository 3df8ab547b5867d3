package postgres_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres/postgrestest"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestDialect(t *testing.T) {
	d := postgres.Dialect()
	for _, c := range []struct {
		code             string
		duplicate, again bool
	}{
		{"23505", true, false},
		{"40001", false, true},
		{"40P01", false, true},
		{"23502", false, false},
		{"57014", false, false},
		{"57P01", false, false},
		{"25006", false, false},
		{"08006", false, false},
	} {
		err := fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: c.code})
		if got := d.IsDuplicate(err); got != c.duplicate {
			t.Errorf("%s: got duplicate %t, want %t", c.code, got, c.duplicate)
		}
		if got := d.IsRetryable(err); got != c.again {
			t.Errorf("%s: got retryable %t, want %t", c.code, got, c.again)
		}
	}
	for _, err := range []error{nil, io.ErrUnexpectedEOF, context.DeadlineExceeded, net.ErrClosed} {
		if d.IsDuplicate(err) || d.IsRetryable(err) {
			t.Errorf("%v: got an answer of the server, want none", err)
		}
	}
}

func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&pgconn.PgError{Code: "28P01", Message: "for user ann"}, "the password is wrong or the user does not exist (SQLSTATE 28P01)"},
		{&pgconn.PgError{Code: "28000", Message: "for host ann"}, "the server does not let this user in from this host, or wants TLS (SQLSTATE 28000)"},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, "the server's certificate has expired or is not valid yet"},
		{&pgconn.PgError{Code: "22P02", Message: "syntax: ann"}, "the server refuses with SQLSTATE 22P02"},
		{io.ErrUnexpectedEOF, "the connection is lost"},
		{context.DeadlineExceeded, "no answer in time"},
		{errors.New("server refused TLS connection"), "the server does not encrypt"},
		{&net.OpError{Op: "remote error", Err: tls.AlertError(42)}, "tls: bad certificate"},
		{&net.DNSError{Name: "ann"}, "the host is not known"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "connection refused"},
		{errors.New("dial tcp 10.0.0.1: ann"), "unexpected error of type *errors.errorString"},
	} {
		if got := postgres.Describe(fmt.Errorf("ann: %w", c.err)); got != c.want {
			t.Errorf("%v: got %q, want %q", c.err, got, c.want)
		}
	}
}

// certificate returns one for 127.0.0.1 and a pool that trusts it.
func certificate(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	leaf, err := x509.ParseCertificate(der)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

func TestTLS(t *testing.T) {
	s := server.Get(t)
	served, pool := certificate(t)
	network := newRelay(t, s.Port, served)
	c := s.Config(s.Migrated(t))
	c.Port, c.TLS = network.port(), &tls.Config{RootCAs: pool}
	must(t, open(t, c).Ping(t.Context()))

	plain := strings.Replace(s.ConnectionString(c.Database), fmt.Sprint(s.Port), fmt.Sprint(network.port()), 1)
	must(t, open(t, postgres.Config{ConnectionString: plain, TLS: c.TLS}).Ping(t.Context()))
}

func TestErrorsNameNobodyAndNothing(t *testing.T) {
	s := server.Get(t)
	served, pool := certificate(t)
	encrypted := newRelay(t, s.Port, served)
	free := testserver.FreePort(t)
	good := s.Config(s.Migrated(t))
	s.Execute(t, "postgres", `DROP ROLE IF EXISTS test_powerless`)
	s.Execute(t, "postgres", `CREATE ROLE test_powerless LOGIN PASSWORD 'test-pass-word'`)
	empty := s.Create(t, "")
	for name, c := range map[string]struct {
		change func(*postgres.Config)
		want   string
	}{
		"a wrong password":      {func(c *postgres.Config) { c.User, c.Password = "test_powerless", "test-another" }, "SQLSTATE 28P01"},
		"an unknown user":       {func(c *postgres.Config) { c.User = "test_nobody" }, "SQLSTATE 28P01"},
		"an unknown database":   {func(c *postgres.Config) { c.Database = "test_nothing" }, "SQLSTATE 3D000"},
		"a port without server": {func(c *postgres.Config) { c.Port = free }, "cannot connect: "},
		"an unknown host":       {func(c *postgres.Config) { c.Host = "test-host.invalid" }, "cannot connect: "},
		"no encryption":         {func(c *postgres.Config) { c.TLS = &tls.Config{} }, "the server does not encrypt"},
		"a certificate for another name": {func(c *postgres.Config) {
			c.TLS, c.Port = &tls.Config{RootCAs: pool, ServerName: "test-host.invalid"}, encrypted.port()
		}, "the server's certificate is for another name"},
		"a certificate of nobody": {func(c *postgres.Config) {
			c.TLS, c.Port = &tls.Config{}, encrypted.port()
		}, "the server's certificate is not trusted"},
		"a user without rights": {func(c *postgres.Config) {
			c.User, c.Password, c.Database, c.Migrate = "test_powerless", "test-pass-word", empty, true
		}, "migrate as one who may (SQLSTATE 42501)"},
	} {
		config := good
		c.change(&config)
		_, err := postgres.Open(t.Context(), config)
		if err == nil {
			t.Errorf("%s: got no error, want one", name)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", name, err, c.want)
		}
		_, migratorErr := postgres.OpenMigrator(t.Context(), config)
		for _, err := range []error{err, migratorErr} {
			if err == nil {
				continue // without rights a migrator opens all the same
			}
			for _, secret := range []string{"test", "127.0.0.1", fmt.Sprint(s.Port), fmt.Sprint(free), postgrestest.User, postgrestest.Password} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%s: got error %v, want one without %q", name, err, secret)
				}
			}
		}
	}
}

func TestDatabaseThatCannotKeepEveryTextIsRefused(t *testing.T) {
	s := server.Get(t)
	c := s.Config(s.Create(t, `ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`))
	c.Migrate = true
	_, err := postgres.Open(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "LATIN1") {
		t.Errorf("got error %v, want one about LATIN1", err)
	}
}

func TestServerThatOnlyReads(t *testing.T) {
	s := server.Get(t)
	c := s.Config(s.Create(t, ""))
	c.Migrate = true
	store := open(t, c)
	must(t, store.Ping(t.Context()))
	s.Execute(t, "postgres", `ALTER DATABASE `+c.Database+` SET default_transaction_read_only = on`)
	standby := open(t, c)
	err := standby.Ping(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the server only reads") {
		t.Errorf("ping: got error %v, want one that says so", err)
	}
	for _, sentinel := range []error{port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrInvalid, port.ErrExpired} {
		if errors.Is(err, sentinel) {
			t.Errorf("ping: got error %v, want none that matches %v", err, sentinel)
		}
	}
	must(t, store.Ping(t.Context()))
}
