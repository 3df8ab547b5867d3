package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// administrator is the account that this start has made, if it has.
type administrator struct {
	made     bool
	email    string
	password string // only where it was made at random
	file     string // where that is kept, if it is
}

// ensureAdministrator makes the first administrator where there is no account at all. With
// keep, a random password is in its file before there is an account that it opens, so that
// no failure leaves one that nobody can log in to.
func ensureAdministrator(ctx context.Context, operator auth.OperatorAPI, c config.Config, keep bool) (administrator, error) {
	first := administrator{email: c.Admin.Email}
	users, err := operator.ListUsers(ctx, "", 1)
	if err != nil {
		return administrator{}, fmt.Errorf("look for accounts: %w", err)
	}
	if len(users) > 0 {
		return first, nil
	}
	password := string(c.Admin.Password)
	if password == "" {
		if password, err = randomPassword(c); err != nil {
			return administrator{}, err
		}
		first.password = password
		if keep {
			if first.file, err = keepPassword(c, password); err != nil {
				return administrator{}, err
			}
		}
	}
	first.made, err = operator.EnsureAdministrator(ctx, auth.NewUser{Email: c.Admin.Email, Password: password})
	if err != nil {
		return administrator{}, refusedAdministrator(err)
	}
	if !first.made && first.file != "" {
		// Another instance was first, and its password is another.
		if err := os.Remove(first.file); err != nil {
			return administrator{}, fmt.Errorf("remove the password of no account: %w", err)
		}
	}
	return first, nil
}

// checkFirstPassword tries whether there can be a random password where the start will surely
// need one, before anything is made. Whether a server has accounts is not known before it is asked.
func checkFirstPassword(c config.Config) error {
	if c.Admin.Password != "" || c.Database.IsServer() || hasDatabase(c) {
		return nil
	}
	_, err := randomPassword(c)
	return err
}

func randomPassword(c config.Config) (string, error) {
	password, err := auth.RandomPassword(c.Passwords.Policy)
	if err != nil {
		return "", config.Mistakes{{Name: "ADMIN_PASSWORD", Problem: "is not set, and none of the random passwords that were tried matches PASSWORD_POLICY", Fix: "set it to one that does, at least until the first administrator is made"}}
	}
	return password, nil
}

// refusedAdministrator names the setting to blame, where one is.
func refusedAdministrator(err error) error {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		switch failure.Field {
		case "email":
			return config.Mistakes{{Name: "ADMIN_EMAIL", Problem: failure.Reason, Fix: "write the address alone, as in admin@example.com"}}
		case "password":
			return config.Mistakes{{Name: "ADMIN_PASSWORD", Problem: failure.Reason, Fix: "choose another, or unset it to get a random one"}}
		}
	}
	return fmt.Errorf("make the first administrator: %w", err)
}

// passwordFile is where in DATA_DIR a random password is kept.
const passwordFile = "admin-password"

// keepPassword writes the random password where only the operator finds it, for a service
// that nobody watches start.
func keepPassword(c config.Config, password string) (path string, err error) {
	if err := os.MkdirAll(c.General.DataDir, 0o700); err != nil {
		return "", fmt.Errorf("make DATA_DIR: %w", err)
	}
	path = filepath.Join(c.General.DataDir, passwordFile)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return "", fmt.Errorf("replace the administrator's password file: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("keep the administrator's password: %w", err)
	}
	defer file.Close()
	if _, err := file.WriteString(password + "\n"); err != nil {
		return "", fmt.Errorf("keep the administrator's password: %w", err)
	}
	return path, file.Sync()
}
