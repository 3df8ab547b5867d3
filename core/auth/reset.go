package auth

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// LookAtReset implements PasswordAPI.
func (s *Service) LookAtReset(ctx context.Context, token string) error {
	return s.lookAt(ctx, resetPassword(), token)
}

// Reset implements PasswordAPI.
func (s *Service) Reset(ctx context.Context, token, password string, from domain.Client) error {
	return s.follow(ctx, resetPassword(), token, password, from)
}

func checkResetToken(token string) error {
	if token == "" || !utf8.ValidString(token) {
		return domain.InvalidPayloadError("token", `"token" is not allowed to be empty`)
	}
	return nil
}

// isRefusedToken reports whether a store has said no to a one-time token, and not failed to
// answer.
func isRefusedToken(err error) bool {
	return errors.Is(err, port.ErrNotFound) || errors.Is(err, port.ErrExpired) || errors.Is(err, port.ErrStale)
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
