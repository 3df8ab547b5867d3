package cli

import (
	"fmt"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

type usersTFAResetCommand struct {
	Email string `arg:"" help:"E-mail address of the account."`
}

// Run turns a second factor off.
func (cmd usersTFAResetCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	return in.withOperator(c, mustExist, func(operator auth.OperatorAPI) error {
		user, err := operator.ResetTFA(in.context, cmd.Email)
		if err != nil {
			return err
		}
		said := "Turned off the second factor of %s, and forgot its wrong codes (LIMIT_TFA_ACCOUNT). Its sessions go on; its owner is told by mail.\n"
		if user.TOTP == nil {
			said = "The second factor of %s was off. Forgot its wrong codes (LIMIT_TFA_ACCOUNT).\n"
		}
		_, err = fmt.Fprintf(in.Stdout, said, user.Email)
		return err
	})
}

// resealBatch is how many accounts are looked at at once.
const resealBatch = 100

type keysResealCommand struct{}

// Run seals the secrets of second factors anew.
func (keysResealCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	return in.withOperator(c, mustExist, func(operator auth.OperatorAPI) error {
		sum := auth.Resealed{}
		for last := domain.UserID(""); ; {
			done, err := operator.ResealSecrets(in.context, last, resealBatch)
			sum.Seen += done.Seen
			sum.Resealed += done.Resealed
			sum.Unreadable += done.Unreadable
			if err != nil {
				return err
			}
			if done.Seen == 0 {
				break
			}
			last = done.Last
		}
		if _, err := fmt.Fprintf(in.Stdout, "Looked at %d accounts, and sealed the secrets of %d second factors anew under DATA_KEY.\n", sum.Seen, sum.Resealed); err != nil {
			return err
		}
		if sum.Unreadable > 0 {
			return fmt.Errorf("%d are sealed under a key that is neither DATA_KEY nor in DATA_KEY_PREVIOUS: give this command that key, or let the accounts set up a new second factor after users tfa-reset", sum.Unreadable)
		}
		return nil
	})
}
