package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Bounds of a profile, in characters.
const (
	MaxNameRunes     = 50
	MaxLanguageRunes = 255
)

// Me implements ProfileAPI.
func (s *Service) Me(ctx context.Context, p Principal) (domain.User, error) {
	if p.Anonymous() {
		return domain.User{}, p.refusal()
	}
	return p.User, nil
}

// UpdateMe implements ProfileAPI.
func (s *Service) UpdateMe(ctx context.Context, p Principal, patch ProfilePatch, from domain.Client) (domain.User, *Tokens, error) {
	if p.Anonymous() {
		return domain.User{}, nil, p.refusal()
	}
	// Once on a copy, to refuse a bad patch before its password costs a hash.
	proposed, err := patch.applied(p.User)
	if err != nil {
		return domain.User{}, nil, err
	}
	if patch.Password != nil {
		if err := s.checkNewPassword(ctx, *patch.Password, proposed); err != nil {
			return domain.User{}, nil, err
		}
	}
	if patch.Password != nil || proposed.Email != p.User.Email {
		if _, err := s.beginNotifiedChange(ctx, p.User.ID, from); err != nil {
			return domain.User{}, nil, err
		}
	}
	isMoving := s.wantsConfirmation(p.User.Email, proposed.Email)
	if isMoving {
		patch.Email = nil // it stays as it is until the link has been followed
	}
	var encoded string
	if patch.Password != nil {
		if encoded, err = s.hash(ctx, *patch.Password); err != nil {
			return domain.User{}, nil, err
		}
	}
	user, err := s.changeAccount(ctx, author{actor: p.User.ID, from: from}, accountChange{p.User, func(u domain.User) (domain.User, error) {
		if err := p.isStillIn(u); err != nil {
			return domain.User{}, err
		}
		changed, err := patch.applied(u)
		if changed.Email.Key() != u.Email.Key() {
			changed.EmailProven = false // or everybody could wait in the account of an address for its owner
		}
		if patch.Password != nil {
			changed.Password = encoded
		}
		return changed, err
	}})
	if err != nil {
		return domain.User{}, nil, err
	}
	if isMoving {
		if err := s.askToConfirm(ctx, user, proposed.Email, from); err != nil {
			return domain.User{}, nil, err
		}
	}
	if user.Epoch == p.User.Epoch {
		return user, nil, nil
	}
	return user, s.replaceCookie(ctx, p, user, from), nil
}

// isStillIn refuses to go on where what let the caller in is over, as the account says that is
// its own.
func (p Principal) isStillIn(u domain.User) error {
	if u.Epoch != p.User.Epoch || u.Status != p.User.Status {
		return invalidCredentials(nil)
	}
	return nil
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

// keptOnly returns those members of the stored preferences that are to be kept.
func keptOnly(stored []byte, isKept func(name string) bool) []byte {
	if len(stored) == 0 {
		return nil
	}
	members := map[string]json.RawMessage{}
	if json.Unmarshal(stored, &members) != nil {
		return nil
	}
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool { return !isKept(name) })
	if len(members) == 0 {
		return nil
	}
	kept, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	return kept
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
