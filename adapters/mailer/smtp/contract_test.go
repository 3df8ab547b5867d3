package smtp

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestContract(t *testing.T) {
	contract.RunMailer(t, func(t testing.TB) contract.MailerWorld {
		s := startServer(t, nil)
		m := newMailer(t, s, func(c *Config) { c.User, c.Password = testUser, testPassword })
		return contract.MailerWorld{Mailer: m, Received: func(t testing.TB) []domain.Mail {
			t.Helper()
			var mails []domain.Mail
			for _, l := range s.taken() {
				mails = append(mails, decode(t, l))
			}
			return mails
		}}
	}, contract.Expect(12))
}

// decode reads a mail back with nothing but the standard library.
func decode(t testing.TB, l letter) domain.Mail {
	t.Helper()
	message, err := mail.ReadMessage(strings.NewReader(l.content))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(message.Header.Get("Message-Id"), "<"), "@")
	m := domain.Mail{ID: id, To: domain.Email(l.to), Subject: subject}
	for kind, body := range bodies(t, message) {
		switch kind {
		case "text/plain":
			m.Text = body
		case "text/html":
			m.HTML = body
		default:
			t.Errorf("got a part of type %s", kind)
		}
	}
	return m
}

// bodies returns the parts of a mail by their type.
func bodies(t testing.TB, message *mail.Message) map[string]string {
	t.Helper()
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	all := map[string]string{}
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		all[kind] = string(body)
	}
}
