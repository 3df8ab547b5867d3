package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// reply is what a server says instead of yes.
func reply(code int, enhanced gosmtp.EnhancedCode) error {
	return &gosmtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: "someone@example.org: no"}
}

// wantTemporary wants an error that may pass, without an address in it.
func wantTemporary(t testing.TB, err error) {
	t.Helper()
	if err == nil || errors.Is(err, port.ErrInvalid) {
		t.Errorf("got error %v, want one that is not %q", err, port.ErrInvalid)
	}
	wantNoAddress(t, err)
}

// wantInvalid wants an error that stays, without an address in it.
func wantInvalid(t testing.TB, err error) {
	t.Helper()
	if !errors.Is(err, port.ErrInvalid) {
		t.Errorf("got error %v, want one that matches %q", err, port.ErrInvalid)
	}
	wantNoAddress(t, err)
}

func wantNoAddress(t testing.TB, err error) {
	t.Helper()
	if err != nil && (strings.Contains(err.Error(), "@") || strings.Contains(err.Error(), testPassword)) {
		t.Errorf("got error %q, which holds an address or a password", err)
	}
}

func wantTaken(t testing.TB, s *mailServer, n int) []letter {
	t.Helper()
	taken := s.taken()
	if len(taken) != n {
		t.Fatalf("the server took %d mails, want %d", len(taken), n)
	}
	return taken
}

