package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Bounds of a profile, in characters.
const (
	MaxNameRunes     = 50
	MaxLanguageRunes = 255
)

// updateTries bounds how often a change of a profile begins anew because another change of
// the same account came first.
const updateTries = 4

// Me implements ProfileAPI.
func (s *Service) Me(ctx context.Context, p Principal) (domain.User, error) {
	if p.Anonymous() {
		return domain.User{}, invalidCredentials(nil)
	}
	return p.User, nil
}

// UpdateMe implements ProfileAPI.
func (s *Service) UpdateMe(ctx context.Context, p Principal, patch ProfilePatch, from domain.Client) (domain.User, *Tokens, error) {
	if p.Anonymous() {
		return domain.User{}, nil, invalidCredentials(nil)
	}
	// Once on a copy, to refuse a bad patch before its password costs a hash.
	proposed, err := patch.applied(p.User)
	if err != nil {
		return domain.User{}, nil, err
	}
	var encoded string
	if patch.Password != nil {
		if encoded, err = s.hashNew(ctx, *patch.Password, proposed.Email); err != nil {
			return domain.User{}, nil, err
		}
	}
	user, err := s.updateUser(ctx, p.User, from, func(u domain.User) (domain.User, error) {
		if u.Epoch != p.User.Epoch || u.Status != p.User.Status {
			return domain.User{}, invalidCredentials(nil) // what let the caller in is over
		}
		changed, err := patch.applied(u)
		if patch.Password != nil {
			changed.Password = encoded
		}
		return changed, err
	})
	if err != nil {
		return domain.User{}, nil, err
	}
	if user.Epoch == p.User.Epoch {
		return user, nil, nil
	}
	s.endSessions(ctx, user.ID)
	if patch.Password != nil {
		s.record(ctx, changedByOwner(domain.EventPasswordChanged, user.ID, from))
	}
	if user.Email != p.User.Email {
		s.record(ctx, changedByOwner(domain.EventEmailChanged, user.ID, from))
	}
	return user, s.replaceCookie(ctx, p, user, from), nil
}

// replaceCookie starts a session for a caller in session mode whose own has ended with
// all others. It has nothing but its cookie. Where that fails the change has happened all
// the same: an error would make the caller try again what is done.
func (s *Service) replaceCookie(ctx context.Context, p Principal, user domain.User, from domain.Client) *Tokens {
	if p.Session.Mode != domain.ModeSession {
		return nil
	}
	tokens, err := s.startSession(ctx, user, domain.ModeSession, from)
	if err != nil {
		s.Log.ErrorContext(ctx, "no session was started in place of those that the change has ended", "user", user.ID, "error", errors.Unwrap(err))
		return nil
	}
	return &tokens
}

func changedByOwner(kind string, id domain.UserID, from domain.Client) domain.Event {
	return domain.Event{Kind: kind, Outcome: domain.OutcomeSuccess, Actor: id, Subject: id, Client: from}
}

// endSessions removes sessions that a raised epoch has ended already, so that a failure
// here leaves nothing open.
func (s *Service) endSessions(ctx context.Context, id domain.UserID) {
	if err := s.Sessions.DeleteUser(ctx, id, ""); err != nil {
		s.Log.WarnContext(ctx, "ended sessions were not removed", "user", id, "error", err)
	}
}

// updateUser stores what change makes of the account, starting from seen and, where
// another change came first, from what is stored then. When password or address differ it
// raises the epoch, and queues notices that name from, where the change came from.
func (s *Service) updateUser(ctx context.Context, seen domain.User, from domain.Client, change func(domain.User) (domain.User, error)) (domain.User, error) {
	user := seen
	for range updateTries {
		changed, err := change(user)
		if err != nil {
			return domain.User{}, err
		}
		if changed.Password != user.Password || changed.Email != user.Email {
			changed.Epoch++
		}
		stored, err := s.storeWith(ctx, changed, s.notices(user, changed, from))
		switch {
		case err == nil:
			return stored, nil
		case errors.Is(err, port.ErrConflict):
			return domain.User{}, emailTaken(err)
		case isNotFound(err):
			return domain.User{}, invalidCredentials(nil)
		case !errors.Is(err, port.ErrStale):
			return domain.User{}, unavailable(fmt.Errorf("change account: %w", err))
		}
		if user, err = s.Repos.Users.ByID(ctx, seen.ID); err != nil {
			return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
		}
	}
	return domain.User{}, unavailable(errors.New("change account: others keep changing it"))
}

