package cli_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestMailPreview(t *testing.T) {
	mail := domain.Mail{Subject: "A new password", Text: "Follow the link.\n", HTML: "<p>Follow the link.</p>\n"}
	t.Run("shows the subject and the text", func(t *testing.T) {
		b := &backend{mail: mail}
		run(t, b, nil, "mail", "preview").want(t, cli.ExitOK, "Subject: A new password\n\nFollow the link.\n")
		if want := []cli.MailPreview{{Kind: domain.LetterPasswordReset}}; !slices.Equal(b.previewed, want) {
			t.Errorf("got %+v, want %+v", b.previewed, want)
		}
	})
	t.Run("asks for the kind and the language", func(t *testing.T) {
		b := &backend{mail: mail}
		run(t, b, nil, "mail", "preview", "--kind=other", "--language", "de").want(t, cli.ExitOK, "Subject: A new password\n\nFollow the link.\n")
		if want := []cli.MailPreview{{Kind: "other", Language: "de"}}; !slices.Equal(b.previewed, want) {
			t.Errorf("got %+v, want %+v", b.previewed, want)
		}
	})
	t.Run("says which language it is in where that is not the one that was asked for", func(t *testing.T) {
		for language, said := range map[string]string{
			"":      "",
			"de":    "",
			"DE":    "",
			"de-CH": "There are no templates in de-CH itself; this is the mail in de.\n",
			"fr":    "There are no templates in fr itself; this is the mail in de.\n",
		} {
			got := run(t, &backend{mail: mail}, nil, "mail", "preview", "--language="+language)
			if got.code != cli.ExitOK || got.stderr != said {
				t.Errorf("%q: got code %d and %q, want %q", language, got.code, got.stderr, said)
			}
		}
	})
	t.Run("refuses what is no language", func(t *testing.T) {
		b := &backend{mail: mail}
		run(t, b, nil, "mail", "preview", "--language=german!").want(t, cli.ExitUsage, "", "sallyport: that is no language; write a tag of BCP 47")
		if len(b.previewed) > 0 {
			t.Errorf("got %v, want no mail asked for", b.previewed)
		}
	})
	t.Run("writes the HTML into a file", func(t *testing.T) {
		run(t, &backend{mail: mail}, nil, "mail", "preview", "--out=mail.html").want(t, cli.ExitOK, "Subject: A new password\n\nFollow the link.\n")
		if got, err := os.ReadFile("mail.html"); err != nil || string(got) != mail.HTML {
			t.Errorf("got %q, error %v", got, err)
		}
	})
	t.Run("says when the file cannot be written", func(t *testing.T) {
		run(t, &backend{mail: mail}, nil, "mail", "preview", "--out=nowhere/mail.html").want(t, cli.ExitFailed, "", "sallyport: write the HTML body: ")
	})
	t.Run("says which mails there are", func(t *testing.T) {
		b := &backend{mailErr: fmt.Errorf("compose: %w", port.ErrNotFound)}
		run(t, b, nil, "mail", "preview", "--kind=birthday").want(t, cli.ExitUsage, "", `sallyport: there is no mail "birthday"; there are ["password-reset" "password-changed" "email-changed" "tfa-enabled" "tfa-disabled" "recovery-code-used" "invitation" "registration" "registered-twice" "email-confirm" "identity-linked" "identity-unlinked"]`)
	})
}

func TestMailTest(t *testing.T) {
	t.Run("says where the mail is", func(t *testing.T) {
		b := &backend{}
		run(t, b, nil, "mail", "test", "a@example.com").want(t, cli.ExitOK, "The mail is with the mail server of the test.\n")
		if want := []domain.Email{"a@example.com"}; !slices.Equal(b.tested, want) {
			t.Errorf("got %q, want %q", b.tested, want)
		}
	})
	t.Run("says why it was not taken", func(t *testing.T) {
		b := &backend{mailErr: errors.New("smtp: send: connection refused")}
		run(t, b, nil, "mail", "test", "a@example.com").want(t, cli.ExitFailed, "", "sallyport: the mail was not taken: smtp: send: connection refused\n")
	})
	t.Run("says when trying again would not help", func(t *testing.T) {
		b := &backend{mailErr: fmt.Errorf("smtp: send: 550: %w", port.ErrInvalid)}
		run(t, b, nil, "mail", "test", "a@example.com").want(t, cli.ExitFailed, "", "sallyport: the mail was refused for good")
	})
}
