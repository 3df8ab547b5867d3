package smtp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	testUser     = "sallyport"
	testPassword = "a password of the mail server"
)

// letter is a mail as the server got it.
type letter struct {
	from, to string
	utf8     bool
	user     string // who was logged in
	secure   bool
	content  string
}

// mailServer is a real server that keeps what it is sent.
type mailServer struct {
	port  int
	roots *x509.CertPool

	// What it answers instead of taking a mail; nil takes it. They are set before the
	// server is first called.
	onMail, onRcpt func() error
	onData         func(conn net.Conn) error

	mu      sync.Mutex
	letters []letter
}

// startServer starts a server with a certificate for 127.0.0.1 that roots vouches for.
func startServer(t testing.TB, change func(*mailServer, *gosmtp.Server)) *mailServer {
	t.Helper()
	s := &mailServer{}
	certificate, roots := newCertificate(t)
	s.roots = roots
	server := gosmtp.NewServer(s)
	server.Domain = "mail.example.org"
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.ErrorLog = log.New(io.Discard, "", 0)
	if change != nil {
		change(s, server)
	}
	listener := listen(t)
	s.port = listener.Addr().(*net.TCPAddr).Port
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return s
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

// newCertificate makes a certificate that signs itself, valid around the real time, since
// TLS asks the real clock.
func newCertificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "mail server of a test"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// taken returns what the server has taken so far.
func (s *mailServer) taken() []letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]letter(nil), s.letters...)
}

// NewSession implements gosmtp.Backend.
func (s *mailServer) NewSession(c *gosmtp.Conn) (gosmtp.Session, error) {
	return &session{server: s, conn: c}, nil
}

type session struct {
	server *mailServer
	conn   *gosmtp.Conn
	letter letter
	user   string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != testUser || password != testPassword {
			return gosmtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, o *gosmtp.MailOptions) error {
	_, secure := s.conn.TLSConnectionState()
	s.letter = letter{from: from, utf8: o.UTF8, user: s.user, secure: secure}
	if s.server.onMail != nil {
		return s.server.onMail()
	}
	return nil
}

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.letter.to = to
	if s.server.onRcpt != nil {
		return s.server.onRcpt()
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.onData != nil {
		if err := s.server.onData(s.conn.Conn()); err != nil {
			return err
		}
	}
	s.letter.content = string(content)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.letters = append(s.server.letters, s.letter)
	return nil
}

func (*session) Reset()        {}
func (*session) Logout() error { return nil }

// newMailer returns a Mailer that sends to s.
func newMailer(t testing.TB, s *mailServer, change func(*Config)) *Mailer {
	t.Helper()
	c := Config{
		Host:          "127.0.0.1",
		Port:          s.port,
		RootCAs:       s.roots,
		From:          "no-reply@example.com",
		FromName:      "Sallyport",
		MessageIDHost: "auth.example.com",
		Now:           func() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) },
	}
	if change != nil {
		change(&c)
	}
	mailer, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return mailer
}

func sample() domain.Mail {
	return domain.Mail{
		ID:      "0193a5f0-0000-7000-8000-000000000001",
		To:      "someone@example.org",
		Subject: "Set a new password \u2013 Sallyport",
		Text:    "Follow this link: https://auth.example.com/admin/reset-password?token=abc=def\n.\nBye\n",
		HTML:    "<p>Follow <a href=\"https://auth.example.com/admin/reset-password?token=abc\">this link</a>.</p>\n",
	}
}
