package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/text/language"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type mailPreviewCommand struct {
	Kind     string `default:"password-reset" placeholder:"NAME" help:"Which mail: password-reset, password-changed, email-changed, tfa-enabled, tfa-disabled, recovery-code-used, identity-linked, identity-unlinked, invitation, registration, registered-twice or email-confirm."`
	Language string `placeholder:"TAG" help:"Language, such as de; unset: EMAIL_DEFAULT_LANGUAGE."`
	Out      string `placeholder:"FILE" help:"Write the HTML body into this file as well."`
}

// Run shows a mail as it would be sent, with sample values.
func (cmd mailPreviewCommand) Run(in *invocation) error {
	if _, err := language.Parse(cmd.Language); cmd.Language != "" && err != nil {
		return usageError{errors.New("that is no language; write a tag of BCP 47, such as de or pt-BR")}
	}
	c, err := in.configure()
	if err != nil {
		return err
	}
	mail, written, err := in.Backend.PreviewMail(in.context, c, MailPreview{Kind: domain.LetterKind(cmd.Kind), Language: cmd.Language})
	if errors.Is(err, port.ErrNotFound) {
		return usageError{fmt.Errorf("there is no mail %q; there are %q", cmd.Kind, domain.LetterKinds())}
	}
	if err != nil {
		return err
	}
	if cmd.Language != "" && !strings.EqualFold(cmd.Language, written) {
		fmt.Fprintf(in.Stderr, "There are no templates in %s itself; this is the mail in %s.\n", cmd.Language, written)
	}
	if cmd.Out != "" {
		if err := os.WriteFile(cmd.Out, []byte(mail.HTML), 0o600); err != nil {
			return fmt.Errorf("write the HTML body: %w", err)
		}
	}
	_, err = fmt.Fprintf(in.Stdout, "Subject: %s\n\n%s", mail.Subject, mail.Text)
	return err
}

type mailTestCommand struct {
	Address string `arg:"" help:"Who gets the mail."`
}

// Run sends a mail, so that an operator sees whether mail arrives before somebody waits for
// one.
func (cmd mailTestCommand) Run(in *invocation) error {
	to, err := domain.ParseEmail(cmd.Address)
	if err != nil {
		return usageError{errors.New("that is no e-mail address")}
	}
	c, err := in.configure()
	if err != nil {
		return err
	}
	where, err := in.Backend.TestMail(in.context, c, to)
	if errors.Is(err, port.ErrInvalid) {
		return fmt.Errorf("the mail was refused for good, so trying again would not help: %w", err)
	}
	if err != nil {
		return fmt.Errorf("the mail was not taken: %w", err)
	}
	_, err = fmt.Fprintf(in.Stdout, "The mail is %s.\n", where)
	return err
}
