package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestMailOutlivesEverything is the bad day: the mail server is down when somebody asks, the
// service is killed with the letter in its queue, the server comes back but puts the mail
// off, then is cut after it has taken the mail. The mail arrives, both times under one
// Message-ID and with one link, which works once.
func TestMailOutlivesEverything(t *testing.T) {
	t.Parallel()
	address := unusedAddress(t)
	_, port, _ := strings.Cut(address, ":")
	now := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	env := append(cheap(t.TempDir()), "EMAIL_TRANSPORT=smtp", "EMAIL_FROM=login@example.com",
		"EMAIL_SMTP_HOST=127.0.0.1", "EMAIL_SMTP_PORT="+port, "EMAIL_SMTP_IGNORE_TLS=true")

	p := serveAt(t, now, env)
	if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
		t.Fatalf("ask for a reset while the mail server is down: %v", err)
	}
	p.log.await(t, "a letter is tried again later")
	p.kill()

	server := startMailServer(t, address)
	server.answers = []error{&gosmtp.SMTPError{Code: 451, Message: "later"}, errCut}
	// Later than the end of the loan: the kill may have come before the letter was put back.
	p = serveAt(t, now.Add(6*time.Minute), env)
	server.awaitTries(t, 1)
	p.log.await(t, "a letter is tried again later")
	p.clock.Advance(20 * time.Second)
	server.awaitTries(t, 2)
	p.log.awaitTimes(t, "a letter is tried again later", 2)
	p.clock.Advance(40 * time.Second)
	server.awaitTries(t, 3)

	mails := server.taken()
	if len(mails) != 2 || mails[0].Header.Get("Message-Id") != mails[1].Header.Get("Message-Id") || mails[0].Header.Get("Message-Id") == "" {
		t.Fatalf("got %d mails, want the one that was cut and its repetition, under one Message-ID", len(mails))
	}
	token := tokenIn(t, mails[0])
	if again := tokenIn(t, mails[1]); again != token {
		t.Error("the repetition brings another link, and a receiver may keep either")
	}
	const newPassword = "another battery staple"
	if err := p.Reset(t.Context(), token, newPassword); err != nil {
		t.Errorf("the link: %v", err)
	}
	if err := p.Reset(t.Context(), token, newPassword); codeOf(err) != domain.Forbidden {
		t.Errorf("the link a second time: got %v, want %s", err, domain.Forbidden)
	}
	if _, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: newPassword, Mode: domain.ModeJSON}); err != nil {
		t.Errorf("log in with the new password: %v", err)
	}
}

// TestManyLetters lets a hundred letters go through the loop of the program, none lost and
// none twice.
func TestManyLetters(t *testing.T) {
	t.Parallel()
	address := unusedAddress(t)
	_, port, _ := strings.Cut(address, ":")
	server := startMailServer(t, address)
	p := serve(t, append(cheap(t.TempDir()), "EMAIL_TRANSPORT=smtp", "EMAIL_FROM=login@example.com", "EMAIL_SMTP_HOST=127.0.0.1",
		"EMAIL_SMTP_PORT="+port, "EMAIL_SMTP_IGNORE_TLS=true", "LIMIT_RESET_ACCOUNT=off", "LIMIT_RESET_ADDRESS=off"))
	var askers sync.WaitGroup
	for range 100 {
		askers.Go(func() {
			if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
				t.Errorf("ask for a reset: %v", err)
			}
		})
	}
	askers.Wait()
	server.awaitTries(t, 100)
	p.stop(t) // finishes the letter under way
	ids := map[string]int{}
	for _, m := range server.taken() {
		ids[m.Header.Get("Message-Id")]++
	}
	if len(ids) != 100 || len(server.taken()) != 100 {
		t.Errorf("got %d mails of %d letters, want 100 of 100", len(server.taken()), len(ids))
	}
}

// TestSecurity52_ForgedHostsHaveNoSayInLinks forges every header that might have a say. Taking the host of
// the request turns it red.
func TestSecurity52_ForgedHostsHaveNoSayInLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, append(cheap(dir), "PUBLIC_URL=https://login.example.com/auth", "EMAIL_TRANSPORT=mailbox"))
	request := restclient.Call{
		Method: http.MethodPost, Path: "/auth/password/request",
		Body: map[string]any{"email": adminEmail}, Header: http.Header{},
	}
	for name, value := range map[string]string{
		"X-Forwarded-Host": "evil.example", "X-Forwarded-Server": "evil.example", "X-Host": "evil.example", "X-Original-Host": "evil.example",
		"Forwarded": "host=evil.example", "Origin": "https://evil.example", "Referer": "https://evil.example/", "X-Forwarded-Proto": "http", "Host": "evil.example",
	} {
		request.Header.Set(name, value)
	}
	if got, err := p.Do(t.Context(), request); err != nil || got.Status != 204 {
		t.Fatalf("ask for a reset: %d, %v", got.Status, err)
	}
	awaitDelivery(t, dir)
	mails := readMailbox(t, dir)
	if len(mails) != 1 || !strings.Contains(mails[0].Text, "https://login.example.com/auth/admin/reset-password?token=") || strings.Contains(mails[0].Text, "evil") {
		t.Errorf("got %d mails, the first:\n%s", len(mails), mails[0].Text)
	}
}

