package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// LookAtReset implements PasswordAPI.
func (s *Service) LookAtReset(ctx context.Context, token string) error {
	if err := checkResetToken(token); err != nil {
		return err
	}
	_, err := s.peekReset(ctx, domain.HashSecret(token))
	return err
}

func checkResetToken(token string) error {
	if token == "" || !utf8.ValidString(token) {
		return domain.InvalidPayloadError("token", `"token" is not allowed to be empty`)
	}
	return nil
}

// Reset implements PasswordAPI.
func (s *Service) Reset(ctx context.Context, token, password string, from domain.Client) error {
	if err := checkResetToken(token); err != nil {
		return err
	}
	if err := checkPassword(password); err != nil {
		return err
	}
	// Before the hash: garbage must not buy the work of one.
	user, err := s.peekReset(ctx, domain.HashSecret(token))
	if err != nil {
		s.recordRefusedReset(ctx, user, err, from)
		return err
	}
	encoded, err := s.hashNew(ctx, password, user)
	if err != nil {
		return err
	}
	removed, err := s.spendReset(ctx, domain.HashSecret(token), user.ID, encoded, from)
	kinds := append([]string{domain.EventPasswordReset}, removed...)
	switch {
	case isUnavailable(err):
		for _, kind := range kinds {
			s.recordUnknown(ctx, domain.Event{Kind: kind, Actor: user.ID, Subject: user.ID, Client: from})
		}
		return err
	case err != nil:
		s.recordRefusedReset(ctx, user, err, from) // somebody else came with it meanwhile
		return err
	}
	s.endSessions(ctx, user.ID)
	for _, kind := range kinds {
		s.recordChange(ctx, author{actor: user.ID, from: from}, kind, user.ID)
	}
	return nil
}

// peekReset returns the account of a token that could be spent now.
func (s *Service) peekReset(ctx context.Context, hash domain.SecretHash) (domain.User, error) {
	token, err := s.Repos.OneTimeTokens.Get(ctx, domain.PurposePasswordReset, hash, s.Clock.Now())
	if err != nil {
		return domain.User{}, refusedReset(err)
	}
	user, err := s.Repos.Users.ByID(ctx, token.UserID)
	switch {
	case isNotFound(err):
		return domain.User{}, domain.NewError(domain.Forbidden, err)
	case err != nil:
		return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	}
	return user, checkMayReset(user, token)
}

// checkMayReset refuses accounts that may not log in, since a reset is no way back, and
// tokens that are older than the account's password or address: whoever holds one of those
// may be whom the change was meant to keep out.
func checkMayReset(user domain.User, token domain.OneTimeToken) error {
	if user.Status != domain.StatusActive || !bytes.Equal(token.Payload, epochPayload(user)) {
		return domain.NewError(domain.Forbidden, nil)
	}
	return nil
}

// epochPayload ties a token to the account as it is now: every change of password or address
// raises the epoch.
func epochPayload(user domain.User) []byte { return strconv.AppendInt(nil, user.Epoch, 10) }

// recordRefusedReset records the use of a token that was good once. What was never a token is
// not worth a line in the trail, which anybody could fill with it.
func (s *Service) recordRefusedReset(ctx context.Context, user domain.User, refusal error, from domain.Client) {
	failure, ok := errors.AsType[*domain.Error](refusal)
	if !ok || failure.Code != domain.Forbidden && failure.Code != domain.TokenExpired {
		return
	}
	s.record(ctx, domain.Event{Kind: domain.EventPasswordReset, Outcome: domain.OutcomeFailure, Subject: user.ID, Client: from})
}

// isRefusedToken reports whether a store has said no to a one-time token, and not failed to
// answer.
func isRefusedToken(err error) bool {
	return errors.Is(err, port.ErrNotFound) || errors.Is(err, port.ErrExpired) || errors.Is(err, port.ErrStale)
}

