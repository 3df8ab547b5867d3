package wiring

import (
	"github.com/sallyport-auth/sallyport/adapters/passwordcheck/breachedfile"
	"github.com/sallyport-auth/sallyport/adapters/passwordcheck/zxcvbn"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/port"
)

// PasswordCheckers returns those that the configuration asks for, with what closes them. A list
// of hashes that cannot be used is a config.Mistakes.
func PasswordCheckers(c config.Config) ([]port.PasswordChecker, func(), error) {
	var checkers []port.PasswordChecker
	closeAll := func() {}
	if c.Passwords.MinScore > 0 {
		scored, err := zxcvbn.New(zxcvbn.Config{MinScore: c.Passwords.MinScore, Words: []string{c.General.ProjectName}})
		if err != nil {
			return nil, nil, err
		}
		checkers = append(checkers, scored)
	}
	if c.Passwords.BreachedFile != "" {
		breached, err := breachedfile.Open(c.Passwords.BreachedFile)
		if err != nil {
			return nil, nil, config.Mistakes{unusableList(err)}
		}
		checkers = append(checkers, breached)
		closeAll = func() { _ = breached.Close() } // nothing was written
	}
	return checkers, closeAll, nil
}

func unusableList(err error) config.Mistake {
	return config.Mistake{
		Name:    "PASSWORD_BREACHED_FILE",
		Problem: "what it names " + err.Error(),
		Fix:     "name a file of SHA-1 hashes, one a line and sorted, or a folder of their ranges, or unset it",
	}
}

// CheckPasswordCheckers tells by config.Mistakes what PasswordCheckers would refuse.
func CheckPasswordCheckers(c config.Config) error {
	_, closeAll, err := PasswordCheckers(c)
	if err != nil {
		return err
	}
	closeAll()
	return nil
}
