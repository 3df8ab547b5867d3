package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// RecentLogin is how long after a login an account without a password may set up a second factor.
const RecentLogin = 10 * time.Minute

// owner returns who calls for their own account, also where they may do no more than enrol.
func (p Principal) owner() (domain.User, error) {
	if p.Enrolling.ID != "" {
		return p.Enrolling, nil
	}
	if p.Anonymous() {
		return domain.User{}, p.refusal()
	}
	return p.User, nil
}

// refusal is what a caller gets who is not logged in, or may do no more than enrol.
func (p Principal) refusal() error {
	if p.Enrolling.ID == "" {
		return invalidCredentials(nil)
	}
	e := domain.NewError(domain.Forbidden, nil)
	e.Reason = "Set up a second factor first: the role of this account asks for one"
	return e
}

// GenerateTFA implements SecondFactorAPI.
func (s *Service) GenerateTFA(ctx context.Context, p Principal, password string, from domain.Client) (TFASetup, error) {
	user, err := p.owner()
	if err != nil {
		return TFASetup{}, err
	}
	if user.TOTP != nil {
		return TFASetup{}, tfaIsOn()
	}
	if err := s.confirm(ctx, p, user, password, domain.EventTFAEnabled, from); err != nil {
		return TFASetup{}, err
	}
	secret := totp.NewSecret()
	err = s.Repos.OneTimeTokens.Put(ctx, domain.OneTimeToken{
		Hash: setupHash(user, secret), Purpose: domain.PurposeTFASetup, UserID: user.ID,
		ExpiresAt: s.Clock.Now().Add(TFASetupTTL),
	})
	if err != nil {
		return TFASetup{}, unavailable(fmt.Errorf("begin a second factor: %w", err))
	}
	return TFASetup{Secret: totp.EncodeSecret(secret), URL: totp.URL(s.settings.TFAIssuer, string(user.Email), secret)}, nil
}

// setupHash is what is kept of a secret until it is enabled: enough to know it again, for this
// account alone, as long as its sessions have not been ended.
func setupHash(user domain.User, secret []byte) domain.SecretHash {
	return domain.HashSecret("second factor\x00" + string(user.ID) + "\x00" + strconv.FormatInt(user.Epoch, 10) + "\x00" + string(secret))
}

func tfaIsOn() error { return domain.InvalidPayloadError("", "The second factor is on already") }

// confirm wants the password of the account once more: who has found a device unlocked, or a token,
// has not that. An account without one wants a recent login. A refusal is an event of that kind.
func (s *Service) confirm(ctx context.Context, p Principal, user domain.User, password, kind string, from domain.Client) error {
	if user.Password == "" {
		if p.Session.ID == "" || s.Clock.Now().Sub(p.Session.CreatedAt) >= RecentLogin {
			e := domain.NewError(domain.Forbidden, nil)
			e.Reason = "Log in again first: this account has no password to ask for"
			return e
		}
		return nil
	}
	if err := checkPassword(password); err != nil {
		return err
	}
	attempt, err := s.beginConfirm(ctx, user.ID, from)
	if err != nil {
		return err
	}
	ok, _, err := s.Hasher.Verify(ctx, user.Password, password)
	switch {
	case err != nil:
		attempt.forgive(ctx)
		return unavailable(fmt.Errorf("verify password: %w", err))
	case !ok:
		s.record(ctx, domain.Event{Kind: kind, Outcome: domain.OutcomeFailure, Actor: user.ID, Subject: user.ID, Client: from})
		return invalidCredentials(nil)
	}
	attempt.forgive(ctx)
	return nil
}

// EnableTFA implements SecondFactorAPI.
func (s *Service) EnableTFA(ctx context.Context, p Principal, in TFAEnable, from domain.Client) ([]string, error) {
	user, err := p.owner()
	if err != nil {
		return nil, err
	}
	if user.TOTP != nil {
		return nil, tfaIsOn()
	}
	secret, err := totp.DecodeSecret(in.Secret)
	if err != nil {
		return nil, unknownSetup()
	}
	attempt, err := s.beginCode(ctx, user, from)
	if err != nil {
		return nil, err
	}
	codes, err := s.enable(ctx, user, secret, in.OTP, from)
	if err == nil || isUnavailable(err) {
		attempt.forgive(ctx)
	}
	if err != nil {
		return nil, s.refusedCode(ctx, user, domain.EventTFAEnabled, err, from)
	}
	return codes, nil
}

