package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	stdlog "log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// How the program is known to a mail server that wants to know.
const (
	mailUser     = "sallyport"
	mailPassword = "a password of the mail server"
	mailSender   = "login@example.com"
)

// publicURL is where the program says that it is. The Message-IDs and its EHLO have the host.
const publicURL = "https://login.example.com"

// secureMailServer is a mailServer as they are on the internet: it takes mail over STARTTLS,
// from who has logged in, and nothing else.
type secureMailServer struct {
	mailServer
	port        string
	certificate atomic.Pointer[tls.Certificate] // what it shows from now on
	logins      atomic.Int64                    // attempts, with whatever password

	// onData is called when the server has asked for a mail, before it takes that. It is
	// set before the server is first called.
	onData func()

	envelopes []envelope // of what was taken; guarded by mu
}

// envelope is what a mail server hears of a mail beside the mail.
type envelope struct {
	hello, from, to string // the last one it is for
	recipients      int
}

// startSecureMailServer starts a server that shows the certificate.
func startSecureMailServer(t testing.TB, certificate tls.Certificate) *secureMailServer {
	t.Helper()
	s := &secureMailServer{mailServer: mailServer{tried: make(chan struct{}, 1000)}, onData: func() {}}
	s.certificate.Store(&certificate)
	server := gosmtp.NewServer(s)
	server.Domain = "mail.example.com"
	server.ErrorLog = stdlog.New(io.Discard, "", 0)
	server.TLSConfig = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.certificate.Load(), nil }}
	listener := listen(t)
	s.port = portOf(listener)
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return s
}

// listen listens on a loopback address until the end of the test.
func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func portOf(listener net.Listener) string {
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// mailBy are settings with which the program sends mail through the server on that port of
// 127.0.0.1, whose certificate it trusts.
func mailBy(t testing.TB, port string, trusted tls.Certificate) []string {
	t.Helper()
	return []string{
		"PUBLIC_URL=" + publicURL, "LIMIT_RESET_ACCOUNT=off", "LIMIT_RESET_ADDRESS=off",
		"EMAIL_TRANSPORT=smtp", "EMAIL_FROM=" + mailSender, "EMAIL_SMTP_HOST=127.0.0.1", "EMAIL_SMTP_PORT=" + port,
		"EMAIL_SMTP_USER=" + mailUser, "EMAIL_SMTP_PASSWORD=" + mailPassword,
		trust(t, trusted),
	}
}

// trust returns what makes a program trust the certificate as it trusts those of the system.
func trust(t testing.TB, certificate tls.Certificate) string {
	t.Helper()
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("whom to trust is said to this system, and not to a program by SSL_CERT_FILE")
	}
	file := filepath.Join(t.TempDir(), "trusted.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return "SSL_CERT_FILE=" + file
}

// newCertificate makes a certificate for 127.0.0.1 that signs itself, valid around the real
// time, since TLS asks the real clock.
func newCertificate(t testing.TB) tls.Certificate {
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
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// sealed returns the envelopes of what was taken.
func (s *secureMailServer) sealed() []envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.envelopes)
}

// NewSession implements gosmtp.Backend.
func (s *secureMailServer) NewSession(c *gosmtp.Conn) (gosmtp.Session, error) {
	return &secureMailSession{mailSession: mailSession{server: &s.mailServer, conn: c}, server: s}, nil
}

type secureMailSession struct {
	mailSession
	server   *secureMailServer
	loggedIn bool
	envelope envelope
}

// AuthMechanisms implements gosmtp.AuthSession. They are offered in TLS alone.
func (*secureMailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements gosmtp.AuthSession.
func (m *secureMailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		m.server.logins.Add(1)
		if user != mailUser || password != mailPassword {
			return gosmtp.ErrAuthFailed
		}
		m.loggedIn = true
		return nil
	}), nil
}

func (m *secureMailSession) Mail(from string, _ *gosmtp.MailOptions) error {
	if !m.loggedIn {
		return gosmtp.ErrAuthRequired
	}
	m.envelope = envelope{hello: m.conn.Hostname(), from: from}
	return nil
}

func (m *secureMailSession) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	m.envelope.to = to
	m.envelope.recipients++
	return nil
}

// Data takes the mail unless the server is told otherwise.
func (m *secureMailSession) Data(r io.Reader) error {
	m.server.onData()
	m.server.mu.Lock()
	m.server.envelopes = append(m.server.envelopes, m.envelope)
	m.server.mu.Unlock()
	return m.mailSession.Data(r)
}
