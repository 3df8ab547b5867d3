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
	role, err := s.claimedRole(ctx, user)
	if err != nil {
		return Tokens{}, err
	}
	next := refreshToken{selector: token.selector, secret: s.keys.successor(0, session.ID, token.secret)}
	planned := s.afterRotation(session, next.hash(), session.Generation+1)
	// Everything that can fail comes before the rotation: once that is committed the token
	// presented is spent, and a client that got no answer would be taken for a thief.
	tokens, err := s.issue(ctx, user, role, planned, in.Mode, next.String(), planned.RotatedAt)
	if err != nil {
		return Tokens{}, err
	}
	current, err := s.rotate(ctx, session, token.hash(), planned, in.Client)
	if errors.Is(err, port.ErrStale) {
		return s.refreshSpent(ctx, user, role, current, token, in)
	}
	if err != nil {
		return Tokens{}, err
	}
	s.touch(ctx, user)
	return tokens, nil
}

// refreshSpent answers for a token that is not the current one of its session.
func (s *Service) refreshSpent(ctx context.Context, user domain.User, role domain.Role, session domain.Session, token refreshToken, in RefreshInput) (Tokens, error) {
	if s.withinGrace(session, s.settings.RefreshGrace) {
		switch steps, current := s.keys.lineage(session.ID, token.secret, session.Secret); {
		case steps == 1:
			// The answer of the rotation was lost, or two refreshed at once.
			return s.issue(ctx, user, role, session, in.Mode, token.selector+current, s.Clock.Now())
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

// settleTime bounds how long the outcome of a commit is looked for beyond the caller's own
// time. It has to fit between the end of that and the end of the connection.
const settleTime = 2 * time.Second

// settling returns the context for finding out what became of a commit. It is not done with
// the caller's: the caller's deadline is the usual cause of not knowing. It has a bound of
// its own, since no port promises one.
func settling(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), settleTime)
}

// afterRotation returns the session as a rotation that happens now leaves it.
func (s *Service) afterRotation(session domain.Session, next domain.SecretHash, generation int64) domain.Session {
	session.Secret = next
	session.Generation = generation
	session.RotatedAt = s.Clock.Now()
	session.ExpiresAt = s.idleEnd(session.Mode, session.RotatedAt, session.EndsAt)
	return session
}

// rotate makes of the session what is planned, if old is its secret. Its errors are final
// but for port.ErrStale, which comes with the session as it stands.
func (s *Service) rotate(ctx context.Context, session domain.Session, old domain.SecretHash, planned domain.Session, from domain.Client) (domain.Session, error) {
	current, err := s.Sessions.Rotate(ctx, port.Rotation{
		ID:        session.ID,
		Old:       old,
		Next:      planned.Secret,
		Now:       planned.RotatedAt,
		ExpiresAt: planned.ExpiresAt,
		Client:    from.Bounded(),
	})
	switch {
	case err == nil, errors.Is(err, port.ErrStale):
		return current, err
	case isNotFound(err):
		return domain.Session{}, invalidCredentials(nil)
	}
	// The outcome is unknown. What is stored now settles it, if it can be read. The secret
	// alone would not: a token that was spent long ago has the same successor.
	stored, readErr := s.readBack(ctx, session.ID, planned.RotatedAt)
	if readErr == nil && session.Secret == old && stored.Secret == planned.Secret && stored.RotatedAt.Equal(planned.RotatedAt) {
		return domain.Session{}, nil
	}
	if readErr != nil {
		err = fmt.Errorf("%w; read it back: %w", err, readErr)
	}
	return domain.Session{}, unavailable(fmt.Errorf("rotate session: %w", err))
}

// readBackTries is how often a read is tried whose answer settles what has happened: what has ended
// one connection may be about to end others, of which the driver has not heard.
const readBackTries = 3

// readBack returns the session as it is stored after a change whose outcome is unknown.
func (s *Service) readBack(ctx context.Context, id domain.SessionID, now time.Time) (stored domain.Session, err error) {
	ctx, cancel := settling(ctx)
	defer cancel()
	for range readBackTries {
		stored, err = s.Sessions.Get(ctx, id, now)
		if err == nil || isNotFound(err) {
			break
		}
	}
	return stored, err
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
	reuse := domain.Event{
		Kind: domain.EventRefreshReuse, Outcome: domain.OutcomeFailure,
		Subject: session.UserID, Client: from,
	}
	if !s.settings.KeepReused {
		ended, err := s.Sessions.EndReused(ctx, session.ID, presented)
		if err != nil {
			s.recordUnknown(ctx, reuse)
			return unavailable(fmt.Errorf("end reused session: %w", err))
		}
		if !ended {
			// Somebody else has ended it, or what was read is old and the token current.
			return invalidCredentials(nil)
		}
	}
	s.record(ctx, reuse)
	return invalidCredentials(nil)
}
