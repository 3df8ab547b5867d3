package cli

import (
	"fmt"
	"net/netip"

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
	Whom string `arg:"" name:"email-or-ip" help:"E-mail address of the account, or IP address of the clients."`
}

// Run forgets failed logins.
func (cmd usersUnlockCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	return in.withOperator(c, mustExist, func(operator auth.OperatorAPI) error {
		if _, err := netip.ParseAddr(cmd.Whom); err == nil {
			if err := operator.UnlockAddress(in.context, cmd.Whom); err != nil {
				return err
			}
			_, err := fmt.Fprintf(in.Stdout, "Forgot the failed logins, the requests for a reset, the registrations, and the requests from %s (LIMIT_LOGIN_ADDRESS, LIMIT_RESET_ADDRESS, LIMIT_REGISTER_ADDRESS, RATE_LIMITER_POINTS), of IPv6 from its network of 64 bits. Those of an account (LIMIT_LOGIN_ACCOUNT) still count.\n", cmd.Whom)
			return err
		}
		if err := operator.Unlock(in.context, cmd.Whom); err != nil {
			return err
		}
		_, err := fmt.Fprintln(in.Stdout, "Forgot the failed logins of the account (LIMIT_LOGIN_ACCOUNT) and its wrong codes (LIMIT_TFA_ACCOUNT). Those from a client address (LIMIT_LOGIN_ADDRESS) still count: users unlock takes that, too.")
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