func TestSend(t *testing.T) {
	t.Run("hands the mail over in TLS, logged in", func(t *testing.T) {
		s := startServer(t, nil)
		m := newMailer(t, s, func(c *Config) { c.User, c.Password = testUser, testPassword })
		if err := m.Send(t.Context(), sample()); err != nil {
			t.Fatal(err)
		}
		got := wantTaken(t, s, 1)[0]
		got.content = ""
		want := letter{from: "no-reply@example.com", to: "someone@example.org", user: testUser, secure: true}
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
	t.Run("hands the mail over in implicit TLS", func(t *testing.T) {
		s := startImplicit(t)
		m := newMailer(t, s, func(c *Config) { c.TLS, c.User, c.Password = ImplicitTLS, testUser, testPassword })
		if err := m.Send(t.Context(), sample()); err != nil {
			t.Fatal(err)
		}
		if got := wantTaken(t, s, 1)[0]; !got.secure || got.user != testUser {
			t.Errorf("got secure %t and user %q", got.secure, got.user)
		}
	})
	t.Run("goes without TLS only when told to", func(t *testing.T) {
		s := startServer(t, func(_ *mailServer, server *gosmtp.Server) { server.TLSConfig = nil })
		err := newMailer(t, s, nil).Send(t.Context(), sample())
		wantTemporary(t, err)
		if !errors.Is(err, ErrNoSTARTTLS) {
			t.Errorf("got error %v, want %v", err, ErrNoSTARTTLS)
		}
		wantTaken(t, s, 0)
		if err := newMailer(t, s, func(c *Config) { c.TLS = NoTLS }).Send(t.Context(), sample()); err != nil {
			t.Fatal(err)
		}
		wantTaken(t, s, 1)
	})
	t.Run("says that the server takes no login", func(t *testing.T) {
		s := startServer(t, func(_ *mailServer, server *gosmtp.Server) { server.TLSConfig = nil })
		err := newMailer(t, s, func(c *Config) { c.TLS, c.User, c.Password = NoTLS, testUser, testPassword }).Send(t.Context(), sample())
		wantTemporary(t, err)
		if !errors.Is(err, ErrNoLogin) {
			t.Errorf("got error %v, want %v", err, ErrNoLogin)
		}
		wantTaken(t, s, 0)
	})
	t.Run("asks for SMTPUTF8 only for an address that needs it", func(t *testing.T) {
		s := startServer(t, func(_ *mailServer, server *gosmtp.Server) { server.EnableSMTPUTF8 = true })
		m := newMailer(t, s, nil)
		international := sample()
		international.To = "j\u00fcrgen@example.org"
		for _, mail := range []domain.Mail{sample(), international} {
			if err := m.Send(t.Context(), mail); err != nil {
				t.Fatal(err)
			}
		}
		got := wantTaken(t, s, 2)
		if got[0].utf8 || !got[1].utf8 || got[1].to != string(international.To) {
			t.Errorf("got %+v and %+v", got[0], got[1])
		}
	})
}

// startImplicit starts a server that speaks TLS from the first byte.
func startImplicit(t *testing.T) *mailServer {
	t.Helper()
	var certificates *gosmtp.Server
	s := startServer(t, func(_ *mailServer, server *gosmtp.Server) { certificates = server })
	listener := listen(t)
	server := gosmtp.NewServer(s)
	server.TLSConfig = certificates.TLSConfig
	server.ErrorLog = certificates.ErrorLog
	go server.Serve(tls.NewListener(listener, server.TLSConfig))
	t.Cleanup(func() { server.Close() })
	s.port = listener.Addr().(*net.TCPAddr).Port
	return s
}

func TestContent(t *testing.T) {
	s := startServer(t, nil)
	m := newMailer(t, s, func(c *Config) { c.FromName = "M\u00fcller, \"Sons\" <x@y.example>" })
	mails := []domain.Mail{sample(), sample()}
	for _, mail := range mails {
		if err := m.Send(t.Context(), mail); err != nil {
			t.Fatal(err)
		}
	}
	taken := wantTaken(t, s, 2)
	parsed, err := mail.ReadMessage(strings.NewReader(taken[0].content))
	if err != nil {
		t.Fatal(err)
	}
	header := parsed.Header
	t.Run("has the headers that were meant, and no others", func(t *testing.T) {
		for name, want := range map[string]string{
			"Message-Id":     "<0193a5f0-0000-7000-8000-000000000001@auth.example.com>",
			"Date":           "Mon, 23 Nov 2026 10:00:00 +0000",
			"Auto-Submitted": "auto-generated",
			"To":             "<someone@example.org>",
			"Mime-Version":   "1.0",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		for name, values := range header {
			switch name {
			case "Message-Id", "Date", "Auto-Submitted", "To", "Mime-Version", "From", "Subject", "Content-Type":
			default:
				t.Errorf("got the header %s", name)
			}
			if len(values) != 1 {
				t.Errorf("%s: got %d values, want one", name, len(values))
			}
		}
	})
	t.Run("shows the name of the sender and the subject in any language", func(t *testing.T) {
		from, err := header.AddressList("From")
		if err != nil || len(from) != 1 || from[0].Address != "no-reply@example.com" || from[0].Name != "M\u00fcller, \"Sons\" <x@y.example>" {
			t.Errorf("got %v, error %v", from, err)
		}
		if got, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject")); err != nil || got != sample().Subject {
			t.Errorf("got %q, error %v", got, err)
		}
	})
	t.Run("has the text first and the HTML as its alternative", func(t *testing.T) {
		kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
		if err != nil || kind != "multipart/alternative" {
			t.Fatalf("got %q, error %v", kind, err)
		}
		parts := multipart.NewReader(parsed.Body, params["boundary"])
		for _, want := range []struct{ kind, body string }{{"text/plain", sample().Text}, {"text/html", sample().HTML}} {
			part, err := parts.NextRawPart()
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(quotedprintable.NewReader(part))
			if err != nil {
				t.Fatal(err)
			}
			if kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind != want.kind {
				t.Errorf("got %q, want %q", kind, want.kind)
			}
			if got := strings.ReplaceAll(string(body), "\r\n", "\n"); strings.TrimRight(got, "\n") != strings.TrimRight(want.body, "\n") {
				t.Errorf("got %q, want %q", got, want.body)
			}
		}
		if _, err := parts.NextRawPart(); !errors.Is(err, io.EOF) {
			t.Errorf("got error %v, want the end", err)
		}
	})
	t.Run("has the same Message-ID at each attempt", func(t *testing.T) {
		again, err := mail.ReadMessage(strings.NewReader(taken[1].content))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := again.Header.Get("Message-Id"), header.Get("Message-Id"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*mailServer)
		invalid bool
	}{
		"RCPT 550":            {func(s *mailServer) { s.onRcpt = func() error { return reply(550, gosmtp.EnhancedCode{5, 1, 1}) } }, true},
		"RCPT 553":            {func(s *mailServer) { s.onRcpt = func() error { return reply(553, gosmtp.NoEnhancedCode) } }, true},
		"RCPT 450":            {func(s *mailServer) { s.onRcpt = func() error { return reply(450, gosmtp.EnhancedCode{4, 2, 0}) } }, false},
		"RCPT 554, no relay":  {func(s *mailServer) { s.onRcpt = func() error { return reply(554, gosmtp.EnhancedCode{5, 7, 1}) } }, false},
		"RCPT 530, no login":  {func(s *mailServer) { s.onRcpt = func() error { return reply(530, gosmtp.NoEnhancedCode) } }, false},
		"MAIL 550, no sender": {func(s *mailServer) { s.onMail = func() error { return reply(550, gosmtp.EnhancedCode{5, 1, 8}) } }, false},
		"MAIL 451":            {func(s *mailServer) { s.onMail = func() error { return reply(451, gosmtp.EnhancedCode{4, 3, 0}) } }, false},
		"DATA 554": {func(s *mailServer) {
			s.onData = func(net.Conn) error { return reply(554, gosmtp.EnhancedCode{5, 6, 0}) }
		}, true},
		"DATA 452": {func(s *mailServer) {
			s.onData = func(net.Conn) error { return reply(452, gosmtp.EnhancedCode{4, 3, 1}) }
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, func(s *mailServer, _ *gosmtp.Server) { test.change(s) })
			err := newMailer(t, s, nil).Send(t.Context(), sample())
			if test.invalid {
				wantInvalid(t, err)
				if !strings.HasSuffix(err.Error(), ", which is for good") {
					t.Errorf("got error %q, want it to say that it is for good", err)
				}
			} else {
				wantTemporary(t, err)
			}
			wantTaken(t, s, 0)
		})
	}
	t.Run("4xx passes, and the next attempt is taken", func(t *testing.T) {
		answers := []error{reply(451, gosmtp.EnhancedCode{4, 3, 0}), nil}
		s := startServer(t, func(s *mailServer, _ *gosmtp.Server) {
			s.onRcpt = func() error {
				answer := answers[0]
				answers = answers[1:]
				return answer
			}
		})
		m := newMailer(t, s, nil)
		wantTemporary(t, m.Send(t.Context(), sample()))
		if err := m.Send(t.Context(), sample()); err != nil {
			t.Fatal(err)
		}
		wantTaken(t, s, 1)
	})
	t.Run("a wrong password passes when somebody puts it right", func(t *testing.T) {
		s := startServer(t, nil)
		m := newMailer(t, s, func(c *Config) { c.User, c.Password = testUser, "wrong" })
		wantTemporary(t, m.Send(t.Context(), sample()))
		wantTaken(t, s, 0)
	})
	t.Run("an international address that the server cannot carry is refused for good", func(t *testing.T) {
		s := startServer(t, nil)
		mail := sample()
		mail.To = "j\u00fcrgen@example.org"
		wantInvalid(t, newMailer(t, s, nil).Send(t.Context(), mail))
		wantTaken(t, s, 0)
	})
}

func TestBadConnections(t *testing.T) {
	t.Run("a certificate of nobody we trust is refused", func(t *testing.T) {
		for _, start := range []func(*testing.T) (*mailServer, TLS){
			func(t *testing.T) (*mailServer, TLS) { return startServer(t, nil), StartTLS },
			func(t *testing.T) (*mailServer, TLS) { return startImplicit(t), ImplicitTLS },
		} {
			s, protection := start(t)
			m := newMailer(t, s, func(c *Config) {
				_, c.RootCAs = newCertificate(t)
				c.TLS, c.User, c.Password = protection, testUser, testPassword
			})
			wantTemporary(t, m.Send(t.Context(), sample()))
			wantTaken(t, s, 0)
		}
	})
	t.Run("a certificate for another host is refused", func(t *testing.T) {
		s := startServer(t, nil)
		m := newMailer(t, s, func(c *Config) { c.Host = "localhost" })
		wantTemporary(t, m.Send(t.Context(), sample()))
		wantTaken(t, s, 0)
	})
	t.Run("a server that is down is an error that passes", func(t *testing.T) {
		listener := listen(t)
		s := &mailServer{port: listener.Addr().(*net.TCPAddr).Port}
		listener.Close()
		wantTemporary(t, newMailer(t, s, nil).Send(t.Context(), sample()))
	})
	t.Run("a cut after DATA is an error that passes", func(t *testing.T) {
		s := startServer(t, func(s *mailServer, _ *gosmtp.Server) {
			s.onData = func(conn net.Conn) error { return conn.Close() }
		})
		wantTemporary(t, newMailer(t, s, nil).Send(t.Context(), sample()))
	})
	t.Run("a server that says nothing costs no more than the time-out", func(t *testing.T) {
		s := &mailServer{port: silentServer(t, func() {})}
		m := newMailer(t, s, func(c *Config) { c.Timeout = 50 * time.Millisecond })
		err := m.Send(t.Context(), sample())
		wantTemporary(t, err)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want one that matches %q", err, context.DeadlineExceeded)
		}
	})
	t.Run("a server that does not answer DATA costs no more than the time-out", func(t *testing.T) {
		over := make(chan struct{})
		s := startServer(t, func(s *mailServer, _ *gosmtp.Server) {
			s.onData = func(net.Conn) error { <-over; return reply(451, gosmtp.EnhancedCode{4, 0, 0}) }
		})
		t.Cleanup(func() { close(over) })
		m := newMailer(t, s, func(c *Config) { c.Timeout = 300 * time.Millisecond })
		wantTemporary(t, m.Send(t.Context(), sample()))
	})
	t.Run("a context that ends interrupts the session", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := &mailServer{port: silentServer(t, cancel)}
		if err := newMailer(t, s, nil).Send(ctx, sample()); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want one that matches %q", err, context.Canceled)
		}
	})
}

