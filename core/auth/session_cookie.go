package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// refreshCookie renews the cookie of session mode. The cookie is a signed token that names
// its session and generation; the row's secret follows from both, so that rotation is the
// same compare-and-swap as for refresh tokens.
func (s *Service) refreshCookie(ctx context.Context, in RefreshInput) (Tokens, error) {
	claims, err := s.Verifier.Verify(ctx, in.Token, s.Clock.Now())
	if err != nil {
		return Tokens{}, refusedCookie(err)
	}
	session, user, err := s.sessionOf(ctx, claims)
	if err != nil {
		return Tokens{}, err
	}
	if session.Mode != domain.ModeSession || session.UserID != claims.Subject {
		return Tokens{}, invalidCredentials(nil) // an access token is no session cookie
	}
	role, err := s.claimedRole(ctx, user)
	if err != nil {
		return Tokens{}, err
	}
	old := s.secretBy(claims, session)
	planned := s.afterRotation(session, s.keys.generationSecret(0, session.ID, claims.Generation+1), claims.Generation+1)
	tokens, err := s.issue(ctx, user, role, planned, domain.ModeSession, "", planned.RotatedAt) // before the rotation: see refreshToken
	if err != nil {
		return Tokens{}, err
	}
	current, err := s.rotate(ctx, session, old, planned, in.Client)
	if errors.Is(err, port.ErrStale) {
		return s.refreshSpentCookie(ctx, user, role, current, claims, in)
	}
	if err != nil {
		return Tokens{}, err
	}
	s.touch(ctx, user)
	return tokens, nil
}

// refreshSpentCookie answers for a cookie of another generation than the current one.
func (s *Service) refreshSpentCookie(ctx context.Context, user domain.User, role domain.Role, session domain.Session, claims domain.Claims, in RefreshInput) (Tokens, error) {
	switch {
	case claims.Generation == session.Generation && !s.keys.madeSecretOf(session):
		return Tokens{}, invalidCredentials(errors.New("the data key that made the session's secret is gone"))
	case claims.Generation >= session.Generation:
		// We signed it, so the rotation that made it has happened: what was read is old.
		return Tokens{}, unavailable(errors.New("the stored session is behind its cookie"))
	case claims.Generation == session.Generation-1 && s.isCurrent(claims, session):
		return s.issue(ctx, user, role, session, domain.ModeSession, "", s.Clock.Now())
	}
	presented := s.keys.generationSecret(0, session.ID, claims.Generation)
	return Tokens{}, s.endReused(ctx, session, presented, in.Client)
}

// refusedCookie says why a cookie cannot be renewed. Only a verifier that could not find
// out is the service's own trouble.
func refusedCookie(err error) error {
	if isRefusal(err) {
		return invalidCredentials(err)
	}
	return unavailable(fmt.Errorf("verify session cookie: %w", err))
}

// isRefusal reports whether a TokenVerifier has said no, and not failed to answer.
func isRefusal(err error) bool {
	return errors.Is(err, port.ErrNotFound) || errors.Is(err, port.ErrExpired) || errors.Is(err, port.ErrInvalid)
}
