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
	// The token is spent, the password set, the epoch raised, which ends every session at this
	// commit wherever it is stored, the notice queued, and the user's other tokens of the
	// purpose spent: all of it or nothing.
	kinds := []string{link.event}
	err = s.spendLink(ctx, "set password", func(ctx context.Context, r port.Repos) error {
		removed, err := s.followIn(ctx, r, link, domain.HashSecret(token), encoded, from)
		kinds = append([]string{link.event}, removed...)
		return err
	}, func() bool { return s.hasPassword(ctx, user.ID, encoded) })
	return s.followed(ctx, user.ID, kinds, err, from)
}

// followed does what follows from a link that made somebody prove an address, and records the
// kinds of events of that, or what became of it instead.
func (s *Service) followed(ctx context.Context, id domain.UserID, kinds []string, err error, from domain.Client) error {
	switch {
	case isUnavailable(err):
		for _, kind := range kinds {
			s.recordUnknown(ctx, domain.Event{Kind: kind, Actor: id, Subject: id, Client: from})
		}
		return err
	case err != nil:
		s.recordRefusedLink(ctx, kinds[0], id, err, from) // somebody else came with it meanwhile
		return err
	}
	s.endSessions(ctx, id)
	for _, kind := range kinds {
		s.recordChange(ctx, author{actor: id, from: from}, kind, id)
	}
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
// other error is the store's. It returns the events of the other ways in that went with it.
func (s *Service) followIn(ctx context.Context, r port.Repos, link passwordLink, hash domain.SecretHash, encoded string, from domain.Client) (removed []string, err error) {
	purpose := s.linkUseOf(link.kind).purpose
	token, err := r.OneTimeTokens.Consume(ctx, purpose, hash, s.Clock.Now())
	if isRefusedToken(err) {
		return nil, refusedLink(err, domain.NewError(link.spent, nil))
	}
	if err != nil {
		return nil, err
	}
	user, err := r.Users.ByID(ctx, token.UserID)
	if isNotFound(err) {
		return nil, domain.NewError(link.spent, err)
	}
	if err != nil {
		return nil, err
	}
	if err := link.check(user, token); err != nil {
		return nil, err
	}
	changed := user
	changed.Password, changed.Status = encoded, domain.StatusActive
	if removed, err = s.storeProvenIn(ctx, r, user, changed, from); err != nil {
		return nil, err
	}
	return removed, r.OneTimeTokens.SpendUser(ctx, user.ID, purpose)
}

// storeProvenIn stores an account whose address is proved: a token went there, and would not
// work had the address changed since. It returns the events of the ways in that ended.
func (s *Service) storeProvenIn(ctx context.Context, r port.Repos, before, after domain.User, from domain.Client) (removed []string, err error) {
	after.EmailProven = true
	if !before.EmailProven {
		after.StaticToken = nil // as unlinkFormerOwner
	}
	if _, err := s.storeIn(ctx, r, accountPair{before: before, after: withEpoch(before, after)}, from); err != nil {
		return nil, err
	}
	if before.EmailProven {
		return nil, nil
	}
	return unlinkFormerOwner(ctx, r, before)
}
