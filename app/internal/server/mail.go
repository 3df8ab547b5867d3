package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// testMailTimeout bounds how long somebody looks at a terminal where nothing happens.
const testMailTimeout = time.Minute

// Check implements cli.Backend.
func (b Backend) Check(c config.Config) error {
	_, wrongWords := wiring.NewComposer(c)
	_, wrongOffice := wiring.NewPostOffice(c, b.Clock)
	return errors.Join(wiring.CheckDatabase(c.Database), wiring.CheckPasswordCheckers(c), wiring.CheckOAuth(c), checkFirstPassword(c), wrongWords, wrongOffice)
}

// PreviewMail implements cli.Backend.
func (b Backend) PreviewMail(ctx context.Context, c config.Config, p cli.MailPreview) (mail domain.Mail, written string, err error) {
	composer, err := wiring.NewComposer(c)
	if err != nil {
		return domain.Mail{}, "", err
	}
	subject, text, html, err := composer.Compose(ctx, port.MailContent{
		Kind:      p.Kind,
		Language:  p.Language,
		FirstName: "Ada",
		Link:      c.Server.PublicURL + "/admin/reset-password?token=SAMPLE-that-opens-nothing",
		ExpiresIn: c.Recovery.ResetTTL,
		Client:    domain.Client{IP: "192.0.2.1"}, // RFC 5737: nobody's
	})
	if err != nil {
		return domain.Mail{}, "", err
	}
	mail = domain.Mail{To: "ada@example.com", Subject: subject, Text: text, HTML: html}
	return mail, composer.Language(p.Kind, p.Language), nil
}

// TestMail implements cli.Backend.
func (b Backend) TestMail(ctx context.Context, c config.Config, to domain.Email) (string, error) {
	office, err := wiring.NewPostOffice(c, b.Clock)
	if err != nil {
		return "", err
	}
	sending, cancel := context.WithTimeout(ctx, testMailTimeout)
	defer cancel()
	err = office.Mailer.Send(sending, domain.Mail{
		ID:      domain.NewUUID(b.Clock.Now()),
		To:      to,
		Subject: "Test mail from " + c.General.ProjectName,
		Text:    fmt.Sprintf("This is a test mail from %s at %s.\n\nIf you read this, mail arrives.\n", c.General.ProjectName, c.Server.PublicURL),
	})
	if err != nil {
		return "", withAdvice(err, c.Mail)
	}
	return office.Where, nil
}
