package moving

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// user stores an account with its identities, all of it or nothing. One that is there already, by
// its ID, stays as it is.
func (k *keeper) user(ctx context.Context, u domain.User, identities []domain.Identity) (fate, error) {
	if err := k.checkUser(u); err != nil {
		return 0, err
	}
	here, err := k.Repos.Users.ByID(ctx, u.ID)
	switch {
	case err == nil:
		k.here[u.ID], k.inUse[u.ID] = true, here.LastAccess.After(u.LastAccess)
		return present, nil
	case !errors.Is(err, port.ErrNotFound):
		return 0, err
	}
	if err := k.checkFree(ctx, u, identities); err != nil {
		return 0, err
	}
	if k.options.DryRun {
		return k.pretendUser(u, identities)
	}
	err = k.Work.Do(ctx, func(ctx context.Context, r port.Repos) error { return k.createUser(ctx, r, u, identities) })
	if errors.Is(err, port.ErrConflict) {
		return 0, refusal("somebody made an account with its address, token or identity at the same moment; run it again")
	}
	if err != nil {
		return 0, err
	}
	k.recordCreated(ctx, u)
	return stored, nil
}

// recordCreated leaves a trace of the account in the audit trail, which may fail without harm: see
// port.Events.
func (k *keeper) recordCreated(ctx context.Context, u domain.User) {
	now := k.Clock.Now()
	_ = k.Events.Record(ctx, domain.Event{
		ID: domain.NewUUID(now), At: now, Kind: domain.EventUserCreated, Outcome: domain.OutcomeSuccess, Subject: u.ID,
	})
}

func (k *keeper) createUser(ctx context.Context, r port.Repos, u domain.User, identities []domain.Identity) error {
	if err := r.Users.Create(ctx, u); err != nil {
		return err
	}
	if u.TOTP != nil {
		// A code that was spent where the account comes from must not be good here once more. No
		// store tells which those were, so that none of those that could be is: clocks differ by a step.
		if err := r.Users.AdvanceTOTP(ctx, u.ID, totp.Step(k.Clock.Now())+1); err != nil {
			return err
		}
	}
	for _, i := range identities {
		if err := r.Identities.Link(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// checkUser refuses what no account may hold.
func (k *keeper) checkUser(u domain.User) error {
	email, err := domain.ParseEmail(string(u.Email))
	switch {
	case !isUUID(string(u.ID)):
		return refusal("its ID is no UUID in small letters")
	case u.Email == "":
		return refusal("it has no e-mail address")
	case err != nil || email != u.Email:
		return refusal("its e-mail address is none that can be kept")
	case port.CheckUser(u) != nil:
		return refusal("it holds text that cannot be kept")
	case !isStatus(u.Status):
		return refusal("its status is none")
	case u.Role != "" && !k.roles[u.Role]:
		return refusal("its role is not here")
	case utf8.RuneCountInString(u.FirstName) > auth.MaxNameRunes || utf8.RuneCountInString(u.LastName) > auth.MaxNameRunes:
		return refuse("its name is longer than %d characters", auth.MaxNameRunes)
	case utf8.RuneCountInString(u.Language) > auth.MaxLanguageRunes:
		return refuse("its language is longer than %d characters", auth.MaxLanguageRunes)
	case u.Password != "" && k.CheckPassword(u.Password) != nil:
		return refusal("its password hash is none that can be verified here, or costs too much to verify")
	case u.TOTP != nil && !k.Seals.OpensSecondFactor(u):
		return refusal("its second factor is sealed under another DATA_KEY; name that in DATA_KEY_PREVIOUS")
	case u.Epoch < 0:
		return refusal("its epoch is below zero")
	}
	return checkPreferences(u.Preferences)
}

func checkPreferences(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	var object map[string]json.RawMessage
	switch {
	case len(text) > domain.MaxPreferencesBytes:
		return refuse("its preferences are longer than %d bytes", domain.MaxPreferencesBytes)
	case json.Unmarshal(text, &object) != nil || bytes.Equal(bytes.TrimSpace(text), []byte("null")):
		return refusal("its preferences are no JSON object")
	}
	return nil
}

// checkFree refuses an account that has in common with another what only one may have.
func (k *keeper) checkFree(ctx context.Context, u domain.User, identities []domain.Identity) error {
	other, err := k.Repos.Users.ByEmail(ctx, u.Email)
	if err == nil {
		return refuse("its e-mail address is that of the account %s here", other.ID)
	}
	if !errors.Is(err, port.ErrNotFound) {
		return err
	}
	if u.StaticToken != nil {
		other, err := k.Repos.Users.ByStaticToken(ctx, *u.StaticToken)
		if err == nil {
			return refuse("its static token is that of the account %s here", other.ID)
		}
		if !errors.Is(err, port.ErrNotFound) {
			return err
		}
	}
	for n, i := range identities {
		if i.Provider == "" || i.Subject == "" || port.CheckIdentity(i) != nil {
			return refuse("its identity %d holds text that cannot be kept", n+1)
		}
		found, err := k.Repos.Identities.Find(ctx, i.Provider, i.Subject)
		if err == nil {
			return refuse("its identity %d is that of the account %s here", n+1, found.UserID)
		}
		if !errors.Is(err, port.ErrNotFound) {
			return err
		}
	}
	return nil
}

// pretendUser tells what would become of an account after those before it.
func (k *keeper) pretendUser(u domain.User, identities []domain.Identity) (fate, error) {
	if _, seen := k.epochs[u.ID]; seen {
		return present, nil
	}
	switch {
	case !k.isNew("email", u.Email.Key()):
		return 0, refusal("an account before it has its e-mail address")
	case u.StaticToken != nil && !k.isNew("token", string(u.StaticToken[:])):
		return 0, refusal("an account before it has its static token")
	}
	for n, i := range identities {
		if !k.isNew("identity", i.Provider+"\x00"+i.Subject) {
			return 0, refuse("an account before it has its identity %d", n+1)
		}
	}
	k.epochs[u.ID] = u.Epoch
	return stored, nil
}
