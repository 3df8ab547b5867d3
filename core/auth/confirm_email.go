package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// newAddress is what the token of a change of address keeps.
type newAddress struct {
	Epoch int64        `json:"epoch"` // of the account when the change was asked for
	Email domain.Email `json:"email"`
}

// wantsConfirmation reports whether the owner of an account has to show that the mailbox of
// the new address is theirs. Another spelling is the same mailbox.
func (s *Service) wantsConfirmation(before, after domain.Email) bool {
	return s.settings.ConfirmEmail && before.Key() != after.Key()
}

// mayMove refuses to change the asker's own address in the way in which the addresses of others
// are changed, which asks for no confirmation. Administrators could undo that anyway.
func (s *Service) mayMove(a asker, before, after domain.User) error {
	if a.access.IsAdmin() || a.User != before.ID || !s.wantsConfirmation(before.Email, after.Email) {
		return nil
	}
	e := domain.NewError(domain.Forbidden, nil)
	e.Field = "email"
	return e
}

// askToConfirm sends a link to the address that is to become that of the account. Whether
// another account has it is looked up by the worker, so that nobody can ask by this way.
func (s *Service) askToConfirm(ctx context.Context, user domain.User, to domain.Email, from domain.Client) error {
	payload, err := json.Marshal(newAddress{user.Epoch, to})
	if err != nil {
		return unavailable(fmt.Errorf("write new address: %w", err))
	}
	letter := s.newLetter(domain.LetterEmailConfirm, to, "", user.Language, from)
	if err := s.queueWithToken(ctx, letter, user.ID, payload); err != nil {
		return err
	}
	s.recordChange(ctx, author{actor: user.ID, from: from}, domain.EventEmailChangeRequested, user.ID)
	return nil
}

// deliverEmailConfirm writes to the new address, unless somebody else has it.
func (s *Service) deliverEmailConfirm(ctx context.Context, letter domain.Letter) (sent bool, err error) {
	now := s.Clock.Now()
	token, secret, err := s.queuedToken(ctx, letter, now)
	if err != nil {
		return false, err
	}
	switch _, err := s.movingAccount(ctx, s.Repos, token); {
	case isAnswer(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("find account: %w", err)
	}
	switch _, err := s.Repos.Users.ByEmail(ctx, letter.To); {
	case err == nil:
		return false, nil
	case !isNotFound(err):
		return false, fmt.Errorf("find owner of the address: %w", err)
	}
	link, err := s.linkTo(ctx, s.linkUseOf(letter.Kind), letter, secret)
	if err != nil {
		return false, err
	}
	// Without the name: the mailbox may be that of a stranger.
	return true, s.send(ctx, letter.ID, letter.To, port.MailContent{
		Kind:      letter.Kind,
		Language:  letter.Language,
		Link:      link,
		ExpiresIn: token.ExpiresAt.Sub(now),
		Client:    letter.Client,
	})
}

// LookAtEmailChange implements EmailChangeAPI.
func (s *Service) LookAtEmailChange(ctx context.Context, token string) error {
	_, err := s.peekEmailChange(ctx, token)
	return err
}

// ConfirmEmail implements EmailChangeAPI.
func (s *Service) ConfirmEmail(ctx context.Context, token string, from domain.Client) error {
	user, err := s.peekEmailChange(ctx, token)
	if err != nil {
		s.recordRefusedLink(ctx, domain.EventEmailChanged, user.ID, err, from)
		return err
	}
	var stored accountPair
	err = s.spendLink(ctx, "confirm address", func(ctx context.Context, r port.Repos) (err error) {
		stored, err = s.confirmIn(ctx, r, domain.HashSecret(token), from)
		return err
	}, func() bool {
		now, err := s.Repos.Users.ByID(ctx, user.ID)
		return err == nil && stored.after.ID != "" && now.Email == stored.after.Email && now.Epoch == stored.after.Epoch
	})
	switch {
	case isUnavailable(err):
		s.recordUnknown(ctx, domain.Event{Kind: domain.EventEmailChanged, Actor: user.ID, Subject: user.ID, Client: from})
		return err
	case err != nil:
		s.recordRefusedLink(ctx, domain.EventEmailChanged, user.ID, err, from)
		return err
	}
	s.changed(ctx, author{actor: user.ID, from: from}, []accountPair{stored})
	return nil
}

// peekEmailChange returns the account of a token that could be spent now.
func (s *Service) peekEmailChange(ctx context.Context, token string) (domain.User, error) {
	if err := checkLinkToken(token); err != nil {
		return domain.User{}, err
	}
	found, err := s.Repos.OneTimeTokens.Get(ctx, domain.PurposeEmailChange, domain.HashSecret(token), s.Clock.Now())
	if err != nil {
		return domain.User{}, refusedLink(err, domain.NewError(domain.Forbidden, nil))
	}
	user, err := s.movingAccount(ctx, s.Repos, found)
	if err != nil && !isAnswer(err) {
		return user, unavailable(fmt.Errorf("find account: %w", err))
	}
	return user, err
}

// movingAccount returns the account of the token as it is to be, without its new epoch, but
// refuses one that may not log in or has changed its password or address since. A *domain.Error
// is an answer to the caller.
func (s *Service) movingAccount(ctx context.Context, r port.Repos, token domain.OneTimeToken) (domain.User, error) {
	var to newAddress
	if err := json.Unmarshal(token.Payload, &to); err != nil {
		return domain.User{}, fmt.Errorf("read new address: %w", err)
	}
	user, err := r.Users.ByID(ctx, token.UserID)
	if isNotFound(err) {
		return domain.User{}, domain.NewError(domain.Forbidden, err)
	}
	if err != nil {
		return domain.User{}, err
	}
	if user.Status != domain.StatusActive || user.Epoch != to.Epoch {
		return user, domain.NewError(domain.Forbidden, nil)
	}
	return user, nil
}

// confirmIn is the body of ConfirmEmail's transaction.
func (s *Service) confirmIn(ctx context.Context, r port.Repos, hash domain.SecretHash, from domain.Client) (accountPair, error) {
	token, err := r.OneTimeTokens.Consume(ctx, domain.PurposeEmailChange, hash, s.Clock.Now())
	if isRefusedToken(err) {
		return accountPair{}, refusedLink(err, domain.NewError(domain.Forbidden, nil))
	}
	if err != nil {
		return accountPair{}, err
	}
	user, err := s.movingAccount(ctx, r, token)
	if err != nil {
		return accountPair{}, err
	}
	var to newAddress
	if err := json.Unmarshal(token.Payload, &to); err != nil {
		return accountPair{}, fmt.Errorf("read new address: %w", err)
	}
	changed := user
	changed.Email, changed.EmailProven = to.Email, true
	pair, err := s.storeIn(ctx, r, accountPair{before: user, after: withEpoch(user, changed)}, from)
	if errors.Is(err, port.ErrConflict) {
		return accountPair{}, notUnique("email", err)
	}
	if err != nil {
		return accountPair{}, err
	}
	return pair, r.OneTimeTokens.SpendUser(ctx, user.ID, domain.PurposeEmailChange)
}

// isAnswer reports whether err is an answer to the caller, and not the failure of a store.
func isAnswer(err error) bool {
	_, ok := errors.AsType[*domain.Error](err)
	return ok && !isUnavailable(err)
}
