package e2e

import (
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestMailByAServerOnTheInternet goes all the way of a forgotten password with a mail server
// that wants STARTTLS and a login, as nearly all do. To leave out any of the EMAIL_SMTP
// settings in newSMTP, or to say NoTLS where neither SECURE nor IGNORE_TLS is set, turns it red.
func TestMailByAServerOnTheInternet(t *testing.T) {
	t.Parallel()
	certificate := newCertificate(t)
	server := startSecureMailServer(t, certificate)
	p := serve(t, append(cheap(t.TempDir()), mailBy(t, server.port, certificate)...))
	if err := p.RequestReset(t.Context(), strings.ToUpper(adminEmail), ""); err != nil {
		t.Fatalf("ask for a reset: %v", err)
	}
	server.awaitTries(t, 1)

	mails, envelopes := server.taken(), server.sealed()
	want := envelope{hello: "login.example.com", from: mailSender, to: adminEmail, recipients: 1}
	if len(mails) != 1 || len(envelopes) != 1 || envelopes[0] != want {
		t.Fatalf("got %d mails and envelopes %+v, want one, %+v", len(mails), envelopes, want)
	}
	if id := mails[0].Header.Get("Message-Id"); !strings.HasSuffix(id, "@login.example.com>") {
		t.Errorf("got Message-ID %q, want one of the public URL's host", id)
	}
	text := plainText(t, mails[0])
	if !strings.Contains(text, publicURL+"/admin/reset-password?token=") {
		t.Errorf("got a mail without a link to the public URL:\n%s", text)
	}
	if !strings.Contains(text, "within 1 hour.") {
		t.Errorf("got a mail that does not say PASSWORD_RESET_TOKEN_TTL as it is:\n%s", text)
	}
	token := tokenInText(t, text)
	const newPassword = "another battery staple"
	if err := p.Reset(t.Context(), token, newPassword); err != nil {
		t.Fatalf("the link: %v", err)
	}
	if _, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: newPassword, Mode: domain.ModeJSON}); err != nil {
		t.Errorf("log in with the new password: %v", err)
	}
	if _, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: adminPassword, Mode: domain.ModeJSON}); codeOf(err) != domain.InvalidCredentials {
		t.Errorf("log in with the old password: got %v, want a refusal", err)
	}

	p.stop(t)
	for what, secret := range map[string]string{"the password of the mail server": mailPassword, "the token": token, "the address": adminEmail} {
		if strings.Contains(p.log.String(), secret) {
			t.Errorf("the log holds %s", what)
		}
	}
}

// TestMailToAFalseServer has somebody else answer in the mail server's place, who hears
// neither the mail nor the password for it. When the server is itself again it gets the mail.
// InsecureSkipVerify in the mailer turns it red, and so does taking its failure for one that
// stays.
func TestMailToAFalseServer(t *testing.T) {
	t.Parallel()
	certificate := newCertificate(t)
	server := startSecureMailServer(t, newCertificate(t))
	now := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	dir := t.TempDir()
	p := serveAt(t, now, append(cheap(dir), mailBy(t, server.port, certificate)...))
	if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
		t.Fatalf("ask for a reset: %v", err)
	}
	p.log.await(t, "a letter is tried again later")
	if !strings.Contains(p.log.String(), "failed to verify certificate") {
		t.Error("the log does not say that it is the certificate")
	}
	if logins, tries := server.logins.Load(), len(server.sealed()); logins > 0 || tries > 0 {
		t.Errorf("the false server heard %d passwords and %d mails", logins, tries)
	}

	server.certificate.Store(&certificate)
	p.clock.Advance(10 * time.Second)
	server.awaitTries(t, 1)
	awaitDelivery(t, dir)
	if mails := server.taken(); len(mails) != 1 {
		t.Fatalf("got %d mails, want one", len(mails))
	}
	if err := p.Reset(t.Context(), tokenIn(t, server.taken()[0]), "another battery staple"); err != nil {
		t.Errorf("the link: %v", err)
	}
}

// TestMailThatIsRefusedForGood is tried once, and stands in the way of no other. Putting back
// what matches ErrInvalid in deliverOne turns it red.
func TestMailThatIsRefusedForGood(t *testing.T) {
	t.Parallel()
	certificate := newCertificate(t)
	server := startSecureMailServer(t, certificate)
	server.answers = []error{&gosmtp.SMTPError{Code: 550, Message: adminEmail + ": no such mailbox"}}
	now := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	dir := t.TempDir()
	p := serveAt(t, now, append(cheap(dir), mailBy(t, server.port, certificate)...))
	if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
		t.Fatalf("ask for a reset: %v", err)
	}
	p.log.await(t, "a letter was refused for good and is dropped")
	awaitDelivery(t, dir)
	if strings.Contains(p.log.String(), adminEmail) {
		t.Error("the log repeats the address that the server names")
	}

	p.clock.Advance(time.Minute) // past the time at which it would be tried again
	if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
		t.Fatalf("ask again: %v", err)
	}
	server.awaitTries(t, 2)
	awaitDelivery(t, dir)
	if tries, mails := len(server.sealed()), len(server.taken()); tries != 2 || mails != 1 {
		t.Errorf("got %d tries and %d mails, want one of each letter and the second taken", tries, mails)
	}
}
