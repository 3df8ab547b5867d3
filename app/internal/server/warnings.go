package server

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/keys"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// firstAccounts is among how many accounts an administrator is looked for at a start.
const firstAccounts = 200

// warnOfNoAdministrator warns where there are accounts and none is an administrator's, as
// after a first account that was made by hand. Among more than firstAccounts it says nothing:
// a start shall not read them all.
func warnOfNoAdministrator(ctx context.Context, operator auth.OperatorAPI, log *slog.Logger) error {
	users, err := operator.ListUsers(ctx, "", firstAccounts)
	if err != nil {
		return fmt.Errorf("look for an administrator: %w", err)
	}
	isAdministrator := func(u domain.User) bool { return u.Role == domain.AdministratorRole }
	if len(users) > 0 && len(users) < firstAccounts && !slices.ContainsFunc(users, isAdministrator) {
		log.Warn("there are accounts, and none of them has the role of an administrator; to make one, run: sallyport users create EMAIL --admin")
	}
	return nil
}

// warnOfNobodyLinked warns where providers are the only way in, let in nobody whom they do not
// know, and none of the accounts is linked to one. Among more than firstAccounts it says nothing.
func warnOfNobodyLinked(ctx context.Context, repos port.Repos, c config.Config, log *slog.Logger) error {
	letsInOthers := func(p config.OAuthProvider) bool { return p.AllowRegistration || p.LinkByEmail }
	if !c.OAuth.DefaultDisabled || slices.ContainsFunc(c.OAuth.Places, letsInOthers) {
		return nil
	}
	users, err := repos.Users.List(ctx, "", firstAccounts)
	if err != nil {
		return fmt.Errorf("look for an account that is linked: %w", err)
	}
	if len(users) >= firstAccounts {
		return nil
	}
	isOfProvider := func(i domain.Identity) bool {
		return slices.ContainsFunc(c.OAuth.Places, func(p config.OAuthProvider) bool { return strings.EqualFold(p.Name, i.Provider) })
	}
	for _, user := range users {
		identities, err := repos.Identities.OfUser(ctx, user.ID)
		if err != nil {
			return fmt.Errorf("look for an account that is linked: %w", err)
		}
		if slices.ContainsFunc(identities, isOfProvider) {
			return nil
		}
	}
	log.Warn("AUTH_DISABLE_DEFAULT is true, and no account is linked to a provider: nobody can log in; " +
		"set it to false until somebody has logged in with a password and linked their account at /admin, or let a provider link by address (LINK_BY_EMAIL)")
	return nil
}

// hasDatabase reports whether the file of an embedded database is there.
func hasDatabase(c config.Config) bool {
	if c.Database.Client != config.SQLite {
		return false
	}
	_, err := os.Stat(c.Database.Filename)
	return err == nil
}

// missedKeys warns of keys that were made for a database that was there before, which is
// what a forgotten file or a mistyped DATA_DIR looks like. With a previous key the new one
// is meant.
func missedKeys(k wiring.Keys) []string {
	var warnings []string
	for _, one := range []struct {
		name, lost string
		key        keys.Key
	}{
		{"SECRET", "access tokens and session cookies that an earlier one signed are refused", k.Secret},
		{"DATA_KEY", "session cookies that were handed out under an earlier one cannot be refreshed", k.Data},
	} {
		if one.key.Made && len(one.key.Previous) == 0 {
			warnings = append(warnings, fmt.Sprintf("a new %s was made, although the database was there before: %s. "+
				"If one was lost, put it back, or name it in %[1]s_PREVIOUS; at the first start on this database all is well", one.name, one.lost))
		}
	}
	return warnings
}

// warnOfLooseModes warns of what other users of the machine can get at. The files of keys
// are looked at where they are read.
func warnOfLooseModes(c config.Config, log *slog.Logger) {
	for _, warning := range looseModes(c) {
		log.Warn(warning)
	}
}

func looseModes(c config.Config) []string {
	if runtime.GOOS == "windows" {
		return nil // has no such bits: Go makes them up
	}
	kept := []struct{ what, path, mode string }{
		{"the password of the first administrator", filepath.Join(c.General.DataDir, passwordFile), "600"},
	}
	if c.Database.Client == config.SQLite {
		kept = append(kept,
			struct{ what, path, mode string }{"DATA_DIR", c.General.DataDir, "700"},
			struct{ what, path, mode string }{"the file of the database", c.Database.Filename, "600"})
	}
	var warnings []string
	for _, k := range kept {
		info, err := os.Stat(k.path)
		if err != nil {
			continue // not there; what cannot be opened has failed elsewhere
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			warnings = append(warnings, fmt.Sprintf("%s, %s, is open to others (mode %04o); run: chmod %s %[1]s", k.path, k.what, mode, k.mode))
		}
	}
	return warnings
}
