package cli

import (
	"fmt"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

type usersInviteCommand struct {
	Email string `arg:"" help:"E-mail address to invite."`
	Role  string `required:"" placeholder:"ROLE" help:"ID of the role that the account is to have, or its name if no other has the same."`
}

// Run invites somebody.
func (cmd usersInviteCommand) Run(in *invocation) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		role, err := in.role(operator, cmd.Role)
		if err != nil {
			return err
		}
		if err := operator.InviteUser(in.context, cmd.Email, role); err != nil {
			return err
		}
		user, err := operator.FindUser(in.context, cmd.Email)
		if err != nil {
			return err
		}
		said := "Invited %s. The service sends the link when it runs (USER_INVITE_TOKEN_TTL).\n"
		if user.Status != domain.StatusInvited {
			said = "%s has an account already: nothing was changed, and no mail is sent.\n"
		}
		_, err = fmt.Fprintf(in.Stdout, said, user.Email)
		return err
	})
}

type usersSuspendCommand struct {
	Email string `arg:"" help:"E-mail address of the account."`
}

// Run lets an account do nothing any more.
func (cmd usersSuspendCommand) Run(in *invocation) error {
	return in.setStatus(cmd.Email, domain.StatusSuspended, "Suspended %s: nobody logs in to it, and its sessions have ended.\n")
}

type usersActivateCommand struct {
	Email string `arg:"" help:"E-mail address of the account."`
}

// Run lets an account log in.
func (cmd usersActivateCommand) Run(in *invocation) error {
	return in.setStatus(cmd.Email, domain.StatusActive, "Activated %s: who knows its password may log in.\n")
}

func (in *invocation) setStatus(email string, status domain.Status, said string) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		user, err := operator.SetStatus(in.context, email, status)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.Stdout, said, user.Email)
		return err
	})
}

type usersTokenCommand struct {
	Email  string `arg:"" help:"E-mail address of the account."`
	Remove bool   `help:"Take the token away, and make none."`
}

// Run makes or removes a static token.
func (cmd usersTokenCommand) Run(in *invocation) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		if cmd.Remove {
			user, err := operator.RemoveStaticToken(in.context, cmd.Email)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(in.Stdout, "%s has no static token any more.\n", user.Email)
			return err
		}
		user, token, err := operator.MakeStaticToken(in.context, cmd.Email)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(in.Stderr, "The static token of %s. It replaces the one before, has no end, and is not shown again:\n", user.Email); err != nil {
			return err
		}
		_, err = fmt.Fprintln(in.Stdout, token)
		return err
	})
}
