package devmail

import (
	"bytes"
	"fmt"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// encode writes m in the form of RFC 5322, which mail programs open, with the text and the
// HTML body as alternatives (RFC 2046, section 5.1.4).
func (b *Mailbox) encode(m domain.Mail, now time.Time) ([]byte, error) {
	var out bytes.Buffer
	parts := multipart.NewWriter(&out)
	from := mail.Address{Name: b.config.FromName, Address: string(b.config.From)}
	to := mail.Address{Address: string(m.To)}
	for _, header := range [][2]string{
		{"Message-ID", "<" + m.ID + "@" + b.config.MessageIDHost + ">"},
		{"Date", now.Format(time.RFC1123Z)},
		{"From", from.String()},
		{"To", to.String()},
		{"Subject", mime.QEncoding.Encode("utf-8", m.Subject)},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834, section 5
		{"MIME-Version", "1.0"},
		{"Content-Type", `multipart/alternative; boundary="` + parts.Boundary() + `"`},
	} {
		fmt.Fprintf(&out, "%s: %s\r\n", header[0], header[1])
	}
	out.WriteString("\r\n")

	if err := addPart(parts, "text/plain", m.Text); err != nil {
		return nil, err
	}
	if m.HTML != "" {
		if err := addPart(parts, "text/html", m.HTML); err != nil {
			return nil, err
		}
	}
	if err := parts.Close(); err != nil {
		return nil, fmt.Errorf("write the end of the mail: %w", err)
	}
	return out.Bytes(), nil
}

func addPart(parts *multipart.Writer, kind, text string) error {
	part, err := parts.CreatePart(textproto.MIMEHeader{
		"Content-Type":              {kind + "; charset=utf-8"},
		"Content-Transfer-Encoding": {"quoted-printable"},
	})
	if err != nil {
		return fmt.Errorf("write a part of the mail: %w", err)
	}
	encoder := quotedprintable.NewWriter(part)
	_, err = encoder.Write([]byte(strings.ReplaceAll(text, "\r\n", "\n")))
	if err == nil {
		err = encoder.Close()
	}
	if err != nil {
		return fmt.Errorf("write a part of the mail: %w", err)
	}
	return nil
}