// silentServer calls accepted for each connection, and never says a word.
func silentServer(t *testing.T, accepted func()) int {
	t.Helper()
	listener := listen(t)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			accepted()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

// TestSecurity53_HeadersCannotBeInjected: red when message does not call port.CheckMail.
func TestSecurity53_HeadersCannotBeInjected(t *testing.T) {
	s := startServer(t, nil)
	m := newMailer(t, s, nil)
	for name, change := range map[string]func(*domain.Mail){
		"a line break in the recipient":     func(m *domain.Mail) { m.To = "a@example.org\r\nRCPT TO:<b@example.org>" },
		"a bare line feed in the recipient": func(m *domain.Mail) { m.To = "a@example.org\nBcc: b@example.org" },
		"two recipients, comma":             func(m *domain.Mail) { m.To = "a@example.org,b@example.org" },
		"two recipients, semicolon":         func(m *domain.Mail) { m.To = "a@example.org;b@example.org" },
		"two recipients, blank":             func(m *domain.Mail) { m.To = "a@example.org b@example.org" },
		"a name beside the recipient":       func(m *domain.Mail) { m.To = "Someone <a@example.org>" },
		"a blank around the recipient":      func(m *domain.Mail) { m.To = " a@example.org" },
		"no recipient":                      func(m *domain.Mail) { m.To = "" },
		"a line break in the subject":       func(m *domain.Mail) { m.Subject = "Hello\r\nBcc: b@example.org" },
		"a carriage return in the subject":  func(m *domain.Mail) { m.Subject = "Hello\rBcc: b@example.org" },
		"a line separator in the subject":   func(m *domain.Mail) { m.Subject = "Hello\u2028Bcc: b@example.org" },
		"a line break in the identifier":    func(m *domain.Mail) { m.ID = "x\r\nBcc: b@example.org" },
		"no identifier":                     func(m *domain.Mail) { m.ID = "" },
		"a NUL in the text":                 func(m *domain.Mail) { m.Text = "a\x00b" },
		"HTML that is not UTF-8":            func(m *domain.Mail) { m.HTML = "\xff" },
	} {
		t.Run(name+" is invalid and not sent", func(t *testing.T) {
			mail := sample()
			change(&mail)
			wantInvalid(t, m.Send(t.Context(), mail))
			wantTaken(t, s, 0)
		})
	}
	t.Run("an encoded line break in the recipient stays what it is", func(t *testing.T) {
		mail := sample()
		mail.To = "a%0d%0aBcc:b@example.org"
		wantInvalid(t, m.Send(t.Context(), mail))
		wantTaken(t, s, 0)
	})
	t.Run("dots and headers in the text stay text", func(t *testing.T) {
		mail := sample()
		mail.Text = "line\n.\nMAIL FROM:<x@example.org>\n\n--boundary\n"
		if err := m.Send(t.Context(), mail); err != nil {
			t.Fatal(err)
		}
		wantTaken(t, s, 1)
	})
}

func TestNew(t *testing.T) {
	good := Config{
		Host: "mail.example.org", Port: 587, User: "u", Password: "p", From: "no-reply@example.com",
		MessageIDHost: "auth.example.com", Now: time.Now,
	}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"no host":                         func(c *Config) { c.Host = "" },
		"a line break in the host":        func(c *Config) { c.Host = "mail.example.org\r\n" },
		"no port":                         func(c *Config) { c.Port = 0 },
		"an unknown kind of TLS":          func(c *Config) { c.TLS = 3 },
		"a negative time-out":             func(c *Config) { c.Timeout = -1 },
		"a password without a user":       func(c *Config) { c.User = "" },
		"a password in the clear":         func(c *Config) { c.TLS = NoTLS },
		"no sender":                       func(c *Config) { c.From = "" },
		"a sender with a name":            func(c *Config) { c.From = "X <x@example.com>" },
		"a line break in the name":        func(c *Config) { c.FromName = "x\r\nBcc: y" },
		"no host of the Message-ID":       func(c *Config) { c.MessageIDHost = "" },
		"a line break in the EHLO name":   func(c *Config) { c.HelloName = "x\r\nMAIL" },
		"no clock":                        func(c *Config) { c.Now = nil },
		"brackets around the EHLO name":   func(c *Config) { c.HelloName = "<x>" },
		"a port that is out of the range": func(c *Config) { c.Port = 65536 },
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			c := good
			change(&c)
			if _, err := New(c); err == nil {
				t.Error("got no error")
			} else if strings.Contains(err.Error(), "@") || strings.Contains(err.Error(), "\r") {
				t.Errorf("got error %q, which repeats the value", err)
			}
		})
	}
	t.Run("tells all mistakes at once", func(t *testing.T) {
		_, err := New(Config{})
		for _, want := range []string{"Host", "From"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got error %v, want %s in it", err, want)
			}
		}
	})
	t.Run("a public URL with an address gives an address literal", func(t *testing.T) {
		for host, want := range map[string]string{"::1": "[IPv6:::1]", "127.0.0.1": "[127.0.0.1]", "localhost": "localhost"} {
			if got := literal(host); got != want {
				t.Errorf("%s: got %q, want %q", host, got, want)
			}
		}
	})
}