// storeWith updates the account and queues the letters about that: both or neither.
func (s *Service) storeWith(ctx context.Context, changed domain.User, letters []domain.Letter) (stored domain.User, err error) {
	if len(letters) == 0 {
		return s.Repos.Users.Update(ctx, changed)
	}
	err = s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		var err error
		if stored, err = r.Users.Update(ctx, changed); err != nil {
			return err
		}
		return queue(ctx, r.MailQueue, letters)
	})
	return stored, err
}

func emailTaken(cause error) error {
	e := domain.NewError(domain.RecordNotUnique, cause)
	e.Message = `Value for field "email" in collection "directus_users" has to be unique.`
	e.Field = "email"
	return e
}

// applied returns u with the fields of the patch, except the password.
func (patch ProfilePatch) applied(u domain.User) (domain.User, error) {
	for _, f := range []struct {
		name  string
		value *string
		limit int
		into  *string
	}{
		{"first_name", patch.FirstName, MaxNameRunes, &u.FirstName},
		{"last_name", patch.LastName, MaxNameRunes, &u.LastName},
		{"language", patch.Language, MaxLanguageRunes, &u.Language},
	} {
		if f.value == nil {
			continue
		}
		if err := checkText(f.name, *f.value, f.limit); err != nil {
			return domain.User{}, err
		}
		*f.into = *f.value
	}
	if patch.Email != nil {
		email, err := domain.ParseEmail(*patch.Email)
		if err != nil {
			return domain.User{}, domain.InvalidPayloadError("email", `"email" must be a valid email`)
		}
		u.Email = email
	}
	preferences, err := mergePreferences(u.Preferences, patch.Preferences)
	u.Preferences = preferences
	return u, err
}

func checkText(field, text string, limit int) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return domain.InvalidPayloadError(field, fmt.Sprintf("%q must be text without NUL", field))
	}
	if utf8.RuneCountInString(text) > limit {
		return domain.InvalidPayloadError(field, fmt.Sprintf("%q must be at most %d characters long", field, limit))
	}
	return nil
}

// mergePreferences returns stored with the members of patch; a null removes one.
func mergePreferences(stored []byte, patch map[string]json.RawMessage) ([]byte, error) {
	if len(patch) == 0 {
		return stored, nil
	}
	merged := map[string]json.RawMessage{}
	if len(stored) > 0 {
		if err := json.Unmarshal(stored, &merged); err != nil {
			return nil, unavailable(fmt.Errorf("read preferences: %w", err))
		}
	}
	for name, value := range patch {
		if !utf8.ValidString(name) || !utf8.Valid(value) {
			return nil, domain.InvalidPayloadError("", "Preferences must be JSON")
		}
		if bytes.Equal(bytes.TrimSpace(value), []byte("null")) {
			delete(merged, name)
			continue
		}
		merged[name] = value
	}
	if len(merged) == 0 {
		return nil, nil
	}
	encoded, err := json.Marshal(merged)
	if err != nil {
		return nil, domain.InvalidPayloadError("", "Preferences must be JSON")
	}
	if len(encoded) > domain.MaxPreferencesBytes {
		return nil, domain.InvalidPayloadError("", fmt.Sprintf("Preferences must be at most %d bytes together", domain.MaxPreferencesBytes))
	}
	return encoded, nil
}
