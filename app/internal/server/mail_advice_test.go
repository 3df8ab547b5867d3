package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// plainMailServer greets, and offers nothing at all.
func plainMailServer(t *testing.T) (port string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerPlainly(conn)
		}
	}()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

func answerPlainly(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "220 plain.example.com ESMTP\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		answer := "250 plain.example.com"
		switch {
		case strings.HasPrefix(lines.Text(), "RCPT"):
			answer = "550 5.1.1 nobody@example.org: no"
		case !strings.ContainsAny(lines.Text(), "EMR"): // a TLS record, and not EHLO, MAIL, RCPT
			answer = "500 what?"
		}
		fmt.Fprint(conn, answer+"\r\n")
	}
}

func TestTestMailSaysWhichSettingsToLookAt(t *testing.T) {
	b := Backend{Clock: clock.System{}}
	port := plainMailServer(t)
	for name, test := range map[string]struct {
		environ []string
		want    string
	}{
		"no STARTTLS": {nil, "set EMAIL_SMTP_SECURE=true and mostly EMAIL_SMTP_PORT=465; where it is on this machine or in a network of its own, EMAIL_SMTP_IGNORE_TLS=true"},
		"no TLS":      {[]string{"EMAIL_SMTP_SECURE=true"}, "set EMAIL_SMTP_SECURE=false"},
		"no login":    {[]string{"EMAIL_SMTP_IGNORE_TLS=true", "EMAIL_SMTP_USER=u", "EMAIL_SMTP_PASSWORD=p"}, "unset EMAIL_SMTP_USER"},
		"nobody":      {[]string{"EMAIL_SMTP_IGNORE_TLS=true"}, "RCPT TO: the server answered 550 5.1.1, which is for good"},
	} {
		t.Run(name, func(t *testing.T) {
			c := configure(t, append(test.environ, "EMAIL_TRANSPORT=smtp", "EMAIL_SMTP_HOST=127.0.0.1", "EMAIL_SMTP_PORT="+port, "EMAIL_FROM=no-reply@example.com")...)
			_, err := b.TestMail(t.Context(), c, "nobody@example.org")
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "@") {
				t.Errorf("got error %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestAdviceForSilence(t *testing.T) {
	silence := fmt.Errorf("smtp: send: %w", context.DeadlineExceeded)
	for name, test := range map[string]struct {
		err  error
		mail config.Mail
		want bool
	}{
		"on the port for TLS":           {silence, config.Mail{SMTPPort: 465}, true},
		"on the port for TLS, with TLS": {silence, config.Mail{SMTPPort: 465, SMTPSecure: true}, false},
		"on another port":               {silence, config.Mail{SMTPPort: 587}, false},
		"another failure":               {errors.New("refused"), config.Mail{SMTPPort: 465}, false},
	} {
		if got := adviceFor(test.err, test.mail); strings.Contains(got, "EMAIL_SMTP_SECURE=true") != test.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
