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
	kinds := []string{domain.EventRegistrationVerified}
	err = s.spendLink(ctx, "verify registration", func(ctx context.Context, r port.Repos) error {
		changed, removed, err := s.verifyIn(ctx, r, domain.HashSecret(token), from)
		if err == nil {
			user, encoded = changed, changed.Password
			kinds = append([]string{domain.EventRegistrationVerified}, removed...)
		}
		return err
	}, func() bool { return encoded != "" && s.hasPassword(ctx, user.ID, encoded) })
	if err := s.followed(ctx, user.ID, kinds, err, from); err != nil {
		return "", err
	}
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

// verifyIn is the body of the transaction of VerifyRegistration. It returns the account as it is
// to be, and the events of the other ways in that went with it.
func (s *Service) verifyIn(ctx context.Context, r port.Repos, hash domain.SecretHash, from domain.Client) (changed domain.User, removed []string, err error) {
	token, err := r.OneTimeTokens.Consume(ctx, domain.PurposeRegistration, hash, s.Clock.Now())
	if isRefusedToken(err) {
		return domain.User{}, nil, refusedLink(err, notPending(nil))
	}
	if err != nil {
		return domain.User{}, nil, err
	}
	user, pending, err := s.registered(ctx, r, token)
	if err != nil {
		return domain.User{}, nil, err
	}
	changed = user
	changed.Status, changed.Password = domain.StatusActive, pending.Password
	changed.FirstName, changed.LastName = pending.FirstName, pending.LastName
	removed, err = s.storeProvenIn(ctx, r, user, changed, from)
	return changed, removed, err
}
