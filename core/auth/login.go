package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Login implements SessionAPI.
func (s *Service) Login(ctx context.Context, in LoginInput) (Tokens, error) {
	if s.settings.DisableDefault {
		return Tokens{}, domain.NewError(domain.RouteNotFound, errDefaultDisabled)
	}
	email, err := checkLogin(in)
	if err != nil {
		return Tokens{}, err
	}
	nonce := s.keys.deviceNonce(in.Device, email, s.Clock.Now())
	attempt, err := s.beginLogin(ctx, email, nonce, in.Client)
	if err != nil {
		return Tokens{}, err
	}
	user, err := s.verifyPassword(ctx, email, in)
	if isUnavailable(err) || errors.Is(err, errNoCode) {
		attempt.forgive(ctx) // nobody learnt whether the guess was right, or it was
	}
	if err != nil {
		return Tokens{}, err
	}
	attempt.forgive(ctx)

	tokens, err := s.startSession(ctx, user, in.Mode, in.Client)
	if err != nil {
		return Tokens{}, err
	}
	tokens.Device, tokens.DeviceTTL = s.keys.newDevice(nonce, email, s.Clock.Now()), DeviceTTL
	s.touch(ctx, user)
	s.record(ctx, domain.Event{
		Kind: domain.EventLogin, Outcome: domain.OutcomeSuccess,
		Actor: user.ID, Subject: user.ID, Client: in.Client,
	})
	return tokens, nil
}

var errDefaultDisabled = errors.New("logins with a password are switched off")

// checkLogin refuses what no account could match, before it costs anything.
func checkLogin(in LoginInput) (domain.Email, error) {
	email, err := domain.ParseEmail(in.Email)
	if err != nil {
		return "", domain.InvalidPayloadError("email", `"email" must be a valid email`)
	}
	if err := checkPassword(in.Password); err != nil {
		return "", err
	}
	return email, checkMode(in.Mode)
}

func checkMode(m domain.Mode) error {
	if !m.Valid() {
		return domain.InvalidPayloadError("mode", `"mode" must be one of [json, cookie, session]`)
	}
	return nil
}

// verifyPassword returns the account that the password opens. An unknown address, a wrong
// password and an account that may not log in take the same calls in the same order, so
// that neither the answer nor its time tells them apart.
func (s *Service) verifyPassword(ctx context.Context, email domain.Email, in LoginInput) (domain.User, error) {
	user, err := s.accountOf(ctx, email)
	if err != nil && !isNotFound(err) {
		return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	}
	// The zero user's empty encoding costs a whole hash and never fits.
	ok, rehash, err := s.Hasher.Verify(ctx, user.Password, in.Password)
	switch {
	case errors.Is(err, port.ErrInvalid):
		s.Log.ErrorContext(ctx, "the password hash of an account cannot be read", "user", user.ID)
	case err != nil:
		return domain.User{}, unavailable(fmt.Errorf("verify password: %w", err))
	}
	failed := domain.Event{
		Kind: domain.EventLogin, Outcome: domain.OutcomeFailure,
		Subject: user.ID, Client: in.Client,
	}
	if !ok || !mayLogIn(user) {
		s.record(ctx, failed)
		return domain.User{}, invalidCredentials(nil)
	}
	if user.TOTP != nil {
		if user, err = s.passSecondFactor(ctx, user, in.OTP, in.Client); err != nil {
			if !isUnavailable(err) {
				s.record(ctx, failed)
			}
			return domain.User{}, err
		}
	}
	if rehash {
		user = s.rehash(ctx, user, in.Password)
	}
	return user, nil
}

// mayLogIn reports whether the account lets anybody in at all. Its second factor is another question.
func mayLogIn(user domain.User) bool { return user.Status == domain.StatusActive }

// accountOf returns the account of the address. It compares once more what the store has
// found: an account that a collation takes for the same is another one.
func (s *Service) accountOf(ctx context.Context, email domain.Email) (domain.User, error) {
	user, err := s.Repos.Users.ByEmail(ctx, email)
	if err == nil && user.Email.Key() != email.Key() {
		err = fmt.Errorf("the store found another address: %w", port.ErrNotFound)
	}
	if err != nil {
		return domain.User{}, err
	}
	return user, nil
}

// rehash stores the password under today's parameters. It is a chance, not a duty: where
// it fails, the next login tries again.
func (s *Service) rehash(ctx context.Context, user domain.User, password string) domain.User {
	encoded, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		s.Log.WarnContext(ctx, "a password was not hashed anew", "user", user.ID, "error", err)
		return user
	}
	changed := user
	changed.Password = encoded
	stored, err := s.Repos.Users.Update(ctx, changed)
	if err != nil {
		s.Log.WarnContext(ctx, "a password was not hashed anew", "user", user.ID, "error", err)
		return user
	}
	return stored
}

// touch records that the user was seen. Once a minute is enough to know.
func (s *Service) touch(ctx context.Context, user domain.User) {
	now := s.Clock.Now()
	if now.Sub(user.LastAccess) < touchEvery {
		return
	}
	if err := s.Repos.Users.Touch(ctx, user.ID, now); err != nil {
		s.Log.WarnContext(ctx, "the last access of an account was not recorded", "user", user.ID, "error", err)
	}
}
