package cli

import (
	"fmt"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
)

type usersCreateCommand struct {
	Email string `arg:"" help:"E-mail address of the account."`
	Admin bool   `help:"Make it an administrator."`
	passwordFlags
}

// Run makes an account.
func (cmd usersCreateCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	password, err := cmd.password(in, cmd.Email, c.Passwords.Policy)
	if err != nil {
		return err
	}
	return in.withOperator(c, orCreate, func(operator auth.OperatorAPI) error {
		user, err := operator.CreateUser(in.context, auth.NewUser{Email: cmd.Email, Password: password, Admin: cmd.Admin})
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(in.Stdout, "Made the account %s (%s).\n", user.Email, user.ID); err != nil {
			return err
		}
		return cmd.show(in, password)
	})
}

type usersPasswdCommand struct {
	Email string `arg:"" help:"E-mail address of the account."`
	passwordFlags
}

// Run changes a password.
func (cmd usersPasswdCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	password, err := cmd.password(in, cmd.Email, c.Passwords.Policy)
	if err != nil {
		return err
	}
	return in.withOperator(c, mustExist, func(operator auth.OperatorAPI) error {
		user, err := operator.SetPassword(in.context, cmd.Email, password)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(in.Stdout, "Changed the password of %s; its sessions have ended.\n", user.Email); err != nil {
			return err
		}
		return cmd.show(in, password)
	})
}

type usersUnlockCommand struct {
	Email string `arg:"" help:"E-mail address of the account."`
}

// Run forgets failed logins.
func (cmd usersUnlockCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	return in.withOperator(c, mustExist, func(operator auth.OperatorAPI) error {
		if err := operator.Unlock(in.context, cmd.Email); err != nil {
			return err
		}
		_, err := fmt.Fprintln(in.Stdout, "Forgot the failed logins of the account (LIMIT_LOGIN_ACCOUNT). Those from a client address (LIMIT_LOGIN_ADDRESS) still count.")
		return err
	})
}

// absence is what a command does about a database that is not there.
type absence int

const (
	mustExist absence = iota
	orCreate          // for the commands that some begin with
)

// withOperator lends the database to use. Whatever a person is asked for is asked for
// before, so that nobody holds the database while they think.
func (in *invocation) withOperator(c config.Config, database absence, use func(auth.OperatorAPI) error) error {
	operator, done, err := in.Backend.Operator(in.context, c, DatabaseOptions{Log: in.log, Create: database == orCreate})
	if err != nil {
		return err
	}
	defer done()
	return use(operator)
}
