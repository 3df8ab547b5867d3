package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Resealed counts what one ResealSecrets did.
type Resealed struct {
	Seen       int // accounts that were looked at; 0 means that there are no more
	Resealed   int
	Unreadable int           // sealed under a key that is not there; they are left as they are
	Last       domain.UserID // where to go on
}

// ResetTFA implements OperatorAPI.
func (s *Service) ResetTFA(ctx context.Context, email string) (domain.User, error) {
	user, err := s.findByEmail(ctx, email)
	if err != nil {
		return domain.User{}, err
	}
	if err := s.disable(ctx, author{}, user, anybody); err != nil {
		return domain.User{}, err
	}
	if err := s.Limiter.Reset(ctx, tfaAccountKey(user.ID)); err != nil {
		s.Log.WarnContext(ctx, "wrong codes of a second factor were not forgotten", "user", user.ID, "error", err)
	}
	return user, nil
}

// ResealSecrets implements OperatorAPI. Nothing of an account changes that anybody could notice, so
// that nobody is told and nothing recorded.
func (s *Service) ResealSecrets(ctx context.Context, after domain.UserID, limit int) (Resealed, error) {
	done := Resealed{Last: after}
	users, err := s.Repos.Users.List(ctx, after, limit)
	if err != nil {
		return done, unavailable(fmt.Errorf("list accounts: %w", err))
	}
	for _, user := range users {
		if err := s.reseal(ctx, user, &done); err != nil {
			return done, err
		}
		done.Seen++
		done.Last = user.ID
	}
	return done, nil
}

func (s *Service) reseal(ctx context.Context, user domain.User, done *Resealed) error {
	for range updateTries {
		if user.TOTP == nil || s.keys.totp.isCurrent(string(user.TOTP)) {
			return nil
		}
		secret, err := s.keys.totp.Open(string(user.TOTP), totpContext(user.ID))
		if err != nil {
			done.Unreadable++
			return nil
		}
		user.TOTP = s.sealTOTP(user.ID, secret)
		_, err = s.Repos.Users.Update(ctx, user)
		if err == nil {
			done.Resealed++
			return nil
		}
		if !errors.Is(err, port.ErrStale) && !isNotFound(err) {
			return unavailable(fmt.Errorf("seal a secret anew: %w", err))
		}
		if user, err = s.Repos.Users.ByID(ctx, user.ID); isNotFound(err) {
			return nil
		} else if err != nil {
			return unavailable(fmt.Errorf("find account: %w", err))
		}
	}
	return unavailable(errors.New("seal a secret anew: others keep changing the account"))
}