// TestMailboxBehindAProxy calls as a proxy on this machine does that adds no header, which
// is what nginx is by default.
func TestMailboxBehindAProxy(t *testing.T) {
	t.Parallel()
	const away = "PUBLIC_URL=https://login.example.com"
	refused(t, append(cheap(t.TempDir()), away), 2, "EMAIL_TRANSPORT: is not set, and PUBLIC_URL")
	for name, test := range map[string]struct {
		env  []string
		want int
	}{
		"for this machine":       {nil, 200},
		"for others":             {[]string{away, "EMAIL_TRANSPORT=mailbox"}, 404},
		"listening to all of it": {[]string{"HOST=0.0.0.0", "EMAIL_TRANSPORT=mailbox"}, 404},
	} {
		dir := t.TempDir()
		p := serve(t, append(cheap(dir), test.env...))
		p.URL = strings.Replace(p.URL, "0.0.0.0", "127.0.0.1", 1)
		if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
			t.Fatalf("%s: ask for a reset: %v", name, err)
		}
		awaitDelivery(t, dir)
		if mails := readMailbox(t, dir); len(mails) != 1 {
			t.Errorf("%s: got %d mails as files, want 1", name, len(mails))
		}
		got, err := p.Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: "/mailbox"})
		if got.Status != test.want {
			t.Errorf("%s: got %d, %v, want %d", name, got.Status, err, test.want)
		}
	}
}

// unusedAddress returns a loopback address that nobody listens on just now.
func unusedAddress(t testing.TB) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// errCut makes the server take a mail and close the connection in place of an answer.
var errCut = errors.New("cut")

// mailServer is a real SMTP server. It answers each try in turn as it is told, and then
// takes every mail.
type mailServer struct {
	mu      sync.Mutex
	answers []error
	tries   int
	mails   []*mail.Message
	tried   chan struct{}

	// While begun is set, each try is told to it, and then waits for the end of held.
	begun, held chan struct{}
}

func startMailServer(t testing.TB, address string) *mailServer {
	t.Helper()
	s := &mailServer{tried: make(chan struct{}, 1000)}
	server := gosmtp.NewServer(s)
	server.Domain = "mail.example.com"
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return s
}

// awaitTries waits until so many mails have been tried in all.
func (s *mailServer) awaitTries(t testing.TB, n int) {
	t.Helper()
	for {
		s.mu.Lock()
		tries := s.tries
		s.mu.Unlock()
		if tries >= n {
			return
		}
		select {
		case <-s.tried:
		case <-time.After(patience):
			t.Fatalf("%d mails were tried within %v, want %d", tries, patience, n)
		}
	}
}

func (s *mailServer) taken() []*mail.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*mail.Message(nil), s.mails...)
}

// NewSession implements gosmtp.Backend.
func (s *mailServer) NewSession(c *gosmtp.Conn) (gosmtp.Session, error) {
	return &mailSession{server: s, conn: c}, nil
}

type mailSession struct {
	server *mailServer
	conn   *gosmtp.Conn
}

func (*mailSession) Rcpt(string, *gosmtp.RcptOptions) error { return nil }
func (*mailSession) Reset()                                 {}
func (*mailSession) Logout() error                          { return nil }

func (m *mailSession) Mail(string, *gosmtp.MailOptions) error {
	if m.server.begun != nil {
		m.server.begun <- struct{}{}
		<-m.server.held
	}
	return nil
}

// Data takes the mail unless it is told otherwise.
func (m *mailSession) Data(r io.Reader) error {
	content, err := io.ReadAll(r) // before it is taken; its reader ends with this call
	if err != nil {
		return fmt.Errorf("read the mail: %w", err)
	}
	message, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("read the head of the mail: %w", err)
	}
	s := m.server
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.tried <- struct{}{} }()
	s.tries++
	var answer error
	if len(s.answers) > 0 {
		answer, s.answers = s.answers[0], s.answers[1:]
	}
	if answer == nil || errors.Is(answer, errCut) {
		s.mails = append(s.mails, message)
	}
	if errors.Is(answer, errCut) {
		return m.conn.Conn().Close()
	}
	return answer
}

func tokenIn(t testing.TB, message *mail.Message) string {
	t.Helper()
	return tokenInText(t, plainText(t, message))
}

func tokenInText(t testing.TB, text string) string {
	t.Helper()
	found := regexp.MustCompile(`[?&]token=([A-Za-z0-9_-]{43})\s`).FindStringSubmatch(text)
	if found == nil {
		t.Fatal("the mail has no link with a token")
	}
	return found[1]
}
