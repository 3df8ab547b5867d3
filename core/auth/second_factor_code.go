package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// maxCodeBytes is longer than any code; more is not kept of what somebody shows as one.
const maxCodeBytes = 64

var (
	// errWrongCode says that a code is wrong, spent, or none at all.
	errWrongCode = errors.New("wrong code of the second factor")
	// errNoCode says that a code is asked for and none was shown, which is no guess.
	errNoCode = errors.New("no code of the second factor")
)

// passSecondFactor lets in who shows a code of the account's second factor, after whatever was
// shown first. It returns the account as it stands then.
func (s *Service) passSecondFactor(ctx context.Context, user domain.User, otp string, from domain.Client) (domain.User, error) {
	if otp == "" {
		return user, domain.NewError(domain.InvalidOTP, errNoCode)
	}
	passed, err := s.spendCode(ctx, user, otp, from)
	if errors.Is(err, errWrongCode) {
		err = domain.NewError(domain.InvalidOTP, err)
	}
	if err != nil {
		return user, err
	}
	return passed, nil
}

// beginCode counts a code before it is looked at. The right password, which somebody may have
// who tries codes, gives nothing back.
func (s *Service) beginCode(ctx context.Context, user domain.User, from domain.Client) (attempt, error) {
	return s.begin(ctx, "a code of a second factor", domain.EventTFALimited, from,
		[]bucket{{"second factor", tfaAccountKey(user.ID), s.settings.TFAAccount}})
}

func tfaAccountKey(id domain.UserID) string { return "tfa-account:" + string(id) }

// spendCode spends a code or a recovery code of the account and returns the account as stored
// then. The error is errWrongCode or a *domain.Error.
func (s *Service) spendCode(ctx context.Context, user domain.User, otp string, from domain.Client) (domain.User, error) {
	attempt, err := s.beginCode(ctx, user, from)
	if err != nil {
		return domain.User{}, err
	}
	user, err = s.spend(ctx, user, otp, from)
	if err == nil || isUnavailable(err) {
		attempt.forgive(ctx) // nothing of what others tried
	}
	return user, err
}

func (s *Service) spend(ctx context.Context, user domain.User, otp string, from domain.Client) (domain.User, error) {
	secret, err := s.openTOTP(ctx, user)
	if err != nil {
		return domain.User{}, err
	}
	if totp.IsCode(otp) {
		return user, s.spendStep(ctx, user, secret, otp)
	}
	return s.spendRecoveryCode(ctx, user, secret, otp, from)
}

// spendStep takes note of the step of the code, before which no code counts any more.
func (s *Service) spendStep(ctx context.Context, user domain.User, secret []byte, otp string) error {
	step, ok := totp.Match(secret, otp, s.Clock.Now())
	if !ok {
		return errWrongCode
	}
	err := s.Repos.Users.AdvanceTOTP(ctx, user.ID, step)
	switch {
	case errors.Is(err, port.ErrStale):
		return errWrongCode
	case isNotFound(err):
		return invalidCredentials(err) // the account has gone meanwhile
	case err != nil:
		return unavailable(fmt.Errorf("spend a code: %w", err))
	}
	return nil
}

// spendRecoveryCode takes the code from those that are left, in one compare-and-swap of the
// account.
func (s *Service) spendRecoveryCode(ctx context.Context, user domain.User, secret []byte, code string, from domain.Client) (domain.User, error) {
	hash, ok := hashRecoveryCode(secret, code)
	if !ok {
		return domain.User{}, errWrongCode
	}
	by := author{actor: user.ID, from: from, kind: domain.EventRecoveryUsed}
	return s.changeAccount(ctx, by, accountChange{seen: user, apply: func(u domain.User) (domain.User, error) {
		if !sameFactor(u, user) {
			return domain.User{}, errWrongCode
		}
		left, found := withoutCode(u.RecoveryCodes, hash)
		if !found {
			return domain.User{}, errWrongCode
		}
		u.RecoveryCodes = left
		return u, nil
	}})
}

// sameFactor reports whether what was checked of the account holds as it stands now: that its
// sessions have not been ended, nobody has been shut out, and the second factor is the same.
func sameFactor(now, then domain.User) bool {
	return now.Epoch == then.Epoch && now.Status == then.Status && bytes.Equal(now.TOTP, then.TOTP)
}

// totpContext ties a sealed secret to its account.
func totpContext(id domain.UserID) string { return "second factor of " + string(id) }

func (s *Service) sealTOTP(id domain.UserID, secret []byte) []byte {
	return []byte(s.keys.totp.Seal(secret, totpContext(id)))
}

// openTOTP returns the secret of the account's second factor. Where no data key opens it nobody can
// tell a right code from a wrong one.
func (s *Service) openTOTP(ctx context.Context, user domain.User) ([]byte, error) {
	secret, err := s.keys.totp.Open(string(user.TOTP), totpContext(user.ID))
	if err != nil {
		s.Log.ErrorContext(ctx, "the secret of a second factor cannot be opened", "user", user.ID, "error", err)
		return nil, unavailable(fmt.Errorf("open the secret of a second factor: %w", err))
	}
	return secret, nil
}
