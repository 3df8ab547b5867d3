package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Bounds of a static token, which an administrator chooses. It is never slowed down like a
// password, so that a short one could be guessed.
const (
	MinStaticTokenBytes = 16
	MaxStaticTokenBytes = 255
)

// isStaticToken reports whether text can be a static token: one word that every header and
// query can hold.
func isStaticToken(text string) bool {
	isOdd := func(r rune) bool { return r <= ' ' || r > '~' }
	return len(text) >= MinStaticTokenBytes && len(text) <= MaxStaticTokenBytes && !strings.ContainsFunc(text, isOdd)
}

// authenticateStatic takes a token that an administrator gave to an account, and that has no
// end. It is in no session. refusal is what the verifier of access tokens said of it.
func (s *Service) authenticateStatic(ctx context.Context, token string, refusal error) (Principal, error) {
	if !isStaticToken(token) {
		return Principal{}, refusedToken(refusal)
	}
	hash := domain.HashSecret(token)
	user, err := s.Repos.Users.ByStaticToken(ctx, hash)
	switch {
	case isNotFound(err):
		return Principal{}, refusedToken(refusal)
	case err != nil:
		return Principal{}, unavailable(fmt.Errorf("find account: %w", err))
	case user.StaticToken == nil || *user.StaticToken != hash:
		return Principal{}, invalidCredentials(errors.New("the store found another token"))
	case user.Status != domain.StatusActive:
		return Principal{}, invalidCredentials(nil)
	}
	return Principal{User: user}, nil
}

// isUnknownToken reports whether the verifier says that it has not made the token.
func isUnknownToken(err error) bool { return errors.Is(err, port.ErrNotFound) }

// IsStaticToken reports whether text can be the static token of an account.
func IsStaticToken(text string) bool { return isStaticToken(text) }