// refusedReset gives each answer about a reset token its code.
func refusedReset(err error) error {
	switch {
	case errors.Is(err, port.ErrNotFound):
		return domain.NewError(domain.InvalidToken, err)
	case errors.Is(err, port.ErrExpired):
		return domain.NewError(domain.TokenExpired, err)
	case errors.Is(err, port.ErrStale):
		return domain.NewError(domain.Forbidden, err)
	}
	return unavailable(fmt.Errorf("look at reset token: %w", err))
}

// spendReset spends the token, sets the password, raises the epoch, which ends every
// session at this commit wherever it is stored, queues the notice, and spends the user's other
// reset tokens: all of it or nothing. It returns the events of the other ways in that went with
// it, also where the error leaves open whether they did.
func (s *Service) spendReset(ctx context.Context, hash domain.SecretHash, id domain.UserID, encoded string, from domain.Client) (removed []string, err error) {
	for range updateTries {
		err := s.Work.Do(ctx, func(ctx context.Context, r port.Repos) (err error) {
			removed, err = s.resetIn(ctx, r, hash, encoded, from)
			return err
		})
		if err == nil {
			return removed, nil
		}
		if refusal, ok := errors.AsType[*domain.Error](err); ok {
			return nil, refusal // the callback's own; a failed commit would have another error
		}
		if !errors.Is(err, port.ErrStale) {
			if s.hasPassword(ctx, id, encoded) {
				return removed, nil
			}
			return removed, unavailable(fmt.Errorf("reset password: %w", err))
		}
		// The account was changed between its read and its write. The token is unspent.
	}
	return nil, unavailable(errors.New("reset password: others keep changing the account"))
}

// hasPassword reports whether the account is known to have that very hash. It settles what
// became of a commit whose answer was lost: no two hashes are the same.
func (s *Service) hasPassword(ctx context.Context, id domain.UserID, encoded string) bool {
	user, err := s.Repos.Users.ByID(ctx, id)
	return err == nil && user.Password == encoded
}

// resetIn is the body of spendReset's transaction. A *domain.Error is an answer to the
// caller; any other error is the store's.
func (s *Service) resetIn(ctx context.Context, r port.Repos, hash domain.SecretHash, encoded string, from domain.Client) (removed []string, err error) {
	token, err := r.OneTimeTokens.Consume(ctx, domain.PurposePasswordReset, hash, s.Clock.Now())
	if isRefusedToken(err) {
		return nil, refusedReset(err)
	}
	if err != nil {
		return nil, err
	}
	user, err := r.Users.ByID(ctx, token.UserID)
	if isNotFound(err) {
		return nil, domain.NewError(domain.Forbidden, err)
	}
	if err != nil {
		return nil, err
	}
	if err := checkMayReset(user, token); err != nil {
		return nil, err
	}
	changed := user
	changed.Password = encoded
	changed.EmailProven = true // the token went there, and would not work had the address changed since
	if !user.EmailProven {
		changed.StaticToken = nil // as unlinkFormerOwner
	}
	if _, err := s.storeIn(ctx, r, accountPair{before: user, after: withEpoch(user, changed)}, from); err != nil {
		return nil, err
	}
	if !user.EmailProven {
		if removed, err = unlinkFormerOwner(ctx, r, user); err != nil {
			return nil, err
		}
	}
	return removed, r.OneTimeTokens.SpendUser(ctx, user.ID, domain.PurposePasswordReset)
}

// unlinkFormerOwner ends the ways in of whoever had the account until its address was proved:
// they could have given it that of somebody else, and would share it with them from then on. It
// returns the events of that, and of the static token that the account had.
func unlinkFormerOwner(ctx context.Context, r port.Repos, user domain.User) (removed []string, err error) {
	unlinked, err := unlinkAllIn(ctx, r, user.ID)
	for range unlinked {
		removed = append(removed, domain.EventIdentityUnlinked)
	}
	if user.StaticToken != nil {
		removed = append(removed, domain.EventTokenRemoved)
	}
	return removed, err
}
