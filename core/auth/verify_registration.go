package auth

import (
	"context"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// LookAtRegistration implements RegistrationAPI.
func (s *Service) LookAtRegistration(ctx context.Context, token string) error {
	_, err := s.peekRegistration(ctx, token)
	return err
}

// VerifyRegistration implements RegistrationAPI.
func (s *Service) VerifyRegistration(ctx context.Context, token string, from domain.Client) (domain.UserID, error) {
	user, err := s.peekRegistration(ctx, token)
	if err != nil {
		s.recordRefusedLink(ctx, domain.EventRegistrationVerified, user.ID, err, from)
		return "", err
	}
	var encoded string
	err = s.spendLink(ctx, "verify registration", func(ctx context.Context, r port.Repos) (err error) {
		user, encoded, err = s.verifyIn(ctx, r, domain.HashSecret(token), from)
		return err
	}, func() bool { return encoded != "" && s.hasPassword(ctx, user.ID, encoded) })
	verified := domain.Event{
		Kind: domain.EventRegistrationVerified, Outcome: domain.OutcomeSuccess,
		Actor: user.ID, Subject: user.ID, Client: from,
	}
	switch {
	case isUnavailable(err):
		s.recordUnknown(ctx, verified)
		return "", err
	case err != nil:
		s.recordRefusedLink(ctx, domain.EventRegistrationVerified, user.ID, err, from)
		return "", err
	}
	s.endSessions(ctx, user.ID)
	s.record(ctx, verified)
	return user.ID, nil
}

// notPending is the answer to a token that was good once.
func notPending(cause error) *domain.Error {
	e := domain.InvalidPayloadError("token", "The registration is not pending any more")
	e.Err = cause
	return e
}

// peekRegistration returns the account of a token that could be spent now.
func (s *Service) peekRegistration(ctx context.Context, token string) (domain.User, error) {
	if err := checkLinkToken(token); err != nil {
		return domain.User{}, err
	}
	found, err := s.Repos.OneTimeTokens.Get(ctx, domain.PurposeRegistration, domain.HashSecret(token), s.Clock.Now())
	if err != nil {
		return domain.User{}, refusedLink(err, notPending(nil))
	}
	user, _, err := s.registered(ctx, s.Repos, found)
	if err != nil && !isAnswer(err) {
		return user, unavailable(fmt.Errorf("find account: %w", err))
	}
	return user, err
}

// registered returns the account that the registration of the token is of, if it is unverified.
// A *domain.Error is an answer to the caller.
func (s *Service) registered(ctx context.Context, r port.Repos, token domain.OneTimeToken) (domain.User, pendingAccount, error) {
	pending, err := readPending(token)
	if err != nil {
		return domain.User{}, pendingAccount{}, err
	}
	user, err := r.Users.ByEmail(ctx, pending.Email)
	if isNotFound(err) {
		return domain.User{}, pendingAccount{}, notPending(err)
	}
	if err != nil {
		return domain.User{}, pendingAccount{}, err
	}
	return user, pending, s.mayVerify(ctx, r, user)
}

// mayVerify refuses an account that is not unverified, and one that administrates: its password
// is none for a stranger to choose, even if its owner follows the link.
func (s *Service) mayVerify(ctx context.Context, r port.Repos, user domain.User) error {
	if user.Status != domain.StatusUnverified {
		return notPending(nil)
	}
	isAdmin, err := s.isAdministrator(ctx, r.Roles, user)
	switch {
	case err != nil:
		return unavailable(fmt.Errorf("find role: %w", err))
	case isAdmin:
		return notPending(nil)
	}
	return nil
}

// verifyIn is the body of the transaction of VerifyRegistration.
func (s *Service) verifyIn(ctx context.Context, r port.Repos, hash domain.SecretHash, from domain.Client) (domain.User, string, error) {
	token, err := r.OneTimeTokens.Consume(ctx, domain.PurposeRegistration, hash, s.Clock.Now())
	if isRefusedToken(err) {
		return domain.User{}, "", refusedLink(err, notPending(nil))
	}
	if err != nil {
		return domain.User{}, "", err
	}
	user, pending, err := s.registered(ctx, r, token)
	if err != nil {
		return user, "", err
	}
	changed := user
	changed.Status, changed.Password = domain.StatusActive, pending.Password
	changed.FirstName, changed.LastName = pending.FirstName, pending.LastName
	_, err = s.storeIn(ctx, r, accountPair{before: user, after: withEpoch(user, changed)}, from)
	return user, pending.Password, err
}
