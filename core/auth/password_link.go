package auth

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// passwordLink is a link with which the password of an account is set.
type passwordLink struct {
	kind   domain.LetterKind
	status domain.Status // of the accounts that it is good for
	spent  domain.Code   // where it was good once
	event  string
}

func resetPassword() passwordLink {
	return passwordLink{domain.LetterPasswordReset, domain.StatusActive, domain.Forbidden, domain.EventPasswordReset}
}

func acceptInvitation() passwordLink {
	return passwordLink{domain.LetterInvitation, domain.StatusInvited, domain.InvalidInvite, domain.EventInvitationAccepted}
}

// lookAt is LookAtReset for any of the links.
func (s *Service) lookAt(ctx context.Context, link passwordLink, token string) error {
	if err := checkResetToken(token); err != nil {
		return err
	}
	_, err := s.peek(ctx, link, domain.HashSecret(token))
	return err
}

// follow sets the password and makes the account active: Reset for any of the links.
func (s *Service) follow(ctx context.Context, link passwordLink, token, password string, from domain.Client) error {
	if err := checkResetToken(token); err != nil {
		return err
	}
	if err := checkPassword(password); err != nil {
		return err
	}
	// Before the hash: garbage must not buy the work of one.
	user, err := s.peek(ctx, link, domain.HashSecret(token))
	if err != nil {
		s.recordRefusedLink(ctx, link.event, user.ID, err, from)
		return err
	}
	encoded, err := s.hashNew(ctx, password, user)
	if err != nil {
		return err
	}
	done := domain.Event{
		Kind: link.event, Outcome: domain.OutcomeSuccess,
		Actor: user.ID, Subject: user.ID, Client: from,
	}
	// The token is spent, the password set, the epoch raised, which ends every session at this
	// commit wherever it is stored, the notice queued, and the user's other tokens of the
	// purpose spent: all of it or nothing.
	err = s.spendLink(ctx, "set password", func(ctx context.Context, r port.Repos) error {
		return s.followIn(ctx, r, link, domain.HashSecret(token), encoded, from)
	}, func() bool { return s.hasPassword(ctx, user.ID, encoded) })
	switch {
	case isUnavailable(err):
		s.recordUnknown(ctx, done)
		return err
	case err != nil:
		s.recordRefusedLink(ctx, link.event, user.ID, err, from) // somebody else came with it meanwhile
		return err
	}
	s.endSessions(ctx, user.ID)
	s.record(ctx, done)
	return nil
}

// peek returns the account of a token that could be spent now.
func (s *Service) peek(ctx context.Context, link passwordLink, hash domain.SecretHash) (domain.User, error) {
	token, err := s.Repos.OneTimeTokens.Get(ctx, s.linkUseOf(link.kind).purpose, hash, s.Clock.Now())
	if err != nil {
		return domain.User{}, refusedLink(err, domain.NewError(link.spent, nil))
	}
	user, err := s.Repos.Users.ByID(ctx, token.UserID)
	switch {
	case isNotFound(err):
		return domain.User{}, domain.NewError(link.spent, err)
	case err != nil:
		return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	}
	return user, link.check(user, token)
}

// check refuses accounts of another status, since a link is no way back, and tokens that are
// older than the account's password or address: whoever holds one of those may be whom the
// change was meant to keep out.
func (link passwordLink) check(user domain.User, token domain.OneTimeToken) error {
	if user.Status != link.status || !bytes.Equal(token.Payload, epochPayload(user)) {
		return domain.NewError(link.spent, nil)
	}
	return nil
}

// epochPayload ties a token to the account as it is now: every change of password or address
// raises the epoch.
func epochPayload(user domain.User) []byte { return strconv.AppendInt(nil, user.Epoch, 10) }

// hasPassword reports whether the account is known to have that very hash. It settles what
// became of a commit whose answer was lost: no two hashes are the same.
func (s *Service) hasPassword(ctx context.Context, id domain.UserID, encoded string) bool {
	user, err := s.Repos.Users.ByID(ctx, id)
	return err == nil && user.Password == encoded
}

// followIn is the body of follow's transaction. A *domain.Error is an answer to the caller; any
// other error is the store's.
func (s *Service) followIn(ctx context.Context, r port.Repos, link passwordLink, hash domain.SecretHash, encoded string, from domain.Client) error {
	purpose := s.linkUseOf(link.kind).purpose
	token, err := r.OneTimeTokens.Consume(ctx, purpose, hash, s.Clock.Now())
	if isRefusedToken(err) {
		return refusedLink(err, domain.NewError(link.spent, nil))
	}
	if err != nil {
		return err
	}
	user, err := r.Users.ByID(ctx, token.UserID)
	if isNotFound(err) {
		return domain.NewError(link.spent, err)
	}
	if err != nil {
		return err
	}
	if err := link.check(user, token); err != nil {
		return err
	}
	changed := user
	changed.Password, changed.Status = encoded, domain.StatusActive
	if _, err := s.storeIn(ctx, r, accountPair{before: user, after: withEpoch(user, changed)}, from); err != nil {
		return err
	}
	return r.OneTimeTokens.SpendUser(ctx, user.ID, purpose)
}