// enable spends the code first, so that one that is wrong leaves the secret to be enabled.
func (s *Service) enable(ctx context.Context, user domain.User, secret []byte, otp string, from domain.Client) ([]string, error) {
	setup := setupHash(user, secret)
	if _, err := s.Repos.OneTimeTokens.Get(ctx, domain.PurposeTFASetup, setup, s.Clock.Now()); err != nil {
		return nil, refusedSetup(err)
	}
	if err := s.spendStep(ctx, user, secret, otp); err != nil {
		return nil, err
	}
	if _, err := s.Repos.OneTimeTokens.Consume(ctx, domain.PurposeTFASetup, setup, s.Clock.Now()); err != nil {
		return nil, refusedSetup(err)
	}
	codes, hashes := newRecoveryCodes(secret)
	sealed := s.sealTOTP(user.ID, secret)
	_, err := s.changeAccount(ctx, author{actor: user.ID, from: from}, accountChange{seen: user, apply: func(u domain.User) (domain.User, error) {
		if u.Epoch != user.Epoch || u.Status != user.Status {
			return domain.User{}, invalidCredentials(nil) // what let the caller in is over
		}
		if u.TOTP != nil {
			return domain.User{}, tfaIsOn()
		}
		u.TOTP, u.RecoveryCodes = sealed, hashes
		return u, nil
	}})
	return codes, err
}

func unknownSetup() error {
	return domain.InvalidPayloadError("secret", `"secret" is none that was made for this account a moment ago`)
}

func refusedSetup(err error) error {
	if isNotFound(err) || errors.Is(err, port.ErrStale) || errors.Is(err, port.ErrExpired) {
		return unknownSetup()
	}
	return unavailable(fmt.Errorf("find a second factor: %w", err))
}

// DisableTFA implements SecondFactorAPI.
func (s *Service) DisableTFA(ctx context.Context, p Principal, otp string, from domain.Client) error {
	user, err := p.owner()
	if err != nil {
		return err
	}
	if user.TOTP == nil {
		return domain.InvalidPayloadError("", "The second factor is off")
	}
	role, err := s.claimedRole(ctx, user)
	if err != nil {
		return err
	}
	if role.EnforceTFA {
		e := domain.NewError(domain.Forbidden, nil)
		e.Reason = "The role of this account asks for a second factor"
		return e
	}
	found, err := s.spendCode(ctx, user, otp, from)
	if err != nil {
		return s.refusedCode(ctx, user, domain.EventTFADisabled, err, from)
	}
	return s.disable(ctx, author{actor: user.ID, from: from}, found, func(u domain.User) error {
		if !sameFactor(u, found) {
			return invalidCredentials(nil) // what let the caller in is over, or the factor another
		}
		return nil
	})
}

// disable turns a second factor off unless check objects to the account as it stands then. One that
// is off already is left alone.
func (s *Service) disable(ctx context.Context, by author, user domain.User, check func(domain.User) error) error {
	if user.TOTP == nil {
		return nil
	}
	_, err := s.changeAccount(ctx, by, accountChange{seen: user, apply: func(u domain.User) (domain.User, error) {
		if err := check(u); err != nil {
			return domain.User{}, err
		}
		u.TOTP, u.RecoveryCodes = nil, nil
		return u, nil
	}})
	return err
}

func anybody(domain.User) error { return nil }

// DisableAccountTFA implements SecondFactorAPI.
func (s *Service) DisableAccountTFA(ctx context.Context, p Principal, id domain.UserID, from domain.Client) error {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return err
	}
	if id == p.User.ID {
		e := domain.NewError(domain.Forbidden, nil)
		e.Reason = "Your own second factor is turned off with a code"
		return e
	}
	user, err := s.findUser(ctx, id)
	if err != nil {
		return err
	}
	return s.disable(ctx, author{actor: p.User.ID, from: from}, user, anybody)
}

// RenewRecoveryCodes implements SecondFactorAPI.
func (s *Service) RenewRecoveryCodes(ctx context.Context, p Principal, password, otp string, from domain.Client) ([]string, error) {
	user, err := p.owner()
	if err != nil {
		return nil, err
	}
	if user.TOTP == nil {
		return nil, domain.InvalidPayloadError("", "The second factor is off")
	}
	if err := s.confirm(ctx, p, user, password, domain.EventRecoveryMade, from); err != nil {
		return nil, err
	}
	found, err := s.spendCode(ctx, user, otp, from)
	if err != nil {
		return nil, s.refusedCode(ctx, user, domain.EventRecoveryMade, err, from)
	}
	secret, err := s.openTOTP(ctx, found)
	if err != nil {
		return nil, err
	}
	codes, hashes := newRecoveryCodes(secret)
	by := author{actor: user.ID, from: from, kind: domain.EventRecoveryMade}
	_, err = s.changeAccount(ctx, by, accountChange{seen: found, apply: func(u domain.User) (domain.User, error) {
		if !sameFactor(u, found) {
			return domain.User{}, invalidCredentials(nil)
		}
		u.RecoveryCodes = hashes
		return u, nil
	}})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// refusedCode gives a refusal of a code its answer where the account is the caller's own, and
// records it.
func (s *Service) refusedCode(ctx context.Context, user domain.User, kind string, err error, from domain.Client) error {
	if !isUnavailable(err) {
		s.record(ctx, domain.Event{Kind: kind, Outcome: domain.OutcomeFailure, Actor: user.ID, Subject: user.ID, Client: from})
	}
	if errors.Is(err, errWrongCode) {
		return domain.InvalidPayloadError("otp", `"otp" is wrong, or was used before`)
	}
	return err
}
