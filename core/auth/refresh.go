package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Refresh implements SessionAPI.
func (s *Service) Refresh(ctx context.Context, in RefreshInput) (Tokens, error) {
	if err := checkMode(in.Mode); err != nil {
		return Tokens{}, err
	}
	if in.Mode == domain.ModeSession {
		return s.refreshCookie(ctx, in)
	}
	return s.refreshToken(ctx, in)
}

// refreshToken trades a refresh token of json or cookie mode for its successor.
func (s *Service) refreshToken(ctx context.Context, in RefreshInput) (Tokens, error) {
	token, ok := parseRefreshToken(in.Token)
	if !ok {
		return Tokens{}, invalidCredentials(nil)
	}
	session, user, err := s.sessionAndUser(ctx, token.sessionID())
	if err != nil {
		return Tokens{}, err
	}
	if session.Mode == domain.ModeSession {
		return Tokens{}, invalidCredentials(nil) // its selector was never handed out
	}
	next := refreshToken{selector: token.selector, secret: s.keys.successor(0, session.ID, token.secret)}
	rotated, err := s.rotate(ctx, session, token.hash(), next.hash(), in.Client)
	if errors.Is(err, port.ErrStale) {
		return s.refreshSpent(ctx, user, rotated, token, in)
	}
	if err != nil {
		return Tokens{}, err
	}
	s.touch(ctx, user)
	return s.issue(ctx, user, rotated, in.Mode, next.String(), rotated.RotatedAt)
}

// refreshSpent answers for a token that is not the current one of its session.
func (s *Service) refreshSpent(ctx context.Context, user domain.User, session domain.Session, token refreshToken, in RefreshInput) (Tokens, error) {
	if s.withinGrace(session, s.settings.RefreshGrace) {
		switch steps, current := s.keys.lineage(session.ID, token.secret, session.Secret); {
		case steps == 1:
			// The answer of the rotation was lost, or two refreshed at once.
			return s.issue(ctx, user, session, in.Mode, token.selector+current, s.Clock.Now())
		case steps > 1:
			return Tokens{}, invalidCredentials(nil) // a slow tab, not a thief
		}
	}
	return Tokens{}, s.endReused(ctx, session, token.hash(), in.Client)
}

// sessionAndUser returns a live session and the account that it belongs to, if that
// account may still log in.
func (s *Service) sessionAndUser(ctx context.Context, id domain.SessionID) (domain.Session, domain.User, error) {
	session, err := s.Sessions.Get(ctx, id, s.Clock.Now())
	if isNotFound(err) || errors.Is(err, port.ErrInvalid) { // the ID may come from a token that another issuer signed
		return domain.Session{}, domain.User{}, invalidCredentials(nil)
	}
	if err != nil {
		return domain.Session{}, domain.User{}, unavailable(fmt.Errorf("find session: %w", err))
	}
	user, err := s.Repos.Users.ByID(ctx, session.UserID)
	if isNotFound(err) {
		return domain.Session{}, domain.User{}, invalidCredentials(nil)
	}
	if err != nil {
		return domain.Session{}, domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	}
	if user.Status != domain.StatusActive || user.Epoch != session.Epoch {
		return domain.Session{}, domain.User{}, invalidCredentials(nil)
	}
	return session, user, nil
}

// rotate replaces the secret of the session. Its errors are final but for port.ErrStale,
// which comes with the session as it stands.
func (s *Service) rotate(ctx context.Context, session domain.Session, old, next domain.SecretHash, from domain.Client) (domain.Session, error) {
	now := s.Clock.Now()
	rotated, err := s.Sessions.Rotate(ctx, port.Rotation{
		ID:        session.ID,
		Old:       old,
		Next:      next,
		Now:       now,
		ExpiresAt: s.idleEnd(session.Mode, now, session.EndsAt),
		Client:    from.Bounded(),
	})
	switch {
	case err == nil, errors.Is(err, port.ErrStale):
		return rotated, err
	case isNotFound(err):
		return domain.Session{}, invalidCredentials(nil)
	}
	// The outcome is unknown. What is stored now settles it, if it can be read. The secret
	// alone would not: a token that was spent long ago has the same successor.
	stored, readErr := s.Sessions.Get(ctx, session.ID, now)
	if readErr == nil && session.Secret == old && stored.Secret == next && stored.RotatedAt.Equal(now) {
		return stored, nil
	}
	return domain.Session{}, unavailable(fmt.Errorf("rotate session: %w", err))
}

// withinGrace reports whether the latest rotation of the session is so recent that a
// client may not have heard of it.
func (s *Service) withinGrace(session domain.Session, grace time.Duration) bool {
	return session.Generation > 0 && s.Clock.Now().Before(session.RotatedAt.Add(grace))
}

// endReused ends the session whose spent token was presented: holder and thief are both
// out, since nobody can tell which is which (RFC 9700, section 4.14.2). It returns the
// plain refusal that any dead token gets.
func (s *Service) endReused(ctx context.Context, session domain.Session, presented domain.SecretHash, from domain.Client) error {
	if !s.settings.KeepReused {
		if _, err := s.Sessions.EndReused(ctx, session.ID, presented); err != nil {
			return unavailable(fmt.Errorf("end reused session: %w", err))
		}
	}
	s.record(ctx, domain.Event{
		Kind: domain.EventRefreshReuse, Outcome: domain.OutcomeFailure,
		Subject: session.UserID, Client: from,
	})
	return invalidCredentials(nil)
}
